import { beforeEach, expect, it } from '@jest/globals';
import { openPool } from '../../src/platform/db/data-source.js';
import { Db } from '../../src/platform/db/db.js';
import { stopAtEnd } from '../support/cleanup.js';
import { connect, freshDatabase, quiet, type TestDatabase } from '../support/database.js';

let database: TestDatabase;

beforeEach(async () => {
  database = await freshDatabase();
});

it('compiles no statement on a server that compiles whatever it takes for dear', async () => {
  const admin = await connect(database.url);
  const { rows } = await admin.query<{ name: string }>('select current_database() as name');
  await admin.query(`alter database ${rows[0]?.name} set jit = on`);
  const pool = openPool({ url: database.url, size: 1, timeoutMs: 5000, name: 'test' }, quiet);
  stopAtEnd('another pool', () => pool.end());
  // Nothing but a table scan answers this: with the planner's settings of ours its cost is that of something to compile.
  const plan = await new Db(pool).rows<{ 'QUERY PLAN': string }>('explain select sum(length(name)) from portfolios');
  const text = plan.map((row) => row['QUERY PLAN']).join('\n');
  expect(text).toMatch(/Seq Scan/);
  expect(text).not.toMatch(/JIT/);
  expect(await new Db(pool).rows('show jit')).toEqual([{ jit: 'off' }]);
});
