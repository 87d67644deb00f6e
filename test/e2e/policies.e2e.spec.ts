import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CheckView, ExplainView } from '../../src/messaging/preflight.dto.js';
import type { PolicyChoices, PolicyHistory, PolicyView } from '../../src/rate-limit/policies.dto.js';
import type { RateLimitView, StopList } from '../../src/rate-limit/rate-limit.dto.js';
import { LUCKY } from '../support/accounts.js';
import { aTextMessage } from '../support/factories.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

/** To this person Meta refuses five times because of the rate, then no more. */
const REFUSED = '+16505550429';
const SOON = { withinMs: 30_000 };
const POLICY = `/v1/rate_limits/${LUCKY.phoneNumberId}/policy`;

let stack: Stack;

beforeAll(async () => {
  const refusals = Array.from({ length: 5 }, () => '130429');
  stack = await startStack({ simulator: { mps: 80, scenario: { faults: { by_recipient: { [REFUSED]: refusals } } } } });
});

const put = (body: object) => stack.api.call<PolicyView>('PUT', POLICY, { body });
const explain = async (id: string) => (await stack.api.get<ExplainView>(`/v1/messages/${id}/explain`)).body;
const state = async () => (await stack.api.get<RateLimitView>(`/v1/rate_limits/${LUCKY.phoneNumberId}`)).body;
const check = async () =>
  (await stack.api.call<CheckView>('POST', '/v1/rate_limits/check', { body: { messages: [aTextMessage()] } })).body
    .results;
const stateOf = async (id: string) => (await stack.api.message(id)).state;
/** Sends until the owner of the lane tells that it goes by the new rate; gives what was sent. */
const sentUntilRateIs = async (mps: number): Promise<string[]> => {
  const ids: string[] = [];
  await until(async () => {
    ids.push((await stack.api.send(aTextMessage())).id);
    return (await state()).current_mps === mps;
  }, SOON);
  return ids;
};

describe('a number for which a warm-up was chosen', () => {
  it('holds what is too fast for it, says why and until when, and sends it when the warm-up is taken back', async () => {
    const { body: choices } = await stack.api.get<PolicyChoices>('/v1/rate_limits/policies');
    expect(choices.warm_up.map((policy) => policy.name)).toContain('guide');
    expect(await put({ warm_up: 'guide', max_mps: 7 })).toMatchObject({
      status: 200,
      body: { warm_up_state: { stage: 1 } },
    });
    const sent = await sentUntilRateIs(7);
    const last = await stack.api.send(aTextMessage());
    const reason = 'the number warms up at 5 messages a minute';
    const told = await explain(last.id);
    expect(told).toMatchObject({ state: 'queued', waiting_for: [{ limit: 'warm_up', reason }] });
    expect(Date.parse(told.waiting_for[0]?.until ?? '')).toBeGreaterThan(Date.now());
    expect(Date.parse(told.estimated_at ?? '')).toBeGreaterThan(Date.now());
    expect(await check()).toMatchObject([{ verdict: 'wait', limit: 'warm_up', reason }]);
    const { limits, waiting_for } = await state();
    expect(limits.find((l) => l.limit === 'warm_up')).toMatchObject({ allowed: 5 });
    expect(waiting_for).toMatchObject([{ limit: 'warm_up', reason }]);
    expect(await stateOf(last.id)).toBe('queued');

    expect((await stack.api.call('DELETE', POLICY)).status).toBe(204);
    for (const id of [...sent, last.id]) await until(async () => (await stateOf(id)) === 'submitted', SOON);
    expect(await check()).toMatchObject([{ verdict: 'go' }]);
  });
});

describe('a lower rate that somebody chose', () => {
  it('is what the number sends at, and every change of it is kept', async () => {
    expect(await put({ max_mps: 5 })).toMatchObject({ status: 200, body: { max_mps: 5 } });
    for (const id of await sentUntilRateIs(5)) await until(async () => (await stateOf(id)) === 'submitted', SOON);
    expect(await put({ max_mps: 81 })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/max_mps' }] } });
    expect(await put({ warm_up: 'slow' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/warm_up', detail: 'warm_up must be one of guide, careful, or null for none' }] },
    });
    const { body } = await stack.api.get<PolicyHistory>(`${POLICY}/history`);
    expect(body.changes.map((change) => [change.after.warm_up, change.after.max_mps])).toEqual([
      [null, 5],
      [null, null],
      ['guide', 7],
    ]);
    expect(body.changes[0]?.changed_by).toMatch(/^api key /);
  });
});

describe('a number for which an escalation was chosen', () => {
  it('stops for five minutes when Meta refuses again and again, says why, and goes on when a person releases it', async () => {
    expect(await put({ escalation: 'guide', max_mps: 7 })).toMatchObject({
      status: 200,
      body: { escalation: 'guide' },
    });
    for (const id of await sentUntilRateIs(7)) await until(async () => (await stateOf(id)) === 'submitted', SOON);
    const refused = await stack.api.send(aTextMessage({ to: REFUSED }));
    const [stop] = await until(async () => {
      const { body } = await stack.api.get<StopList>('/v1/rate_limits/stops');
      return body.stops.length > 0 && body.stops;
    }, SOON);
    const reason = expect.stringMatching(/^light limiting: Meta refused 3 times .* sends nothing for 5 minutes$/);
    expect(stop).toMatchObject({ scope: 'number', scope_id: LUCKY.phoneNumberId, stops: 'all', code: 130429, reason });
    const held = await stack.api.send(aTextMessage());
    expect(await explain(held.id)).toMatchObject({ state: 'queued', waiting_for: [{ limit: 'stop', reason }] });
    expect(await check()).toMatchObject([{ verdict: 'wait', limit: 'stop', reason }]);
    const { attempts } = await stack.api.message(refused.id);
    expect(attempts.map((attempt) => attempt.outcome)).toEqual(Array(3).fill('rejected_retry'));

    await put({});
    expect((await stack.api.call('POST', `/v1/rate_limits/stops/${stop?.id}/release`)).status).toBe(200);
    await until(async () => (await stateOf(held.id)) === 'submitted', SOON);
  });
});
