import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded/embedded-postgres.js';
import { asSuperuser, sql } from './support/sql.js';
import { TempFolders } from './support/temp-folders.js';

const folders = new TempFolders();
const running: EmbeddedPostgres[] = [];

async function start(dataDir: string, more: { port?: number; database?: string } = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, ...more });
  running.push(server);
  return server;
}

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});
afterAll(() => folders.removeAll());

describe('embedded PostgreSQL', () => {
  it('answers on 127.0.0.1 as the role of the service, in its own database', async () => {
    const server = await start(folders.make());
    expect(server.url).toBe(`postgres://heliograph@127.0.0.1:${server.port}/heliograph`);
    const [row] = await sql(
      server.url,
      `select current_user::text as role, current_database()::text as database, split_part(version(), ' ', 2) as version,
              current_setting('fsync') as fsync, current_setting('listen_addresses') as listens,
              current_setting('server_encoding') as encoding`,
    );
    expect(row).toEqual({
      role: 'heliograph',
      database: 'heliograph',
      version: server.version,
      fsync: 'on',
      listens: '127.0.0.1',
      encoding: 'UTF8',
    });
  });

  it('finds its data again at the next start, and makes a second database beside it', async () => {
    const dataDir = folders.make();
    const first = await start(dataDir);
    await sql(first.url, 'create table kept (n int)', 'insert into kept values (42)');
    await first.stop();
    const second = await start(dataDir);
    expect(await sql(second.url, 'select n from kept')).toEqual([{ n: 42 }]);
    await second.stop();
    const third = await start(dataDir, { database: 'other' });
    expect(third.url).toMatch(/\/other$/);
    expect(await sql(third.url, 'select current_database()::text as name')).toEqual([{ name: 'other' }]);
  });

  it('keeps what was committed when the server is killed', async () => {
    const dataDir = folders.make();
    const first = await start(dataDir);
    await sql(first.url, 'create table kept (n int)', 'insert into kept values (42)');
    process.kill(first.pid, 'SIGKILL');
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const second = await start(dataDir);
    expect(await sql(second.url, 'select n from kept')).toEqual([{ n: 42 }]);
  });

  it('refuses data that a living server uses, and names its process', async () => {
    const dataDir = folders.make();
    const server = await start(dataDir);
    await expect(start(dataDir)).rejects.toThrow(`in use by the PostgreSQL with process id ${server.pid}`);
    expect(await sql(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('lets one of two first starts win and tells the other who has the data', async () => {
    const dataDir = folders.make();
    const results = await Promise.allSettled([start(dataDir), start(dataDir)]);
    const [winner] = results.filter((r) => r.status === 'fulfilled').map((r) => r.value);
    const [loser] = results.filter((r) => r.status === 'rejected').map((r) => String(r.reason));
    expect(loser).toContain(`in use by the PostgreSQL with process id ${winner!.pid}`);
    expect(await sql(winner!.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('cuts clients off when it stops, and may be stopped again', async () => {
    const server = await start(folders.make());
    const waiting = sql(server.url, 'select pg_sleep(60)');
    const refused = expect(waiting).rejects.toThrow();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    await refused;
    await expect(sql(server.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('says that a given port is taken instead of taking another', async () => {
    const holder = createServer();
    const port = await new Promise<number>((resolve) => {
      holder.listen(0, '127.0.0.1', () => resolve((holder.address() as { port: number }).port));
    });
    try {
      await expect(start(folders.make(), { port })).rejects.toThrow('Address already in use');
    } finally {
      holder.close();
    }
  });

  it('refuses a database name that could be read as SQL', async () => {
    await expect(start(folders.make(), { database: 'x; drop' })).rejects.toThrow('cannot be the name');
  });

  it('refuses data of another major version', async () => {
    const dataDir = folders.make();
    mkdirSync(path.join(dataDir, 'cluster'), { mode: 0o700 });
    writeFileSync(path.join(dataDir, 'cluster', 'PG_VERSION'), '15\n');
    await expect(start(dataDir)).rejects.toThrow('was written by PostgreSQL 15');
  });
});

describe('the role of the service', () => {
  let url: string;
  let server: EmbeddedPostgres;
  beforeAll(async () => {
    server = await startEmbeddedPostgres({ dataDir: folders.make() });
    url = server.url;
  });
  afterAll(() => server.stop());

  it('is stopped by row-level security and cannot get around it', async () => {
    await sql(
      url,
      'create table secrets (tenant text)',
      'alter table secrets enable row level security',
      'alter table secrets force row level security',
      'create policy nobody on secrets using (false) with check (true)',
      `insert into secrets values ('a')`,
    );
    expect(await sql(url, 'select * from secrets')).toEqual([]);
    expect(await sql(asSuperuser(url), 'select * from secrets')).toEqual([{ tenant: 'a' }]);
    await expect(sql(url, 'set row_security = off', 'select * from secrets')).rejects.toThrow('row-level security');
    await expect(sql(url, 'alter role heliograph bypassrls')).rejects.toThrow('permission denied');
    await expect(sql(url, 'create role r bypassrls')).rejects.toThrow('permission denied');
    await expect(sql(url, 'create role r superuser')).rejects.toThrow('permission denied');
    await expect(sql(url, 'set role postgres')).rejects.toThrow('permission denied');
  });

  it('may make databases and roles', async () => {
    await sql(url, 'create role reader login', 'create database copy template heliograph');
    const asReader = url.replace('heliograph@', 'reader@').replace(/heliograph$/, 'copy');
    expect(await sql(asReader, 'select current_user::text as who')).toEqual([{ who: 'reader' }]);
  });
});
