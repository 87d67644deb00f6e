import type { Checker } from '../scenario/check.js';
import { type AccessToken, SCOPES, type Scope } from './tokens.js';

/** What is filled in where a token of a scenario or of the control API is silent. */
export interface TokenDefaults {
  readonly appId: string;
  readonly userId: string;
  readonly atMs: number;
}

const KNOWN = ['token', 'type', 'app_id', 'user_id', 'scopes', 'waba_ids', 'expires_in_s', 'expired', 'revoked'];

/** A hundred years: longer than any scenario. */
const LONGEST_SECONDS = 3_155_760_000;

/** Reads a token: `{token, type?, scopes?, waba_ids?, expires_in_s?, expired?, revoked?}`. */
export function readToken(check: Checker, json: unknown, path: string, defaults: TokenDefaults): AccessToken {
  const root = check.object(json, path, KNOWN);
  const token = check.string(root.token, `${path}.token`);
  if (token === undefined) check.fail(`${path}.token`, 'is required');
  if (root.type !== undefined && root.type !== 'SYSTEM_USER' && root.type !== 'USER') {
    check.fail(`${path}.type`, 'must be SYSTEM_USER or USER');
  }
  const seconds = check.number(root.expires_in_s, `${path}.expires_in_s`, [0, LONGEST_SECONDS]);
  const isExpired = check.boolean(root.expired, `${path}.expired`) ?? false;
  const expiresAtMs = isExpired ? defaults.atMs : seconds === undefined ? undefined : defaults.atMs + seconds * 1000;
  return {
    token: token ?? '',
    type: root.type === 'USER' ? 'USER' : 'SYSTEM_USER',
    appId: check.string(root.app_id, `${path}.app_id`) ?? defaults.appId,
    userId: check.string(root.user_id, `${path}.user_id`) ?? defaults.userId,
    issuedAtMs: defaults.atMs,
    isRevoked: check.boolean(root.revoked, `${path}.revoked`) ?? false,
    scopes: scopesOf(check, root.scopes, `${path}.scopes`),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    ...(root.waba_ids === undefined ? {} : { wabaIds: check.array(root.waba_ids, `${path}.waba_ids`).map(String) }),
  };
}

function scopesOf(check: Checker, json: unknown, path: string): readonly Scope[] {
  if (json === undefined) return SCOPES;
  const scopes: Scope[] = [];
  for (const [i, word] of check.array(json, path).entries()) {
    const scope = SCOPES.find((known) => known === word);
    if (scope) scopes.push(scope);
    else check.fail(`${path}[${i}]`, `must be one of ${SCOPES.join(', ')}`);
  }
  return scopes;
}
