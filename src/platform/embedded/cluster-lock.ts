import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedServerError } from './embedded-server-error.js';
import { currentFolderOf, isAlive, programOf } from './living-process.js';

/** What a server writes about itself into postmaster.pid. */
export interface Postmaster {
  readonly pid: number;
  /** `starting`, `ready`, `stopping`, …; empty when it has not got so far. */
  readonly status: string;
}

const EVERY_MS = 20;
/** A server whose parent has just been killed needs a moment to notice; somebody who restarts at once must not fail. */
const GRACE_MS = 500;
/** How long a server that is stopping is waited for: longer than its supervisor lets it take. */
const STOPPING_PATIENCE_MS = 20_000;

/** Reads the pid file of a cluster; null when there is none. */
export function readPostmaster(cluster: string): Postmaster | null {
  try {
    const lines = readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Math.abs(Number(lines[0]));
    return Number.isInteger(pid) && pid > 0 ? { pid, status: lines[7]?.trim() ?? '' } : null;
  } catch {
    return null;
  }
}

/**
 * Makes sure that no living server has the cluster. One that is stopping is waited for. Resolves to the id in a pid file
 * that a dead server left behind, else null. Rejects with EmbeddedServerError that names the living server.
 *
 * Not seen: a server in another container that shares the folder. Its process ids mean nothing here.
 */
export async function requireUnused(cluster: string): Promise<number | null> {
  for (let waitedMs = 0; ; waitedMs += EVERY_MS) {
    const postmaster = readPostmaster(cluster);
    if (postmaster === null) return null;
    if (!isPostmasterOf(cluster, postmaster.pid)) return postmaster.pid;
    const patienceMs = postmaster.status === 'stopping' ? STOPPING_PATIENCE_MS : GRACE_MS;
    if (waitedMs >= patienceMs) throw inUse(cluster, postmaster.pid);
    await delay(EVERY_MS);
  }
}

function inUse(cluster: string, pid: number): EmbeddedServerError {
  return new EmbeddedServerError(
    `The data in ${cluster} is in use by the PostgreSQL with process id ${pid}. ` +
      'Stop it (or the service that started it), or use another data folder.',
  );
}

/** Ids are used again, so that a process with this id exists does not yet make it the server. */
function isPostmasterOf(cluster: string, pid: number): boolean {
  if (!isAlive(pid)) return false;
  const folder = currentFolderOf(pid);
  if (folder !== null) return folder === realpathSync(cluster);
  const program = programOf(pid);
  return program === null || program.startsWith('postgres');
}
