import { DEFAULTS } from '../assets/platform-state.js';
import { DONE } from '../control/control-registry.js';
import { Checker, InputError } from '../scenario/check.js';
import type { World } from '../world.js';
import { accessRefusal } from './access.js';
import { debugToken } from './debug-token.js';
import { readToken } from './token-input.js';
import { Tokens } from './tokens.js';

/** The system user whom tokens belong to when nobody says; that of Meta's page on permissions. */
const USER_ID = '104169029247128';

/**
 * Who may do what: tokens with their type, expiry, permissions and accounts. Without named tokens any token is good, or
 * only the one of the options.
 */
export function accessModule({ options, scenario, clock, state, policies, graph, control }: World): void {
  const defaults = () => ({ appId: DEFAULTS.appId, userId: USER_ID, atMs: clock() });
  const named = scenario.section('tokens', (check, json, path) =>
    check.array(json, path).map((token, i) => readToken(check, token, `${path}[${i}]`, defaults())),
  );
  const birth = { tokens: named, appId: DEFAULTS.appId, userId: USER_ID };
  const tokens = state.keep(
    'tokens',
    new Tokens(options.accessToken === undefined ? birth : { ...birth, accessToken: options.accessToken }),
  );
  policies.judgeAccess = (token, wanted, atMs) => accessRefusal(tokens.judge(token, atMs), wanted);
  graph.atRoot('debug_token', [
    { method: 'GET', budget: 'management', answer: (call) => debugToken(call, tokens, DEFAULTS.businessName) },
  ]);
  control.on('POST /_simulator/tokens', ({ body }) => {
    const check = new Checker();
    const token = readToken(check, body, 'body', defaults());
    check.done();
    tokens.put(token);
    return DONE;
  });
  const change = (token: string, what: Parameters<Tokens['change']>[1]) => {
    if (!tokens.change(token, what)) throw new InputError([`token: ${token} is not one of the good tokens`]);
    return DONE;
  };
  control.on('POST /_simulator/tokens/{token}/expire', ({ params }) =>
    change(params.token ?? '', { expiresAtMs: clock() }),
  );
  control.on('POST /_simulator/tokens/{token}/revoke', ({ params }) => change(params.token ?? '', { isRevoked: true }));
}
