import { beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import {
  clearOutbox,
  type EventCursor,
  listEventsAfter,
  measureOutbox,
  readOutbox,
} from '../../src/messaging/events.store.js';
import { newId } from '../../src/platform/clock/ids.js';
import type { Db } from '../../src/platform/db/db.js';
import type { Queryable } from '../../src/platform/db/queryable.js';
import { appendNotices } from '../../src/platform/ledger/notices.store.js';
import { connect, freshDatabase, type TestDatabase } from '../support/database.js';
import { aPortfolio, type PortfolioRows } from '../support/rows.js';
import { until } from '../support/until.js';

describe('the cursor over events', () => {
  let database: TestDatabase;
  let db: Db;
  let portfolio: PortfolioRows;
  let early: pg.Client;
  let late: pg.Client;

  beforeAll(async () => {
    database = await freshDatabase();
    ({ db } = database);
    portfolio = await aPortfolio(db);
    [early, late] = [await connect(database.url), await connect(database.url)];
  });

  const note = async (q: Queryable, type: string, publish = false) => {
    const { portfolioId } = portfolio;
    const notice = { portfolioId, aggregate: 'account', aggregateId: newId(), type, data: {}, occurredAt: new Date() };
    await appendNotices(q, [notice], publish);
  };
  const read = async (after: EventCursor) => {
    const rows = await listEventsAfter(db, portfolio.portfolioId, after, 100);
    const last = rows.at(-1);
    return { types: rows.map((r) => r.type), next: last === undefined ? after : { tx: last.tx, seq: last.seq } };
  };
  const start = { tx: '0', seq: 0 };

  it('never skips an event whose transaction commits after one that began later', async () => {
    await early.query('begin');
    await note(over(early), 'began first');
    await note(db, 'committed first');
    const meanwhile = await read(start);
    expect(meanwhile.types).not.toContain('committed first');
    await early.query('commit');
    const seen: string[] = [];
    let cursor = meanwhile.next;
    await until(async () => {
      const found = await read(cursor);
      cursor = found.next;
      seen.push(...found.types);
      return seen.length >= 2;
    });
    expect([...meanwhile.types, ...seen]).toEqual(['began first', 'committed first']);
  });

  it('gives every event exactly once to a reader who keeps asking while many transactions interleave', async () => {
    let cursor = (await read(start)).next;
    const seen: string[] = [];
    const look = async () => {
      const found = await read(cursor);
      cursor = found.next;
      seen.push(...found.types);
    };
    const written: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      for (const client of [early, late]) await client.query('begin');
      const [first, last] = round % 2 === 0 ? [early, late] : [late, early];
      const isUndone = round % 5 === 4;
      for (const [i, client] of [last, first, last].entries()) {
        await note(over(client), `${round}/${i}`);
        if (client === first || !isUndone) written.push(`${round}/${i}`);
      }
      await look();
      await first.query('commit');
      await look();
      await last.query(isUndone ? 'rollback' : 'commit');
    }
    // Transactions of other databases of the server hold the cursor back, too: the other suites have some.
    await until(async () => {
      await look();
      return seen.length >= written.length;
    });
    expect([...seen].sort()).toEqual([...written].sort());
  });

  it('shows a portfolio its own events only', async () => {
    const other = await aPortfolio(db);
    await note(db, 'not for others');
    expect(await listEventsAfter(db, other.portfolioId, start, 100)).toEqual([]);
  });

  it('keeps what is to be published until it is cleared, oldest first', async () => {
    for (const type of ['a', 'b', 'c']) await note(db, type, true);
    const waiting = await readOutbox(db, 2);
    expect(waiting.map((e) => e.type)).toEqual(['a', 'b']);
    await clearOutbox(
      db,
      waiting.map((e) => e.seq),
    );
    expect((await readOutbox(db, 10)).map((e) => e.type)).toEqual(['c']);
    expect(await measureOutbox(db)).toMatchObject({ waiting: 1 });
  });
});

function over(client: pg.Client): Queryable {
  return {
    rows: async <T extends object>(sql: string, params: readonly unknown[] = []) =>
      (await client.query(sql, params as unknown[])).rows as T[],
    run: async (sql, params = []) => (await client.query(sql, params as unknown[])).rowCount ?? 0,
  };
}
