import { toSeconds } from '../clock/clock.js';
import type { GraphCall } from '../graph/call.js';
import { refused } from '../graph/graph-router.js';
import { invalidParameter } from '../graph/invalid-parameter.js';
import { json, type Reply } from '../http/reply.js';
import { expiryMessage } from './access.js';
import type { AccessToken, Tokens } from './tokens.js';

/** Seconds for `expires_at` and the like: 0 = never. */
const secondsOf = (atMs: number | undefined): number => (atMs === undefined ? 0 : toSeconds(atMs));

/** Answers `GET /debug_token?input_token=…` (cloud-api.md §8): a bad token is described, not refused. */
export function debugToken({ request, atMs }: GraphCall, tokens: Tokens, application: string): Reply {
  const input = request.query.get('input_token');
  if (!input) return refused(invalidParameter({ field: 'input_token', rule: 'The parameter input_token is required' }));
  const verdict = tokens.judge(input, atMs);
  switch (verdict.is) {
    case 'good':
      return json({ data: { ...facts(verdict.token, application), is_valid: true } });
    case 'expired':
      return json({
        data: {
          ...facts(verdict.token, application),
          is_valid: false,
          error: problem(expiryMessage(verdict.token), 463),
        },
      });
    case 'revoked':
      return json({
        data: {
          ...facts(verdict.token, application),
          is_valid: false,
          error: problem('Error validating access token: The session has been invalidated.', 460),
        },
      });
    default:
      return json({
        data: { error: problem('Invalid OAuth access token - Cannot parse access token'), is_valid: false, scopes: [] },
      });
  }
}

const problem = (message: string, subcode?: number) => ({
  code: 190,
  message,
  ...(subcode === undefined ? {} : { subcode }),
});

function facts(token: AccessToken, application: string): Record<string, unknown> {
  const { appId, type, expiresAtMs, issuedAtMs, scopes, userId, wabaIds } = token;
  return {
    app_id: appId,
    type,
    application,
    data_access_expires_at: 0,
    expires_at: secondsOf(expiresAtMs),
    issued_at: secondsOf(issuedAtMs),
    scopes,
    granular_scopes: scopes.map((scope) =>
      wabaIds === undefined || scope === 'business_management' ? { scope } : { scope, target_ids: wabaIds },
    ),
    user_id: userId,
  };
}
