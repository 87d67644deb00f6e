import { fbtraceId, type GraphRefusal, graphRefusal, unknownObject } from '../graph/graph-error.js';
import type { WantedAccess } from '../graph/policies.js';
import type { AccessToken, Scope, TokenVerdict } from './tokens.js';

/** Edges on which sending permission is enough, or needed (cloud-api.md §8). */
const MESSAGING_EDGES = ['marketing_messages', 'media', 'messages'];

/** The permission a call needs; undefined: a good token is enough. */
function scopeOf({ wabaId, budget, edge }: WantedAccess): Scope | undefined {
  if (wabaId === undefined) return undefined;
  return budget === 'messaging' || MESSAGING_EDGES.includes(edge)
    ? 'whatsapp_business_messaging'
    : 'whatsapp_business_management';
}

/** What Graph refuses a call for its token; undefined lets it pass. */
export function accessRefusal(verdict: TokenVerdict, wanted: WantedAccess): GraphRefusal | undefined {
  if (verdict.is !== 'good') return tokenRefusal(verdict);
  const { token } = verdict;
  const scope = scopeOf(wanted);
  if (scope !== undefined && !token.scopes.includes(scope)) return scopeRefusal(scope, wanted);
  const isReached = wanted.wabaId === undefined || (token.wabaIds?.includes(wanted.wabaId) ?? true);
  return isReached ? undefined : unknownObject(wanted.method, wanted.id);
}

/** Sends say 131005; management endpoints say 200 with a subcode of its own (cloud-api.md §5). */
function scopeRefusal(scope: Scope, { budget }: WantedAccess): GraphRefusal {
  if (budget === 'messaging') return graphRefusal(131005, `The access token lacks the permission ${scope}.`);
  const message = `(#200) Requires ${scope} permission to manage the object`;
  return authError(403, 200, message, 1349176);
}

function tokenRefusal(verdict: Exclude<TokenVerdict, { readonly is: 'good' }>): GraphRefusal {
  switch (verdict.is) {
    case 'missing':
      return authError(401, 104, 'An access token is required to request this resource.');
    case 'unknown':
      return authError(401, 190, 'Invalid OAuth access token - Cannot parse access token');
    case 'revoked':
      return authError(
        401,
        190,
        'Error validating access token: The session has been invalidated because the user changed their password or the app was removed.',
        460,
      );
    case 'expired':
      return authError(401, 190, expiryMessage(verdict.token), 463);
  }
}

/** What the error of an expired token says; `debug_token` repeats it. */
export function expiryMessage({ expiresAtMs = 0 }: AccessToken): string {
  return `Error validating access token: Session has expired on ${new Date(expiresAtMs).toUTCString()}.`;
}

function authError(status: number, code: number, message: string, subcode?: number): GraphRefusal {
  const error = {
    message,
    type: 'OAuthException',
    code,
    ...(subcode === undefined ? {} : { error_subcode: subcode }),
    fbtrace_id: fbtraceId(),
  };
  return { status, code, body: { error } };
}
