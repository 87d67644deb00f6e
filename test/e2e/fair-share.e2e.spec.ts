import { beforeAll, describe, expect, it } from '@jest/globals';
import { LUCKY } from '../support/accounts.js';
import { aTextMessage } from '../support/factories.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

const SOON = { withinMs: 60_000 };
const LATER = { send_at: '2126-12-01T09:00:00Z' };
const POLICY = `/v1/rate_limits/${LUCKY.phoneNumberId}/policy`;

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ simulator: { mps: 80 } });
});

/** Messages of a campaign that wait until all are there. */
async function campaign(fairness_key: string | undefined, count: number): Promise<string[]> {
  const all = Array.from({ length: count }, () => aTextMessage({ priority: 'marketing', fairness_key, ...LATER }));
  return (await stack.api.sendAll(all)).map(({ id }) => id);
}

/** Makes messages due in this order: what comes first has waited longer, by minutes. */
async function release(...campaigns: readonly (readonly string[])[]): Promise<void> {
  for (const [i, ids] of [...campaigns.entries()].reverse()) {
    const ago = campaigns.length - i;
    await stack.database.db.run(
      `update messages set due_at = now() - $2 * interval '1 minute' where id = any($1::uuid[])`,
      [ids, ago],
    );
  }
}

/** How many messages of each campaign were armed by when the last of the smallest was. */
async function armedUntil(last: readonly string[], others: readonly string[]): Promise<number> {
  const ids = [...last, ...others];
  await until(async () => (await attemptsOf(last)).length === last.length, SOON);
  const armed = await attemptsOf(ids);
  const end = Math.max(...armed.filter((row) => last.includes(row.message_id)).map((row) => row.armed_at.getTime()));
  return armed.filter((row) => others.includes(row.message_id) && row.armed_at.getTime() <= end).length;
}

function attemptsOf(ids: readonly string[]): Promise<{ message_id: string; armed_at: Date }[]> {
  return stack.database.db.rows('select message_id, armed_at from attempts where message_id = any($1::uuid[])', [ids]);
}

describe('campaigns of one number at the same priority', () => {
  it('share its rate evenly by their keys, so that a small one does not wait for a large one that came first', async () => {
    const [large, small] = [await campaign('large', 400), await campaign('small', 80)];
    await release(large, small);
    // By due time all 400 would go first. A second of slots may be given away before the small one is seen.
    const before = await armedUntil(small, large);
    expect(before).toBeGreaterThan(40);
    expect(before).toBeLessThan(80 + 80);
    await until(async () => (await attemptsOf(large)).length === large.length, SOON);
  });

  it('share it by weight when the policy of the number gives one, against those without a key too', async () => {
    const body = { fairness_weights: { heavy: 4 } };
    expect(await stack.api.call('PUT', POLICY, { body })).toMatchObject({ status: 200, body });
    const [plain, heavy] = [await campaign(undefined, 300), await campaign('heavy', 160)];
    await until(async () => (await takenOn()) === true, SOON);
    await release(plain, heavy);
    const before = await armedUntil(heavy, plain);
    expect(before).toBeGreaterThan(20);
    expect(before).toBeLessThan(40 + 80);
    await until(async () => (await attemptsOf(plain)).length === plain.length, SOON);
  });
});

/** The policy is in force on the lane: a second has passed since it was written, in which the lanes look. */
async function takenOn(): Promise<boolean> {
  const [row] = await stack.database.db.rows<{ is_old: boolean }>(
    `select changed_at < clock_timestamp() - interval '2 seconds' as is_old from rate_limit_policies`,
  );
  return row?.is_old === true;
}
