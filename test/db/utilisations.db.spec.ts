import { expect, it } from '@jest/globals';
import { LaneLimiter } from '../../src/core/limits/lane-limiter.js';
import { listEventsAfter } from '../../src/messaging/events.store.js';
import { Lane } from '../../src/rate-limit/lane.js';
import { LanePolicies } from '../../src/rate-limit/lane-policies.js';
import { writePolicy } from '../../src/rate-limit/policies.store.js';
import { Utilisations } from '../../src/rate-limit/utilisations.js';
import { freshDatabase } from '../support/database.js';
import { aPortfolio } from '../support/rows.js';
import { Services } from '../support/services.js';
import { TestClock } from '../support/test-clock.js';
import { until } from '../support/until.js';

it('tells at 80 % of a number’s rate and pauses ten seconds at 90 %, where that was chosen and nowhere else', async () => {
  const database = await freshDatabase();
  const { db } = database;
  const portfolio = await aPortfolio(db, 2);
  const [chosen, other] = portfolio.phoneNumberIds as [string, string];
  const services = new Services(database);
  await services.accounts.refresh();
  const clock = new TestClock();
  const runtime = Object.assign(Object.create(services.runtime) as typeof services.runtime, { clock });
  const policies = new LanePolicies(db, clock);
  const nothing = {
    warm_up: null,
    escalation: null,
    max_mps: null,
    marketing_cap: null,
    marketing_cap_days: null,
    fairness_weights: null,
    full_hour_spread_ms: null,
    warmUpStage: 0,
    warmUpSince: null,
  };
  const { portfolioId } = portfolio;
  const choice = { ...nothing, warmUpReason: null, utilisation: 'guide', by: 'test' };
  await writePolicy(db, { portfolioId, phoneNumberId: chosen }, choice, null);
  const lanes = new Map([chosen, other].map((id) => [id, new Lane(new LaneLimiter(80, 10))]));
  await policies.tend(lanes);
  const utilisations = new Utilisations({ db, accounts: services.accounts, policies }, runtime);
  const use = async (count: number) => {
    for (const { limiter } of lanes.values()) for (let i = 0; i < count; i += 1) limiter.inherit(clock.monotonicMs());
    await utilisations.tend([chosen, other], lanes);
  };
  const events = async () =>
    (await listEventsAfter(db, portfolioId, { tx: '0', seq: 0 }, 10)).map((e) => [e.type, e.data]);
  const pauseOf = (id: string) => lanes.get(id)?.limiter.pauseAt(clock.monotonicMs());

  await use(63);
  expect(pauseOf(chosen)).toBeNull();
  await use(1);
  await use(7);
  expect(pauseOf(chosen)).toBeNull();
  await use(1);
  const reason = 'the number used 90 % of its rate, so it pauses 10 seconds';
  expect(pauseOf(chosen)).toEqual({ untilMs: clock.monotonicMs() + 10_000, reason, isOfWorker: false });
  expect(pauseOf(other)).toBeNull();
  const data = { phone_number_id: chosen, limit: 'throughput', used: 64, allowed: 80 };
  await until(async () => (await events()).length > 0);
  expect(await events()).toEqual([['utilisation_high', data]]);
});
