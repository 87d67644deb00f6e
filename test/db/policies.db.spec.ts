import { beforeEach, describe, expect, it } from '@jest/globals';
import { LaneLimiter } from '../../src/core/limits/lane-limiter.js';
import { newId } from '../../src/platform/clock/ids.js';
import type { Db } from '../../src/platform/db/db.js';
import { Lane } from '../../src/rate-limit/lane.js';
import { LanePolicies } from '../../src/rate-limit/lane-policies.js';
import { PoliciesService } from '../../src/rate-limit/policies.service.js';
import { RateLimitJobsService } from '../../src/rate-limit/rate-limit-jobs.service.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aPortfolio, aWorker, type PortfolioRows, store } from '../support/rows.js';
import { Services } from '../support/services.js';
import { TestClock } from '../support/test-clock.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let database: TestDatabase;
let db: Db;
let portfolio: PortfolioRows;
let services: Services;
let clock: TestClock;
let policies: PoliciesService;
let jobs: RateLimitJobsService;

beforeEach(async () => {
  database ??= await freshDatabase();
  ({ db } = database);
  portfolio = await aPortfolio(db);
  services ??= new Services(database);
  await services.accounts.refresh();
  clock = new TestClock();
  const runtime = Object.assign(Object.create(services.runtime) as typeof services.runtime, { clock });
  policies = new PoliciesService(db, services.accounts, runtime);
  jobs = new RateLimitJobsService(db, services.accounts, runtime);
});

const tenant = () =>
  ({ kind: 'tenant', portfolioId: portfolio.portfolioId, keyId: 'k1', scopes: new Set(['*']) }) as const;
const put = (choice: object) => policies.put(tenant(), { ...choice, phone_number_id: portfolio.phoneNumberId });
const get = () => policies.get(tenant(), portfolio.phoneNumberId);
const history = async () => (await policies.history(tenant(), { phone_number_id: portfolio.phoneNumberId })).changes;

/** Has attempts of some age in the ledger, with what came of them. */
async function sent(
  count: number,
  ageMs: number,
  of: { type?: string; failed?: boolean; code?: number; lateCode?: number } = {},
) {
  const ids = await store(db, portfolio, ...Array.from({ length: count }, () => ({ type: of.type ?? 'text' })));
  const worker = await aWorker(database);
  expect(await worker.arm(await worker.take(), ids)).toHaveLength(count);
  await worker.die();
  const outcome = of.code === undefined ? 'accepted' : 'rejected';
  await db.run(
    `update attempts set armed_at = now() - $2 * interval '1 millisecond', finished_at = now(), outcome = $3,
                         evidence = 'response', error = jsonb_build_object('code', $4::integer)
      where message_id = any($1::uuid[])`,
    [ids, ageMs, outcome, of.code ?? null],
  );
  if (of.lateCode !== undefined)
    await db.run(
      `update messages set errors = jsonb_build_array(jsonb_build_object('code', $2::integer)) where id = any($1)`,
      [ids, of.lateCode],
    );
  if (of.failed) await db.run(`update messages set failed_at = now() where id = any($1::uuid[])`, [ids]);
}

const rated = (rating: string | null) =>
  db
    .run(`update phone_numbers set quality_rating = $2 where phone_number_id = $1`, [portfolio.phoneNumberId, rating])
    .then(() => services.accounts.refresh());

describe('a policy', () => {
  it('is nothing until somebody chooses, then what was chosen last, and every change is kept with who made it', async () => {
    expect(await get()).toMatchObject({ warm_up: null, max_mps: null, changed_at: null, changed_by: null });
    await put({ max_mps: 20 });
    await put({ max_mps: 20 });
    await put({ warm_up: 'guide' });
    expect(await get()).toMatchObject({
      warm_up: 'guide',
      warm_up_state: { stage: 1, stages: 2, per_minute: 5, peak_per_minute: 5, reason: null },
      max_mps: null,
      changed_by: 'api key k1',
    });
    await policies.remove(tenant(), portfolio.phoneNumberId);
    expect(await get()).toMatchObject({ warm_up: null, warm_up_state: null, max_mps: null });
    const nothing = {
      warm_up: null,
      escalation: null,
      utilisation: null,
      max_mps: null,
      marketing_cap: null,
      marketing_cap_days: null,
      fairness_weights: null,
      full_hour_spread_ms: null,
      warm_up_stage: null,
      warm_up_reason: null,
    };
    expect((await history()).map(({ before, after, changed_by }) => ({ before, after, changed_by }))).toEqual([
      { before: { ...nothing, warm_up: 'guide', warm_up_stage: 1 }, after: nothing, changed_by: 'api key k1' },
      {
        before: { ...nothing, max_mps: 20 },
        after: { ...nothing, warm_up: 'guide', warm_up_stage: 1 },
        changed_by: 'api key k1',
      },
      { before: null, after: { ...nothing, max_mps: 20 }, changed_by: 'api key k1' },
    ]);
  });

  it('lowers the sending rate and never raises it above the level of the number', async () => {
    await expect(put({ max_mps: 81 })).rejects.toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: '/max_mps', detail: expect.stringContaining('which is 80') }],
    });
    expect((await put({ max_mps: 80 })).max_mps).toBe(80);
  });

  it('caps what marketing a person gets only by messages and days together', async () => {
    expect(await put({ marketing_cap: 2, marketing_cap_days: 7 })).toMatchObject({
      marketing_cap: 2,
      marketing_cap_days: 7,
    });
    const missing = (pointer: string) => ({ code: 'invalid_request', errors: [{ pointer }] });
    await expect(put({ marketing_cap: 2 })).rejects.toMatchObject(missing('/marketing_cap_days'));
    await expect(put({ marketing_cap_days: 2 })).rejects.toMatchObject(missing('/marketing_cap'));
    expect((await history())[0]?.after).toMatchObject({ marketing_cap: 2, marketing_cap_days: 7 });
    expect(await get()).toMatchObject({ marketing_cap: 2, marketing_cap_days: 7 });
  });

  it('keeps what fairness keys weigh, whatever the order in which they are named', async () => {
    const fairness_weights = { spring: 3, 'alerts:eu': 1 };
    const first = await put({ fairness_weights });
    expect(first.fairness_weights).toEqual(fairness_weights);
    expect((await history())[0]?.after).toMatchObject({ fairness_weights });
    const again = await put({ fairness_weights: { 'alerts:eu': 1, spring: 3 } });
    expect(again.changed_at).toBe(first.changed_at);
    expect((await put({})).fairness_weights).toBeNull();
  });

  it('keeps how long marketing is spread after a full hour, and no spread is another choice than none', async () => {
    expect((await put({ full_hour_spread_ms: 0 })).full_hour_spread_ms).toBe(0);
    expect((await put({})).full_hour_spread_ms).toBeNull();
    const [last] = await history();
    expect([last?.before?.full_hour_spread_ms, last?.after.full_hour_spread_ms]).toEqual([0, null]);
  });

  it('of another portfolio’s number is not found', async () => {
    const other = { ...tenant(), portfolioId: (await aPortfolio(db)).portfolioId };
    await expect(policies.get(other, portfolio.phoneNumberId)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('shows its history page by page', async () => {
    for (const max_mps of [1, 2, 3]) await put({ max_mps });
    const query = { phone_number_id: portfolio.phoneNumberId, page_size: 2 };
    const first = await policies.history(tenant(), query);
    const second = await policies.history(tenant(), { ...query, page_token: first.next_page_token });
    expect([...first.changes, ...second.changes].map((c) => c.after.max_mps)).toEqual([3, 2, 1]);
    expect(second.next_page_token).toBe('');
  });

  it('keeps both changes when two are made at once', async () => {
    await Promise.all([put({ max_mps: 10 }), put({ max_mps: 20 })]);
    const [last, first] = await history();
    expect(first?.before).toBeNull();
    expect(last?.before).toEqual(first?.after);
  });
});

describe('a lane', () => {
  const aLane = () => new Lane(new LaneLimiter(80, 10));

  it('learns of a warm-up, counts what was sent before, and forgets it when it is taken back', async () => {
    const { phoneNumberId } = portfolio;
    const lanes = new Map([[phoneNumberId, aLane()]]);
    const laneOf = () => lanes.get(phoneNumberId) as Lane;
    const following = new LanePolicies(db, clock);
    await sent(1, 2000);
    following.opened(phoneNumberId);
    await following.tend(lanes);
    expect(laneOf().allowed(clock.monotonicMs(), 5)).toBe(5);
    await put({ warm_up: 'guide' });
    clock.advance(1000);
    expect(await following.tend(lanes)).toBe(true);
    // The one of two seconds ago has the minute's first fifth.
    expect(laneOf().allowed(clock.monotonicMs(), 5)).toBe(0);
    const freeInMs = laneOf().freeAtMs(clock.monotonicMs()) - clock.monotonicMs();
    expect(freeInMs).toBeGreaterThan(5000);
    expect(freeInMs).toBeLessThanOrEqual(10_000);
    // A lane that another worker takes now knows it before it sends anything.
    const successor = new LanePolicies(db, clock);
    const taken = new Map([[phoneNumberId, aLane()]]);
    successor.opened(phoneNumberId);
    await successor.tend(taken);
    expect(taken.get(phoneNumberId)?.allowed(clock.monotonicMs(), 5)).toBe(0);

    await put({ max_mps: 7 });
    clock.advance(1000);
    await following.tend(lanes);
    expect(laneOf().allowed(clock.monotonicMs(), 5)).toBe(5);
    expect(following.maxMpsOf(phoneNumberId)).toBe(7);
  });
});

describe('a warm-up', () => {
  const stage = async () => (await get()).warm_up_state?.stage;

  /** As if it had been chosen so long ago. */
  const begunAgo = (ms: number) =>
    db.run(
      `update rate_limit_policies set warm_up_since = warm_up_since - $2 * interval '1 millisecond' where phone_number_id = $1`,
      [portfolio.phoneNumberId, ms],
    );

  it('goes on after its time when enough was sent, and the gateway is written down as who did it', async () => {
    await rated('GREEN');
    await put({ warm_up: 'guide' });
    await sent(99, DAY);
    await begunAgo(4 * DAY);
    await jobs.judgeAll();
    expect(await stage()).toBe(1);
    await sent(1, 1000);
    await jobs.judgeAll();
    expect(await stage()).toBe(2);
    expect((await history())[0]).toMatchObject({
      changed_by: 'gateway',
      before: { warm_up_stage: 1 },
      after: { warm_up_stage: 2, warm_up_reason: 'stage 2 of 2: Meta took 100 messages in the stage before' },
    });
    await jobs.judgeAll();
    expect(await history()).toHaveLength(2);
  });

  it.each([
    ['Meta’s rating', () => rated('YELLOW'), /rates the quality of the number YELLOW/],
    ['failures', () => sent(12, 1000, { failed: true }), /10\.7 % of its messages failed/],
    ['refusals as spam', () => sent(1, 1000, { code: 131048 }), /1\.0 % of its messages made people complain/],
    [
      'messages that failed as spam after Meta had taken them',
      () => sent(1, 1000, { failed: true, lateCode: 131048 }),
      /1\.0 % of its messages made people complain/,
    ],
    [
      'opt-outs',
      () =>
        db.run(
          `insert into opt_outs (portfolio_id, person, phone_number_id, recipient, opted_out, source, wished_at)
           values ($1, $2, $3, '+1', true, 'keyword', now())`,
          [portfolio.portfolioId, newId(), portfolio.phoneNumberId],
        ),
      /1\.0 % of its messages made people complain or opt out/,
    ],
  ])('is put back to its first stage by %s', async (_, happens, reason) => {
    await rated('GREEN');
    await put({ warm_up: 'guide' });
    // Well received in the stage before, which speaks for nothing in this one.
    await sent(100, 2 * HOUR);
    await begunAgo(4 * DAY);
    await jobs.judgeAll();
    expect(await stage()).toBe(2);
    await sent(100, 100);
    await begunAgo(HOUR);
    await happens();
    await jobs.judgeAll();
    expect(await get()).toMatchObject({ warm_up_state: { stage: 1, reason: expect.stringMatching(reason) } });
  });
});
