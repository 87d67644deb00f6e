import { beforeAll, expect, it } from '@jest/globals';
import type { CheckView, ExplainView } from '../../src/messaging/preflight.dto.js';
import type { RateLimitView } from '../../src/rate-limit/rate-limit.dto.js';
import { LUCKY } from '../support/accounts.js';
import { aRecipient, aTemplateMessage, aTextMessage } from '../support/factories.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

const SOON = { withinMs: 60_000 };
const DAY_MS = 24 * 3_600_000;
/** A day, and what lies between our clock and Meta's. */
const PASSED_MS = DAY_MS + 120_000;

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    simulator: { mps: 80, scenario: { limits: { messaging_limit: 'TIER_250' } } },
    settings: { THROUGHPUT_POLL_MS: '1000' },
  });
});

const state = async () => (await stack.api.get<RateLimitView>(`/v1/rate_limits/${LUCKY.phoneNumberId}`)).body;
const messaging = async () => (await state()).limits.find((l) => l.limit === 'messaging');
const accepted = () => stack.simulator.stats().accepted;

/** A day passes: at Meta by its clock, here by the instants that are kept. */
async function aDayPasses(): Promise<void> {
  await stack.control('clock', { advance_ms: PASSED_MS });
  const { db } = stack.database;
  const back = `- ${PASSED_MS} * interval '1 millisecond'`;
  await db.run(`update messaging_places set held_until = held_until ${back}`);
  await db.run(`update messages set due_at = due_at ${back} where state = 'queued'`);
  await db.run(`update conversations set last_inbound_at = last_inbound_at ${back}`);
}

it('writes to 250 of 300 people, answers all, and writes to the others when a day has passed, with no refusal', async () => {
  await until(async () => (await state()).messaging_limit.state === 'limited', SOON);
  const messages = await stack.api.sendAll(Array.from({ length: 300 }, () => aTemplateMessage()));
  await until(() => accepted() >= 250, SOON);
  const waiting = await until(async () => {
    const all = await stack.api.allMessages();
    const queued = all.filter((m) => m.state === 'queued');
    return queued.length === 50 && all.length >= messages.length && queued;
  }, SOON);
  expect(accepted()).toBe(250);
  expect(await messaging()).toMatchObject({ allowed: 250, used: 250, left: 0 });
  expect((await state()).messaging_limit).toMatchObject({ tier: 'TIER_250', state: 'limited' });

  const { body: told } = await stack.api.get<ExplainView>(`/v1/messages/${waiting[0]?.id}/explain`);
  expect(told.waiting_for.map((hold) => hold.limit)).toEqual(['messaging']);
  expect(told.waiting_for[0]?.reason).toMatch(/as many people in 24 hours as its messaging limit \(TIER_250\) allows/);
  const waitMs = Date.parse(told.waiting_for[0]?.until ?? '') - Date.now();
  expect(waitMs).toBeGreaterThan(DAY_MS - 120_000);
  expect(waitMs).toBeLessThan(PASSED_MS);

  // People who were written to already, and people who write, are answered all the same.
  const known = (await stack.api.allMessages()).find((m) => m.state === 'submitted');
  const writer = aRecipient();
  await stack.control('inbound', { from: writer, text: 'Is it there yet?' });
  const check = async (...asked: object[]) =>
    (await stack.api.call<CheckView>('POST', '/v1/rate_limits/check', { body: { messages: asked } })).body.results;
  await until(async () => (await check(aTemplateMessage({ to: writer })))[0]?.verdict === 'go', SOON);
  expect(
    (await check(aTemplateMessage(), aTemplateMessage({ to: known?.to }))).map((r) => [r.verdict, r.limit]),
  ).toEqual([
    ['wait', 'messaging'],
    ['go', null],
  ]);
  await stack.api.sendAll([
    aTextMessage({ to: writer }),
    aTemplateMessage({ to: writer }),
    aTemplateMessage({ to: known?.to }),
  ]);
  await until(() => accepted() === 253, SOON);

  await aDayPasses();
  await until(() => accepted() === 303, SOON);
  const attempts = (await stack.api.allMessages()).flatMap((m) => m.attempts);
  expect(attempts).toHaveLength(303);
  expect(attempts.filter((a) => a.outcome !== 'accepted' && a.outcome !== null)).toEqual([]);
});

it('goes on within seconds when Meta raises the limit', async () => {
  const before = accepted();
  await stack.api.sendAll(Array.from({ length: 260 }, () => aTemplateMessage()));
  await until(async () => (await messaging())?.left === 0, SOON);
  await stack.control('limits', { messaging_limit: 'TIER_2K' });
  await until(() => accepted() === before + 260, SOON);
  expect(await messaging()).toMatchObject({ allowed: 2000 });
});
