import { beforeEach, describe, expect, it } from '@jest/globals';
import { LaneLimiter } from '../../src/core/limits/lane-limiter.js';
import type { Db } from '../../src/platform/db/db.js';
import { Escalations } from '../../src/rate-limit/escalations.js';
import { LanePolicies } from '../../src/rate-limit/lane-policies.js';
import { writePolicy } from '../../src/rate-limit/policies.store.js';
import { StopsService } from '../../src/rate-limit/stops.service.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aPortfolio, type PortfolioRows } from '../support/rows.js';
import { Services } from '../support/services.js';
import { TestClock } from '../support/test-clock.js';

const REFUSAL = { code: 130429, title: 'Rate limit hit' };

let database: TestDatabase;
let db: Db;
let services: Services;
let portfolio: PortfolioRows;

beforeEach(async () => {
  database ??= await freshDatabase();
  ({ db } = database);
  services ??= new Services(database);
  portfolio = await aPortfolio(db, 2);
  await services.accounts.refresh();
});

const number = (i = 0) => portfolio.phoneNumberIds[i] as string;
const choose = (phoneNumberId: string, escalation: string | null) => {
  const nothing = {
    warm_up: null,
    utilisation: null,
    max_mps: null,
    marketing_cap: null,
    marketing_cap_days: null,
    fairness_weights: null,
    full_hour_spread_ms: null,
    warmUpStage: 0,
    warmUpSince: null,
    warmUpReason: null,
    by: 'test',
  };
  return writePolicy(db, { portfolioId: portfolio.portfolioId, phoneNumberId }, { ...nothing, escalation }, null);
};

/** One worker, as far as escalations go. */
async function aWorkersEscalations() {
  const clock = new TestClock();
  const runtime = Object.assign(Object.create(services.runtime) as typeof services.runtime, { clock });
  const { accounts } = services;
  const policies = new LanePolicies(db, clock);
  const stops = new StopsService(db, accounts, runtime);
  await policies.tend(new Map());
  await stops.refresh();
  const escalations = new Escalations({ db, accounts, policies, stops }, runtime);
  const limiter = new LaneLimiter(80, 10);
  const refuse = (phoneNumberId: string, times: number) => {
    for (let i = 0; i < times; i += 1) {
      clock.advance(1000);
      escalations.refused(phoneNumberId, REFUSAL, limiter);
    }
  };
  const reasons = (i: number) => stops.stopsOf(number(i)).map(({ scope, reason }) => `${scope}: ${reason}`);
  return { clock, escalations, limiter, policies, stops, refuse, reasons, tend: () => escalations.tend(() => limiter) };
}

const LIGHT =
  'number: light limiting: Meta refused 3 times within 1 minute (Rate limit hit), so the number sends nothing for 5 minutes';
const MEDIUM =
  'portfolio: medium limiting: 3 light limitings of a number in a row, so no number of the portfolio sends for 1 hour';

describe('a number for which an escalation was chosen', () => {
  it('stops at once for five minutes when Meta refuses a third time, and goes on by itself', async () => {
    await choose(number(), 'guide');
    const worker = await aWorkersEscalations();
    worker.refuse(number(), 2);
    expect(worker.limiter.pauseAt(worker.clock.monotonicMs())).toBeNull();
    worker.refuse(number(), 1);
    // Before anything is written down.
    expect(worker.limiter.pauseAt(worker.clock.monotonicMs())?.reason).toMatch(/^light limiting/);
    await worker.tend();
    expect(worker.reasons(0)).toEqual([LIGHT]);
    expect(worker.reasons(1)).toEqual([]);
    const [stop] = worker.stops.stopsOf(number());
    expect((stop?.untilMs ?? 0) - Date.now()).toBeGreaterThan(295_000);
    expect((stop?.untilMs ?? 0) - Date.now()).toBeLessThanOrEqual(300_000);
    await db.run(`update limit_stops set until = now() where scope_id = $1`, [number()]);
    await worker.stops.refresh();
    expect(worker.reasons(0)).toEqual([]);
  });

  it('stops its whole portfolio at the third time in a row, on whichever worker each of them was', async () => {
    await choose(number(), 'guide');
    for (const _ of [1, 2]) {
      // Each a process of its own: nothing is remembered but what is in the database.
      const worker = await aWorkersEscalations();
      worker.refuse(number(), 3);
      await worker.tend();
      expect(worker.reasons(1)).toEqual([]);
    }
    const third = await aWorkersEscalations();
    third.refuse(number(), 3);
    await third.tend();
    expect(third.reasons(1)).toEqual([MEDIUM]);
    expect(third.reasons(0)).toContain(MEDIUM);
    const other = await aPortfolio(db);
    await services.accounts.refresh();
    expect(third.stops.stopsOf(other.phoneNumberId)).toEqual([]);
    const restarted = await aWorkersEscalations();
    expect(restarted.reasons(1)).toEqual([MEDIUM]);
    const events = await db.rows<{ scope: string }>(
      `select data->>'scope' as scope from message_events where portfolio_id = $1 and type = 'stopped' order by seq`,
      [portfolio.portfolioId],
    );
    // The second light found the first still in force, which is then no news.
    expect(events.map((event) => event.scope)).toEqual(['number', 'portfolio']);
  });

  it('stops its account for a day at the fifth time that its portfolio stopped', async () => {
    await choose(number(), 'guide');
    const worker = await aWorkersEscalations();
    for (let i = 0; i < 15; i += 1) {
      worker.refuse(number(), 3);
      await worker.tend();
    }
    expect(worker.reasons(1)).toContain(
      'waba: severe limiting: 5 medium limitings within 24 hours, so the account sends nothing for 24 hours',
    );
    const levels = await db.rows<{ level: string }>(
      `select level from limit_escalations where phone_number_id = $1 order by began_at`,
      [number()],
    );
    expect(levels.map((row) => row.level).filter((level) => level !== 'light')).toEqual([
      'medium',
      'medium',
      'medium',
      'medium',
      'severe',
    ]);
  });

  it('does not lose a level that cannot be written down: the lane stays silent until it can', async () => {
    await choose(number(), 'guide');
    const worker = await aWorkersEscalations();
    worker.refuse(number(), 3);
    await db.run('alter table limit_escalations rename to away');
    await worker.tend();
    worker.clock.advance(4000);
    expect(worker.limiter.pauseAt(worker.clock.monotonicMs())).not.toBeNull();
    await db.run('alter table away rename to limit_escalations');
    await worker.tend();
    expect(worker.reasons(0)).toEqual([LIGHT]);
  });
});

it('sends on as Meta’s own rule has it while no escalation was chosen, and after refusals that are none of rate', async () => {
  const worker = await aWorkersEscalations();
  worker.refuse(number(), 20);
  await worker.tend();
  await choose(number(), 'guide');
  worker.clock.advance(1000);
  await worker.policies.tend(new Map());
  for (let i = 0; i < 5; i += 1) {
    worker.clock.advance(1000);
    worker.escalations.refused(number(), { code: 131056, title: 'pair' }, worker.limiter);
  }
  await worker.tend();
  expect(worker.limiter.pauseAt(worker.clock.monotonicMs())).toBeNull();
  expect(worker.reasons(0)).toEqual([]);
});
