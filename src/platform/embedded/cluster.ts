import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { EmbeddedServerError } from './embedded-server-error.js';
import { isAlive } from './living-process.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { runProgram } from './run-program.js';
import type { Account } from './unprivileged-account.js';

/** PostgreSQL's own folder. A folder inside the caller's, because it appears by a rename and a volume cannot be renamed. */
export function clusterIn(dataDir: string): string {
  return path.join(path.resolve(dataDir), 'cluster');
}

/** The uid that owns the data, undefined before the first start and on Windows. */
export function ownerOf(cluster: string): number | undefined {
  if (process.getuid === undefined) return undefined;
  return statSync(cluster, { throwIfNoEntry: false })?.uid;
}

/** Refuses data that this process could never open, with better words than PostgreSQL has for it. */
export function requireOwnData(cluster: string, owner: number | undefined): void {
  const uid = process.getuid?.();
  if (uid === undefined || uid === 0 || owner === undefined || owner === uid) return;
  throw new EmbeddedServerError(
    `The data in ${cluster} belongs to uid ${owner}, and we are uid ${uid}. ` +
      'Run as the account that started it first (root will do), or use another data folder.',
  );
}

/**
 * Makes the data when there is none, with `initdb`: UTF-8, the C locale (the same order of text on every machine), and
 * `trust` for connections, which only 127.0.0.1 can make; everybody on this machine is let in, so it is for development
 * and tests. Data of another major version is refused with EmbeddedServerError.
 */
export async function prepareCluster(
  cluster: string,
  binaries: PostgresBinaries,
  account: Account | null,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  if (!existsSync(cluster)) await createCluster(cluster, binaries, account, env);
  const major = binaries.version.split('.')[0];
  const written = readFileSync(path.join(cluster, 'PG_VERSION'), 'utf8').trim();
  if (written === major) return;
  throw new EmbeddedServerError(
    `The data in ${cluster} was written by PostgreSQL ${written}, and this is ${binaries.version}. ` +
      'Dump it with the old version and restore it, or use another data folder.',
  );
}

/** Complete or absent: `initdb` works under another name, so that one that was killed leaves nothing to stumble over. */
async function createCluster(
  cluster: string,
  binaries: PostgresBinaries,
  account: Account | null,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  mkdirSync(path.dirname(cluster), { recursive: true });
  removeAbandoned(cluster);
  const fresh = mkdtempSync(`${cluster}.new-${process.pid}-`);
  try {
    if (account !== null) chownSync(fresh, account.uid, account.gid);
    const args = ['-D', pathFor(fresh, account), '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale'];
    const made = await runProgram(binaries.initdb, [...args, '--no-instructions'], { cwd: fresh, env, account });
    if (!made.ok) throw new EmbeddedServerError(`initdb failed in ${cluster}: ${made.output}${hintFor(made.output)}`);
    renameSync(fresh, cluster);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    // Two first starts at once: the other one's data is as good as ours.
    if (!existsSync(cluster)) throw error;
  }
}

/** Half-made clusters of processes that were killed over them; the name has the process id of their maker. */
function removeAbandoned(cluster: string): void {
  const folder = path.dirname(cluster);
  for (const name of readdirSync(folder)) {
    const maker = /^cluster\.new-(\d+)-/.exec(name)?.[1];
    if (maker !== undefined && !isAlive(Number(maker)))
      rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

/** Containers with an arbitrary uid (`docker run --user 1234`) meet this one. */
function hintFor(output: string): string {
  return output.includes('could not look up effective user ID')
    ? '. PostgreSQL wants its account in /etc/passwd; set DATABASE_URL to a server of your own if you cannot add it.'
    : '';
}

/**
 * How a program that runs as `account`, with the cluster as its current folder, names the cluster. Usually by its path. When
 * a folder above is closed to the account (data under /root), Linux still lets a process follow the link to its own
 * current folder, where we put it before it changed accounts. PostgreSQL stays in that folder for its whole life.
 */
export function pathFor(cluster: string, account: Account | null): string {
  if (account === null || process.platform !== 'linux') return cluster;
  return parentsOf(cluster).every((folder) => canEnter(folder, account)) ? cluster : '/proc/self/cwd';
}

function parentsOf(folder: string): string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [] : [parent, ...parentsOf(parent)];
}

/** By the mode bits alone. Access lists may allow more: then the other name is used without need, and works as well. */
function canEnter(folder: string, account: Account): boolean {
  const { uid, gid, mode } = statSync(folder);
  if (uid === account.uid) return (mode & 0o100) !== 0;
  if (gid === account.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}
