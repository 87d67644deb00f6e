import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ExplainView } from '../../src/messaging/preflight.dto.js';
import type { PolicyView } from '../../src/rate-limit/policies.dto.js';
import { LUCKY } from '../support/accounts.js';
import { aRecipient, aTemplateMessage, aTextMessage } from '../support/factories.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

const SOON = { withinMs: 30_000 };
const DAY_MS = 24 * 3_600_000;
const POLICY = `/v1/rate_limits/${LUCKY.phoneNumberId}/policy`;

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ simulator: { mps: 80 } });
});

const campaign = (to: string, over: object = {}) =>
  stack.api.send(aTemplateMessage({ to, priority: 'marketing', ...over }));
const stateOf = async (id: string) => (await stack.api.message(id)).state;
const explain = async (id: string) => (await stack.api.get<ExplainView>(`/v1/messages/${id}/explain`)).body;

describe('a number for which a cap on marketing was chosen', () => {
  it('sends a person as much, lets the rest wait or end, says why, and goes on when the cap is taken back', async () => {
    const person = aRecipient();
    // Sent before there was a cap, and counted all the same.
    const before = await campaign(person);
    await until(async () => (await stateOf(before.id)) === 'submitted', SOON);
    const cap = { marketing_cap: 2, marketing_cap_days: 7 };
    expect(await stack.api.call<PolicyView>('PUT', POLICY, { body: cap })).toMatchObject({ status: 200, body: cap });
    const second = await until(async () => {
      const probe = await campaign(aRecipient());
      await until(async () => (await stateOf(probe.id)) === 'submitted', SOON);
      return (await stack.database.db.rows(`select 1 from marketing_reach`)).length > 0 && campaign(person);
    }, SOON);
    await until(async () => (await stateOf(second.id)) === 'submitted', SOON);

    const waiting = await campaign(person);
    const reason = expect.stringMatching(/^this person has had 2 of at most 2 marketing templates in 7 days, /);
    const expiring = await campaign(person, { expires_at: new Date(Date.now() + DAY_MS).toISOString() });
    const ended = await stack.api.untilMessage(expiring.id, (m) => m.state !== 'queued');
    expect(ended).toMatchObject({
      state: 'rejected',
      attempts: [],
      errors: [{ code: null, title: 'Marketing cap reached' }],
    });
    const told = await explain(waiting.id);
    expect(told).toMatchObject({
      state: 'queued',
      waiting_for: [{ limit: 'marketing_cap', reason, used: 2, allowed: 2 }],
    });
    const inMs = Date.parse(told.waiting_for[0]?.until ?? '') - Date.now();
    expect(inMs).toBeGreaterThan(7 * DAY_MS - 120_000);
    expect(inMs).toBeLessThanOrEqual(7 * DAY_MS);

    // Others, and what is no marketing, go on.
    const others = [
      await campaign(aRecipient()),
      await stack.api.send(aTemplateMessage({ to: person, priority: 'utility' })),
      await stack.api.send(aTextMessage({ to: person })),
    ];
    for (const { id } of others) await until(async () => (await stateOf(id)) === 'submitted', SOON);
    expect(await stateOf(waiting.id)).toBe('queued');

    expect((await stack.api.call('DELETE', POLICY)).status).toBe(204);
    await until(async () => (await stateOf(waiting.id)) === 'submitted', SOON);
  });
});
