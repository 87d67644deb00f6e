import { beforeEach, describe, expect, it } from '@jest/globals';
import { type LateRefusal, LateRefusalsService } from '../../src/rate-limit/late-refusals.service.js';
import { releaseStop, stopsInForce } from '../../src/rate-limit/stops.store.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aPortfolio, type PortfolioRows } from '../support/rows.js';
import { Services } from '../support/services.js';
import { TestClock } from '../support/test-clock.js';

const MINUTE_MS = 60_000;

let database: TestDatabase;
let of: PortfolioRows;
let services: Services;

beforeEach(async () => {
  database ??= await freshDatabase();
  of = await aPortfolio(database.db, 2);
  services = new Services(database);
  await services.accounts.refresh();
});

const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE_MS);
const refusal = (code: number, over: Partial<LateRefusal> = {}): LateRefusal => ({
  portfolioId: of.portfolioId,
  phoneNumberId: of.phoneNumberId,
  template: null,
  code,
  sentAt: ago(1),
  failedAt: ago(0),
  ...over,
});
const hear = (...refusals: LateRefusal[]) =>
  database.db.transaction((tx) => new LateRefusalsService(services.stops, services.runtime).heard(tx, refusals));
const inForce = async () => (await stopsInForce(database.db)).filter((stop) => stop.portfolio_id === of.portfolioId);
const release = async () => {
  for (const { id } of await inForce()) {
    await database.db.transaction((tx) => releaseStop(tx, { portfolioId: of.portfolioId, id, by: 'a test' }, false));
  }
};

describe('what Meta refuses after it has taken it', () => {
  it('stops what the same code stops in an answer, once for all messages, and says so in an event', async () => {
    await hear(...Array.from({ length: 500 }, () => refusal(131042)), refusal(131048));
    const stops = (await inForce()).map(({ scope, scope_id, stops, code, reason }) => [
      scope,
      scope_id,
      stops,
      code,
      reason,
    ]);
    expect(stops.sort()).toEqual([
      ['number', of.phoneNumberId, 'templates', 131048, 'Spam rate limit hit'],
      ['waba', of.wabaId, 'templates', 131042, 'Business eligibility payment issue'],
    ]);
    const told = await database.db.rows<{ type: string }>(
      `select type from message_events where portfolio_id = $1 and aggregate = 'rate_limit'`,
      [of.portfolioId],
    );
    expect(told.map((event) => event.type)).toEqual(['stopped', 'stopped']);
  });

  it('stops every process within its next look, also those that did not hear of it', async () => {
    await hear(refusal(131031));
    const other = new Services(database);
    await other.accounts.refresh();
    await other.stops.tend();
    expect(other.stops.stopsOf(of.phoneNumberIds[1] as string).map((stop) => stop.code)).toEqual([131031]);
  });

  it('stops the template that its message was made from, and nothing when it was of none', async () => {
    await hear(refusal(132015, { template: 'spring' }), refusal(132016));
    expect((await inForce()).map((stop) => [stop.scope, stop.scope_id, stop.code])).toEqual([
      ['template', `${of.wabaId}/spring`, 132015],
    ]);
  });

  it('stops nothing for codes that are of one message, or of a number that is not known', async () => {
    await hear(refusal(131026), refusal(131049), refusal(470), refusal(131031, { phoneNumberId: '1' }));
    expect(await inForce()).toEqual([]);
  });

  it('stops nothing again for messages that were sent before somebody released it, and does for later ones', async () => {
    await hear(refusal(131042));
    await release();
    await hear(refusal(131042, { sentAt: ago(2) }), refusal(131042));
    expect(await inForce()).toEqual([]);
    await hear(refusal(131042, { sentAt: ago(2) }), refusal(131042, { sentAt: new Date(Date.now() + 1000) }));
    expect(await inForce()).toHaveLength(1);
  });

  it('stops nothing for messages of days ago', async () => {
    await hear(refusal(131031, { sentAt: ago(25 * 60) }));
    expect(await inForce()).toEqual([]);
  });
});

describe('what Meta refuses for the rate of a number after it has taken it', () => {
  /** A worker that has taken every lane, some time after it began. */
  async function aWorker() {
    const keeper = services.laneKeeper(new TestClock());
    await keeper.tend();
    return services.limits;
  }
  const limiters = () => of.phoneNumberIds.map((id) => services.limits.limiter(id));

  it('makes the number give way once, however many messages it was, whoever heard of it', async () => {
    const limits = await aWorker();
    const other = new Services(database);
    await other.accounts.refresh();
    const level = limiters()[0]?.currentMps ?? Number.NaN;
    await database.db.transaction((tx) =>
      new LateRefusalsService(other.stops, other.runtime).heard(
        tx,
        Array.from({ length: 40 }, () => refusal(130429)),
      ),
    );
    await limits.tend(of.phoneNumberIds);
    expect(limiters().map((limiter) => limiter?.currentMps)).toEqual([Math.round(level * 0.94), level]);
    expect(await database.db.rows('select from late_refusals where portfolio_id = $1', [of.portfolioId])).toEqual([]);
  });

  it('pauses a number that is in maintenance', async () => {
    const limits = await aWorker();
    await hear(refusal(131057));
    await limits.tend(of.phoneNumberIds);
    const reasons = limiters().map((limiter) => limiter?.pauseAt(performance.now())?.reason);
    expect(reasons).toEqual(['Account in maintenance mode', undefined]);
  });

  it('changes nothing when it is told a minute late', async () => {
    const limits = await aWorker();
    await hear(refusal(130429, { failedAt: ago(1.1) }));
    await limits.tend(of.phoneNumberIds);
    expect(limiters()[0]?.shareOfLevel).toBe(1);
  });

  it('changes nothing once the number had nothing to send for a while', async () => {
    const limits = await aWorker();
    await hear(refusal(130429));
    await database.db.run(`update late_refusals set latest_at = latest_at - interval '11 seconds'`);
    await limits.tend(of.phoneNumberIds);
    expect(limiters()[0]?.shareOfLevel).toBe(1);
  });
});
