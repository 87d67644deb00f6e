import { beforeAll, expect, it } from '@jest/globals';
import type { RateLimitView } from '../../src/rate-limit/rate-limit.dto.js';
import { LUCKY } from '../support/accounts.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

const SOON = { withinMs: 30_000 };

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ simulator: { mps: 80 }, settings: { THROUGHPUT_POLL_MS: '1000' } });
});

const calls = async () => {
  const { body } = await stack.api.get<RateLimitView>(`/v1/rate_limits/${LUCKY.phoneNumberId}`);
  return body.limits.find((l) => l.limit === 'management_calls');
};
const polls = async (result: string) => {
  const text = String((await stack.api.get('/metrics', { key: null })).body);
  return Number(new RegExp(`heliograph_polls_total\\{result="${result}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
};

it('counts the calls of polls about a WABA, and lets polls give way while a fifth of its hour is left for people', async () => {
  const counted = await until(async () => {
    const told = await calls();
    return told !== undefined && told.allowed === 5000 && told.used >= 3 && told;
  }, SOON);
  expect(counted.left).toBe(5000 - counted.used);
  const resetsInMs = Date.parse(counted.resets_at ?? '') - Date.now();
  expect(resetsInMs).toBeGreaterThan(59 * 60_000);
  expect(resetsInMs).toBeLessThan(62 * 60_000);

  const { db } = stack.database;
  await db.run(`update waba_calls set calls = 4000 where waba_id = $1`, [LUCKY.wabaId]);
  await until(async () => (await polls('gave_way')) > 0, SOON);
  const used = (await calls())?.used;
  const before = await polls('gave_way');
  await until(async () => (await polls('gave_way')) >= before + 2, SOON);
  expect((await calls())?.used).toBe(used);

  // The hour moves on, and so do the polls.
  const read = await polls('read');
  await db.run(`update waba_calls set minute = minute - interval '62 minutes' where waba_id = $1`, [LUCKY.wabaId]);
  await until(async () => (await polls('read')) > read, SOON);
});
