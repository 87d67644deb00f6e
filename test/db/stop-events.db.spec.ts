import { beforeEach, describe, expect, it } from '@jest/globals';
import { listEventsAfter } from '../../src/messaging/events.store.js';
import type { Db } from '../../src/platform/db/db.js';
import { insertStops, listStops, type NewStop, releaseStop } from '../../src/rate-limit/stops.store.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aPortfolio, type PortfolioRows } from '../support/rows.js';
import { until } from '../support/until.js';

let database: TestDatabase;
let db: Db;
let portfolio: PortfolioRows;

beforeEach(async () => {
  database ??= await freshDatabase();
  ({ db } = database);
  portfolio = await aPortfolio(db);
});

const aStop = (over: Partial<NewStop> = {}): NewStop => ({
  portfolioId: portfolio.portfolioId,
  scope: 'waba',
  scopeId: portfolio.wabaId,
  stops: 'all',
  code: 131031,
  reason: 'Account has been locked',
  endsAfterMs: null,
  ...over,
});
const stop = (...stops: NewStop[]) => db.transaction((tx) => insertStops(tx, stops, true));
const release = async (by: string) => {
  const [{ id = '' } = {}] = await listStops(db, portfolio.portfolioId, true);
  return db.transaction((tx) => releaseStop(tx, { portfolioId: portfolio.portfolioId, id, by }, true));
};
/** The cursor waits for older transactions of the whole server, and other suites write at the same time. */
const told = () =>
  until(async () => {
    const events = await listEventsAfter(db, portfolio.portfolioId, { tx: '0', seq: 0 }, 100);
    const written = await db.rows('select from message_events where portfolio_id = $1', [portfolio.portfolioId]);
    return events.length === written.length && events;
  });
const outbox = async () =>
  (
    await db.rows(`select from message_outbox o join message_events e on e.seq = o.seq where e.portfolio_id = $1`, [
      portfolio.portfolioId,
    ])
  ).length;

describe('what is told of a stop', () => {
  it('is that it began and that it was released, once each however often, with versions that rise', async () => {
    await stop(aStop());
    await stop(aStop());
    await release('api key 1');
    await release('api key 2');
    const events = await told();
    expect(events.map((e) => [e.aggregate, e.type, e.version])).toEqual([
      ['rate_limit', 'stopped', 1],
      ['rate_limit', 'released', 2],
    ]);
    expect(events[0]?.data).toMatchObject({ scope: 'waba', scope_id: portfolio.wabaId, code: 131031, until: null });
    expect(events[1]?.data).toMatchObject({ released_by: 'api key 1', reason: 'Account has been locked' });
    expect(new Set(events.map((e) => e.aggregate_id)).size).toBe(1);
    expect(await outbox()).toBe(2);
    // The same error again is another stop.
    await stop(aStop());
    expect((await told()).map((e) => e.version)).toEqual([1, 2, 1]);
  });

  it('is told again when one whose time was over begins anew', async () => {
    await stop(aStop({ endsAfterMs: 1 }));
    await db.rows('select pg_sleep(0.01)');
    await stop(aStop({ endsAfterMs: 60_000 }));
    await stop(aStop({ endsAfterMs: 60_000 }));
    expect((await told()).map((e) => [e.type, e.version])).toEqual([
      ['stopped', 1],
      ['stopped', 2],
    ]);
  });

  it('is not told when the stop is not written, and the other way round', async () => {
    const failing = db.transaction(async (tx) => {
      await insertStops(tx, [aStop()], true);
      throw new Error('and then the connection broke');
    });
    await expect(failing).rejects.toThrow('broke');
    expect(await told()).toEqual([]);
    await stop(aStop());
    const undone = db.transaction(async (tx) => {
      const [{ id = '' } = {}] = await listStops(tx, portfolio.portfolioId, true);
      await releaseStop(tx, { portfolioId: portfolio.portfolioId, id, by: 'x' }, true);
      throw new Error('and then the connection broke');
    });
    await expect(undone).rejects.toThrow('broke');
    expect((await told()).map((e) => e.type)).toEqual(['stopped']);
  });

  it('is one event of two replicas that learn of the same error, and of two releases', async () => {
    await Promise.all([stop(aStop()), stop(aStop()), stop(aStop())]);
    await Promise.all([release('a'), release('b'), release('c')]);
    expect((await told()).map((e) => [e.type, e.version])).toEqual([
      ['stopped', 1],
      ['released', 2],
    ]);
  });
});
