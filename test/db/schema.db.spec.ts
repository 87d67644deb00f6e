import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { migrate } from '../../src/platform/db/migrate.js';
import { describeSchema } from '../support/catalog.js';
import { freshDatabase, quiet } from '../support/database.js';

const SCHEMA = path.resolve(import.meta.dirname, '../schema.sql');

const HEADER = `-- The schema as the migrations leave it, for people to read and for reviews to show what a migration changes.
-- It is a description, not a script. Written by: UPDATE_SCHEMA=1 npm test -- test/db/schema
`;

it('leaves the schema that test/schema.sql shows', async () => {
  const { db } = await freshDatabase();
  const schema = `${HEADER}\n${await describeSchema(db)}`;
  if (process.env.UPDATE_SCHEMA === '1') writeFileSync(SCHEMA, schema);
  expect(schema).toBe(readFileSync(SCHEMA, 'utf8'));
});

it('leaves the same schema after up, down and up again, and nothing after down', async () => {
  const { db, url } = await freshDatabase('empty');
  const count = await migrate(url, quiet);
  const first = await describeSchema(db);
  expect(await migrate(url, quiet, 'undo-all')).toBe(count);
  expect(await describeSchema(db)).toBe('');
  expect(await migrate(url, quiet)).toBe(count);
  expect(await describeSchema(db)).toBe(first);
});

it('lets replicas that start together migrate once', async () => {
  const { db, url } = await freshDatabase('empty');
  const applied = await Promise.all([migrate(url, quiet), migrate(url, quiet), migrate(url, quiet)]);
  expect(applied.filter((n) => n > 0)).toHaveLength(1);
  expect(await db.rows('select name from migrations')).toHaveLength(Math.max(...applied));
});
