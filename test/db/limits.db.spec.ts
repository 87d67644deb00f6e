import { beforeEach, describe, expect, it } from '@jest/globals';
import { putOff } from '../../src/messaging/send-queue.store.js';
import type { Db } from '../../src/platform/db/db.js';
import { findReport, writeReports } from '../../src/rate-limit/lane-reports.store.js';
import { callsOfHour, pairDebts } from '../../src/rate-limit/ledger.store.js';
import { insertStops, listStops, type NewStop, releaseStop, stopsInForce } from '../../src/rate-limit/stops.store.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aRecipient } from '../support/factories.js';
import { aPortfolio, aWorker, type PortfolioRows, store } from '../support/rows.js';

let database: TestDatabase;
let db: Db;
let portfolio: PortfolioRows;

beforeEach(async () => {
  database ??= await freshDatabase();
  ({ db } = database);
  portfolio = await aPortfolio(db);
});

const number = () => [portfolio.phoneNumberId];

/** Arms messages to one recipient and lets the attempts lie so many seconds back. */
async function attempted(recipient: string, ...agesS: number[]): Promise<void> {
  const ids = await store(db, portfolio, ...agesS.map(() => ({ recipient })));
  const worker = await aWorker(database);
  const lanes = await worker.take();
  expect(await worker.arm(lanes, ids)).toHaveLength(agesS.length);
  for (const [i, id] of ids.entries()) {
    await db.run(`update attempts set armed_at = now() - $2 * interval '1 second' where message_id = $1`, [
      id,
      agesS[i],
    ]);
  }
  await worker.die();
}

describe('what recipients have had, as the attempts show', () => {
  it('is the dearest of what each attempt and all after it cost', async () => {
    const [often, once] = [aRecipient(), aRecipient()];
    await attempted(often, 100, 3, 2, 1);
    await attempted(once, 30);
    const debts = await pairDebts(db, number());
    expect(debts.map((d) => d.recipient)).toEqual([often]);
    // Three in the last seconds: 18 s from the first of them on, and what they may have been late.
    expect(debts[0]?.paid_in_ms).toBeGreaterThan(15_000);
    expect(debts[0]?.paid_in_ms).toBeLessThanOrEqual(17_500);
  });

  it('is told of the recipients that are asked about, and of no other number', async () => {
    const [one, two] = [aRecipient(), aRecipient()];
    await attempted(one, 1);
    await attempted(two, 1);
    expect((await pairDebts(db, number(), [two])).map((d) => d.recipient)).toEqual([two]);
    const other = await aPortfolio(db);
    expect(await pairDebts(db, [other.phoneNumberId])).toEqual([]);
  });

  it('counts the calls of the last hour', async () => {
    await attempted(aRecipient(), 10, 3000, 3700);
    const { calls, resets_in_ms } = await callsOfHour(db, number());
    expect(calls).toBe(2);
    expect(resets_in_ms).toBeGreaterThan(590_000);
    expect(resets_in_ms).toBeLessThanOrEqual(600_000);
  });
});

describe('stops', () => {
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
  const own = async () => (await stopsInForce(db)).filter((s) => s.portfolio_id === portfolio.portfolioId);

  it('hold once, however often they are learnt, until a person releases them, who is written down', async () => {
    await insertStops(db, [aStop()], false);
    await insertStops(db, [aStop(), aStop({ code: 368 })], false);
    const stops = await own();
    expect(stops.map((s) => s.code).sort()).toEqual([131031, 368]);
    const id = stops.find((s) => s.code === 131031)?.id as string;
    const { portfolioId } = portfolio;
    const released = await releaseStop(db, { portfolioId, id, by: 'api key 1' }, false);
    expect(released?.released_by).toBe('api key 1');
    expect((await releaseStop(db, { portfolioId, id, by: 'api key 2' }, false))?.released_by).toBe('api key 1');
    expect((await own()).map((s) => s.code)).toEqual([368]);
    expect(await listStops(db, portfolioId, true)).toHaveLength(2);
    // The same error again is a new stop.
    await insertStops(db, [aStop()], false);
    expect(await own()).toHaveLength(2);
  });

  it('are not released by another portfolio', async () => {
    await insertStops(db, [aStop()], false);
    const [stop] = await own();
    const other = await aPortfolio(db);
    expect(await releaseStop(db, { portfolioId: other.portfolioId, id: stop?.id ?? '', by: 'x' }, false)).toBeNull();
    expect(await own()).toHaveLength(1);
  });

  it('end by themselves when they have a time', async () => {
    await insertStops(db, [aStop({ scope: 'template', scopeId: `${portfolio.wabaId}/spring`, endsAfterMs: 1 })], false);
    await db.rows('select pg_sleep(0.01)');
    expect(await own()).toEqual([]);
    await insertStops(
      db,
      [aStop({ scope: 'template', scopeId: `${portfolio.wabaId}/spring`, endsAfterMs: 60_000 })],
      false,
    );
    expect(await own()).toHaveLength(1);
  });
});

it('shows on any replica how a lane stands, the latest only', async () => {
  const [phoneNumberId = ''] = number();
  const report = {
    phoneNumberId,
    used: 5,
    currentMps: 72,
    reserveMps: 8,
    pauseReason: null,
    pauseIsOfWorker: false,
    shareOfLevel: 1,
    mediaPausedForMs: null,
    mediaFailures: 0,
  };
  await writeReports(db, [{ ...report, pausedForMs: null }]);
  await writeReports(db, [{ ...report, used: 7, pausedForMs: 60_000, pauseReason: 'Rate limit issues' }]);
  const found = await findReport(db, phoneNumberId);
  expect(found).toMatchObject({ used: 7, current_mps: 72, reserve_mps: 8, pause_reason: 'Rate limit issues' });
  expect(found?.paused_until?.getTime()).toBeGreaterThan((found?.told_at.getTime() ?? 0) + 59_000);
});

it('puts off messages that wait, and not those that are on their way', async () => {
  const [waiting, sending] = await store(db, portfolio, {}, {});
  await db.run(`update messages set state = 'cancelled' where id = $1`, [sending]);
  await putOff(
    db,
    [waiting, sending].map((id) => ({ id: id as string, inMs: 60_000 })),
  );
  const due = await db.rows<{ id: string }>(
    `select id from messages where id = any($1::uuid[]) and due_at > now() + interval '50 seconds'`,
    [[waiting, sending]],
  );
  expect(due.map((row) => row.id)).toEqual([waiting]);
});
