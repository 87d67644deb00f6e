import pg from 'pg';
import { openPool } from '../../src/platform/db/data-source.js';
import { Db } from '../../src/platform/db/db.js';
import { migrate } from '../../src/platform/db/migrate.js';
import { createLogger } from '../../src/platform/observability/logger.js';
import { stopAtEnd } from './cleanup.js';
import { askRunHost } from './run-host-client.js';
import { until } from './until.js';

/** A database of one's own, migrated and empty. */
export interface TestDatabase {
  /** For its owner: the role that the service has in production, which is no superuser. */
  readonly url: string;
  /** Connections with the service's own settings, closed and dropped at the end of the file. */
  readonly db: Db;
}

/** A silent logger for parts that want one. */
export const quiet = createLogger({ logLevel: 'silent' });

/** Only one worker may make the template; the others wait for it. */
const TEMPLATE_LOCK = 7_240_999;

/**
 * Gives a database cloned from the migrated template (`empty`: one without any table) and drops it at the end of the
 * file. The file fails when somebody is still connected by then: a gateway, pool or lock was left open.
 */
export async function freshDatabase(kind: 'migrated' | 'empty' = 'migrated'): Promise<TestDatabase> {
  const { url, runId } = await askRunHost<{ url: string; runId: string }>('postgres');
  const name = `hg_${runId}_${process.pid}_${Date.now().toString(36)}${Math.random().toString(36).slice(2, 7)}`;
  await onServer(url, async (server) => {
    if (kind === 'empty') await server.query(`create database ${name} template template0`);
    else await clone(server, await templateOf(server, url, runId), name);
  });
  const own = withDatabase(url, name);
  stopAtEnd(`database ${name}`, () => drop(url, name));
  const pool = openPool({ url: own, size: 8, timeoutMs: 20_000, name: 'test' }, quiet);
  stopAtEnd('the pool of the test', () => pool.end());
  return { url: own, db: new Db(pool) };
}

/** A single connection, for what a pool cannot do: two transactions side by side. Closed at the end of the file. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'test' });
  client.on('error', () => undefined);
  await client.connect();
  stopAtEnd('a connection of the test', () => client.end());
  return client;
}

async function templateOf(server: pg.Client, url: string, runId: string): Promise<string> {
  const name = `hg_${runId}_template`;
  await server.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    const found = await server.query('select datistemplate from pg_database where datname = $1', [name]);
    if (found.rows[0]?.datistemplate === true) return name;
    // A template that is there but not marked is one that could not be migrated.
    await server.query(`drop database if exists ${name}`);
    await server.query(`create database ${name} template template0`);
    await migrate(withDatabase(url, name), quiet);
    await server.query(`alter database ${name} is_template true`);
    return name;
  } finally {
    await server.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
}

/** The server may still count the connections that made the template for a moment. */
async function clone(server: pg.Client, template: string, name: string): Promise<void> {
  await until(
    async () => {
      await server.query(`create database ${name} template ${template}`);
      return true;
    },
    { what: `a clone of ${template}`, everyMs: 50 },
  );
}

async function drop(url: string, name: string): Promise<void> {
  await onServer(url, async (server) => {
    const connected = async () =>
      (
        await server.query<{ name: string }>(
          'select application_name as name from pg_stat_activity where datname = $1 order by 1',
          [name],
        )
      ).rows.map((row) => row.name);
    // A closed connection takes the server a moment to bury.
    const isClear = await until(async () => (await connected()).length === 0, { withinMs: 3000 }).catch(() => false);
    const left = isClear ? [] : await connected();
    await server.query(`drop database ${name} with (force)`);
    if (left.length > 0) throw new Error(`these were still connected at the end: ${left.join(', ')}`);
  });
}

async function onServer(url: string, work: (server: pg.Client) => Promise<void>): Promise<void> {
  const server = new pg.Client({ connectionString: url, application_name: 'test-support' });
  server.on('error', () => undefined);
  await server.connect();
  try {
    await work(server);
  } finally {
    await server.end();
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
