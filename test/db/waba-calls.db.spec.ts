import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Db } from '../../src/platform/db/db.js';
import { addCalls, callsOfWabas, forgetCalls } from '../../src/rate-limit/waba-calls.store.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aPortfolio, type PortfolioRows } from '../support/rows.js';
import { Services } from '../support/services.js';

let database: TestDatabase;
let db: Db;
let portfolio: PortfolioRows;
let services: Services;

beforeEach(async () => {
  database ??= await freshDatabase();
  ({ db } = database);
  portfolio = await aPortfolio(db);
  services = new Services(database);
  await services.accounts.refresh();
});

const add = (calls: number) => addCalls(db, [{ wabaId: portfolio.wabaId, portfolioId: portfolio.portfolioId, calls }]);
const pass = (minutes: number) =>
  db.run(`update waba_calls set minute = minute - $2 * interval '1 minute' where waba_id = $1`, [
    portfolio.wabaId,
    minutes,
  ]);
const standing = () => services.wabaCalls.standing(portfolio.wabaId);
const mayAsk = async () => (await services.wabaCalls.mayAskAbout([portfolio.wabaId])).has(portfolio.wabaId);

describe('the calls about a WABA', () => {
  it('count for an hour, whichever process made them, and are counted once', async () => {
    expect(await standing()).toEqual({ allowed: 200, used: 0, resetsAt: null });
    await Promise.all([add(3), add(4)]);
    expect(await standing()).toMatchObject({ used: 7 });
    await pass(58);
    await add(1);
    const now = await standing();
    expect(now.used).toBe(8);
    const resetsInMs = (now.resetsAt?.getTime() ?? 0) - Date.now();
    expect(resetsInMs).toBeGreaterThan(58 * 60_000);
    expect(resetsInMs).toBeLessThanOrEqual(61 * 60_000);
    await pass(4);
    expect(await standing()).toMatchObject({ used: 1 });
  });

  it('are more where Meta calls a number of it connected', async () => {
    await db.run(`update phone_numbers set status = 'CONNECTED' where phone_number_id = $1`, [portfolio.phoneNumberId]);
    await services.accounts.refresh();
    expect(await standing()).toMatchObject({ allowed: 5000 });
  });

  it('leave a fifth to people: schedules give way before, and go on when the hour has moved on', async () => {
    await add(159);
    expect(await mayAsk()).toBe(true);
    await add(1);
    expect(await mayAsk()).toBe(false);
    await pass(62);
    expect(await mayAsk()).toBe(true);
  });

  it('are forgotten when they count no more', async () => {
    await add(1);
    await pass(119);
    await forgetCalls(db);
    expect(await db.rows(`select 1 from waba_calls where waba_id = $1`, [portfolio.wabaId])).toHaveLength(1);
    await pass(3);
    await forgetCalls(db);
    expect(await db.rows(`select 1 from waba_calls where waba_id = $1`, [portfolio.wabaId])).toHaveLength(0);
    expect(await callsOfWabas(db, [portfolio.wabaId])).toEqual([]);
  });
});
