import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CheckView, ExplainView } from '../../src/messaging/preflight.dto.js';
import type { RateLimitView, StopList } from '../../src/rate-limit/rate-limit.dto.js';
import { LUCKY } from '../support/accounts.js';
import { aRecipient, aTemplateMessage, aTextMessage } from '../support/factories.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

const LOCKED = '+16505550131';
/** Meta takes messages to these and says in a status that they failed. */
const UNPAID = '+16505550142';
const PAUSED = '+16505550115';
const SOON = { withinMs: 30_000 };

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    simulator: {
      mps: 80,
      scenario: {
        faults: { by_recipient: { [LOCKED]: ['131031'] } },
        recipients: { [UNPAID]: { outcome: 'failed', code: 131042 }, [PAUSED]: { outcome: 'failed', code: 132015 } },
      },
    },
  });
});

const explain = async (id: string) => (await stack.api.get<ExplainView>(`/v1/messages/${id}/explain`)).body;
const check = async (...messages: object[]) =>
  (await stack.api.call<CheckView>('POST', '/v1/rate_limits/check', { body: { messages } })).body.results;
const stateOf = async (id: string) => (await stack.api.message(id)).state;

describe('a person who has had as many messages as Meta allows', () => {
  it('gets the next one later, the sender is told why, and nobody else waits', async () => {
    const to = aRecipient();
    const messages = await stack.api.sendAll(Array.from({ length: 50 }, () => aTextMessage({ to })));
    const other = await stack.api.send(aTextMessage());
    await until(async () => (await stateOf(other.id)) === 'submitted', SOON);
    await until(() => stack.simulator.stats().accepted >= 46, SOON);
    const states = await Promise.all(messages.map((m) => stateOf(m.id)));
    expect(states.filter((state) => state === 'queued').length).toBeGreaterThanOrEqual(1);
    const waiting = messages[states.lastIndexOf('queued')]?.id ?? '';

    const told = await explain(waiting);
    expect(told).toMatchObject({ state: 'queued', waiting_for: [{ limit: 'pair' }] });
    expect(told.waiting_for[0]?.reason).toMatch(/one every 6 seconds, 45 at once/);
    expect(Date.parse(told.waiting_for[0]?.until ?? '')).toBeGreaterThan(Date.now() - 1000);
    expect(told.position).toBeGreaterThanOrEqual(0);
    expect(Date.parse(told.estimated_at ?? '')).toBeGreaterThan(Date.now() - 1000);

    const results = await check(aTextMessage({ to }), aTextMessage(), { ...aTextMessage(), to: 'nobody' });
    expect(results.map((r) => [r.verdict, r.limit])).toEqual([
      ['wait', 'pair'],
      ['go', null],
      ['refuse', 'validation'],
    ]);
    // Meta's own count of the pair, the simulator's, never had to refuse anything.
    const attempts = (await stack.api.allMessages()).flatMap((m) => m.attempts);
    expect(attempts.filter((a) => a.outcome !== 'accepted' && a.outcome !== null)).toEqual([]);
    await Promise.all(messages.map((m) => stack.api.call('POST', `/v1/messages/${m.id}/cancel`)));
  });
});

describe('an account that Meta has locked', () => {
  it('sends nothing more, says so, and goes on when a person releases it', async () => {
    const refused = await stack.api.send(aTextMessage({ to: LOCKED }));
    await until(async () => (await stateOf(refused.id)) === 'rejected', SOON);
    const held = await stack.api.send(aTextMessage());
    const stops = await until(async () => {
      const { body } = await stack.api.get<StopList>('/v1/rate_limits/stops');
      return body.stops.length > 0 && body.stops;
    }, SOON);
    expect(stops).toMatchObject([{ scope: 'waba', scope_id: LUCKY.wabaId, stops: 'all', code: 131031, until: null }]);
    expect(await explain(held.id)).toMatchObject({
      state: 'queued',
      waiting_for: [{ limit: 'stop', until: null, reason: 'Account has been locked' }],
      estimated_at: null,
    });
    const { body: state } = await stack.api.get<RateLimitView>(`/v1/rate_limits/${LUCKY.phoneNumberId}`);
    expect(state.waiting_for.map((hold) => hold.limit)).toContain('stop');
    expect(state.limits.map((l) => l.limit)).toEqual(['throughput', 'calls', 'management_calls', 'media']);
    expect(state.limits.find((l) => l.limit === 'calls')?.used).toBeGreaterThanOrEqual(46);

    // A gateway that starts later knows of it, too.
    const late = await stack.addGateway();
    const { body: again } = await late.api.get<StopList>('/v1/rate_limits/stops');
    expect(again.stops).toHaveLength(1);
    expect(await stateOf(held.id)).toBe('queued');

    const released = await stack.api.call('POST', `/v1/rate_limits/stops/${stops[0]?.id}/release`);
    expect(released).toMatchObject({ status: 200, body: { released_by: expect.stringMatching(/^api key /) } });
    await until(async () => (await stateOf(held.id)) === 'submitted', SOON);
  });
});

describe('messages that Meta takes and reports as failed afterwards', () => {
  const stopsNow = async () => (await stack.api.get<StopList>('/v1/rate_limits/stops')).body.stops;
  const releaseAll = async () => {
    for (const { id } of await stopsNow()) await stack.api.call('POST', `/v1/rate_limits/stops/${id}/release`);
  };

  it('stop what the account would have to pay for, and it goes on within seconds of the release', async () => {
    const failed = await stack.api.send(aTemplateMessage({ to: UNPAID }));
    const stops = await until(async () => {
      const found = await stopsNow();
      return found.length > 0 && found;
    }, SOON);
    expect(stops).toMatchObject([{ scope: 'waba', scope_id: LUCKY.wabaId, stops: 'templates', code: 131042 }]);
    expect((await stack.api.message(failed.id)).status).toBe('failed');
    // The send loop looks at the stops once a second; one that is still queued when a text behind it has gone was put off.
    const held = await until(async () => {
      const { id } = await stack.api.send(aTemplateMessage());
      const text = await stack.api.send(aTextMessage());
      await until(async () => (await stateOf(text.id)) === 'submitted', SOON);
      return (await stateOf(id)) === 'queued' && id;
    }, SOON);
    expect((await explain(held)).waiting_for).toMatchObject([{ limit: 'stop', reason: stops[0]?.reason }]);
    await releaseAll();
    await until(async () => (await stateOf(held)) === 'submitted', { withinMs: 10_000, what: 'the one that was held' });
  });

  it('stop their template, and others go on', async () => {
    await stack.api.send(aTemplateMessage({ to: PAUSED }));
    const stops = await until(async () => {
      const found = await stopsNow();
      return found.length > 0 && found;
    }, SOON);
    expect(stops).toMatchObject([{ scope: 'template', scope_id: `${LUCKY.wabaId}/order_confirmation`, code: 132015 }]);
    await releaseAll();
  });
});
