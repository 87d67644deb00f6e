import { afterEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { DEFAULTS } from '../assets/platform-state.js';
import { startTestSimulator, stopAll } from '../testing/started-simulator.js';

const WABA = `/v25.0/${DEFAULTS.wabaId}`;
const MESSAGES = `/v25.0/${DEFAULTS.phoneNumberId}/messages`;

afterEach(stopAll);

async function start(tokens: readonly object[] = [], accessToken?: string) {
  const options = { clock: 'virtual' as const, scenario: { tokens, wabas: [{ id: '77' }] } };
  const { simulator } = await startTestSimulator(accessToken === undefined ? options : { ...options, accessToken });
  const as = async (token: string | undefined, where: string, body?: object) => {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const sent = body && { method: 'POST' as const, body: JSON.stringify(body) };
    const answer = await request(simulator.url + where, {
      headers: { ...headers, 'content-type': 'application/json' },
      ...sent,
    });
    // biome-ignore lint/suspicious/noExplicitAny: specs look into answers of every shape.
    const { error } = (await answer.body.json()) as any;
    return error ? [answer.statusCode, error.code, error.error_subcode] : answer.statusCode;
  };
  return { simulator, as };
}

const message = { messaging_product: 'whatsapp', to: '+16505551234', type: 'text', text: { body: 'hi' } };

describe('a call', () => {
  it('without a token answers 104, with a bad one 190', async () => {
    const { as } = await start([], 'good');
    expect(await as(undefined, WABA)).toEqual([401, 104, undefined]);
    expect(await as('bad', WABA)).toEqual([401, 190, undefined]);
    expect(await as('good', WABA)).toBe(200);
    expect(await as(undefined, `${WABA}?access_token=good`)).toBe(200);
  });

  it('with an expired token answers 190/463, with a revoked one 190/460', async () => {
    const { simulator, as } = await start([{ token: 'day', expires_in_s: 86_400 }]);
    expect(await as('day', WABA)).toBe(200);
    await simulator.post('/_simulator/clock', { advance_ms: 86_400_000 });
    expect(await as('day', WABA)).toEqual([401, 190, 463]);
    expect(await as('another', WABA)).toBe(200);
    await simulator.post('/_simulator/tokens/another/revoke');
    expect(await as('another', WABA)).toEqual([401, 190, 460]);
  });

  it('with a token of other accounts answers as if the account were not there', async () => {
    const { as } = await start([{ token: 'theirs', waba_ids: ['77'] }]);
    expect(await as('theirs', WABA)).toEqual([400, 100, 33]);
    expect(await as('theirs', MESSAGES, message)).toEqual([400, 100, 33]);
    expect(await as('theirs', '/v25.0/77')).toBe(200);
  });

  it('with a token that lacks the permission answers 200/1349176, a send 131005', async () => {
    const { as } = await start([
      { token: 'sender', scopes: ['whatsapp_business_messaging'] },
      { token: 'manager', scopes: ['whatsapp_business_management'] },
    ]);
    expect(await as('sender', WABA)).toEqual([403, 200, 1349176]);
    expect(await as('sender', MESSAGES, message)).toBe(200);
    expect(await as('manager', WABA)).toBe(200);
    expect(await as('manager', MESSAGES, message)).toEqual([403, 131005, undefined]);
  });
});

describe('debug_token', () => {
  it('describes a token with its permissions and accounts', async () => {
    const { simulator } = await start([
      { token: 'theirs', type: 'USER', waba_ids: ['77'], scopes: ['whatsapp_business_management'] },
    ]);
    expect((await simulator.get('/v25.0/debug_token?input_token=theirs')).data).toEqual({
      app_id: DEFAULTS.appId,
      type: 'USER',
      application: 'Lucky Shrub',
      data_access_expires_at: 0,
      expires_at: 0,
      is_valid: true,
      issued_at: 1_767_225_600,
      scopes: ['whatsapp_business_management'],
      granular_scopes: [{ scope: 'whatsapp_business_management', target_ids: ['77'] }],
      user_id: '104169029247128',
    });
  });

  it('says what is wrong with a bad one instead of refusing', async () => {
    const { simulator } = await start([], 't');
    await simulator.post('/_simulator/tokens', { token: 'old', expired: true });
    expect((await simulator.get('/debug_token?input_token=old')).data).toMatchObject({
      is_valid: false,
      error: { code: 190, subcode: 463 },
    });
    expect((await simulator.get('/debug_token?input_token=nonsense')).data).toMatchObject({
      is_valid: false,
      scopes: [],
    });
    expect((await simulator.call('GET', '/debug_token')).body.error).toMatchObject({ code: 100 });
  });
});
