import { setTimeout as delay } from 'node:timers/promises';
import { pathFor } from './cluster.js';
import { readPostmaster } from './cluster-lock.js';
import { EmbeddedServerError } from './embedded-server-error.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { settingArgs } from './postgres-settings.js';
import { RecentLines } from './recent-lines.js';
import { type LaunchSpec, type SupervisedProcess, startSupervised } from './supervised-process.js';
import type { Account } from './unprivileged-account.js';

/** One attempt to start a server. */
export interface PostgresLaunch {
  readonly binaries: PostgresBinaries;
  readonly cluster: string;
  readonly account: Account | null;
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  /** A process id that the cluster's pid file names though it belongs to something else by now. */
  readonly stalePid: number | null;
  /** How long recovery after a crash may take. */
  readonly startTimeoutMs: number;
  readonly log: (line: string) => void;
}

/** Why a server did not start: worth another attempt (on another port, or a little later), or not. */
export type LaunchFailure = 'port-taken' | 'old-backends' | 'other';

/** A start that failed, with the last lines of the server's log in the message. */
export class LaunchError extends EmbeddedServerError {
  constructor(
    readonly failure: LaunchFailure,
    message: string,
  ) {
    super(message);
  }
}

/** Asked often, as a start takes some 50 ms; the status is one small file. */
const POLL_MS = 10;

/**
 * Starts the server once and waits until it takes connections. Readiness is read from postmaster.pid, as pg_ctl does, for
 * the log says it in words that settings can silence. Rejects with LaunchError.
 */
export async function launchPostgres(launch: PostgresLaunch): Promise<SupervisedProcess> {
  const lines = new RecentLines(12);
  const server = await startSupervised(specFor(launch), (line) => {
    lines.add(line);
    launch.log(line);
  });
  let gone = false;
  void server.exited.then(() => {
    gone = true;
  });
  for (let waitedMs = 0; !gone; waitedMs += POLL_MS) {
    const postmaster = readPostmaster(launch.cluster);
    if (postmaster?.pid === server.pid && postmaster.status === 'ready') return server;
    if (waitedMs >= launch.startTimeoutMs) {
      await server.stop();
      throw new LaunchError('other', `PostgreSQL was not ready after ${launch.startTimeoutMs} ms:\n${lines.text()}`);
    }
    await delay(POLL_MS);
  }
  const log = lines.text();
  throw new LaunchError(classifyLaunchFailure(log), `PostgreSQL did not start in ${launch.cluster}:\n${log}`);
}

/** Reads the reason out of the server's log, which is in English because the C locale is set. */
export function classifyLaunchFailure(log: string): LaunchFailure {
  if (/could not bind .*Address already in use|could not create any TCP\/IP sockets/.test(log)) return 'port-taken';
  if (/pre-existing shared memory block/.test(log)) return 'old-backends';
  return 'other';
}

function specFor(launch: PostgresLaunch): LaunchSpec {
  const { binaries, cluster, account, env, stalePid } = launch;
  return {
    name: 'postgres',
    command: binaries.postgres,
    args: ['-D', pathFor(cluster, account), ...settingArgs(launch.settings, launch.port)],
    cwd: cluster,
    // pg_ctl uses this variable to say "that process is not a server". We have made sure of it, and unlike removing
    // the pid file it leaves PostgreSQL's other guard alone, the shared memory that a dead server's children still hold.
    env: stalePid === null ? env : { ...env, PG_GRANDPARENT_PID: String(stalePid) },
    uid: account?.uid,
    gid: account?.gid,
    // Fast shutdown (clients are disconnected, data is flushed), then immediate (recovery at the next start).
    stopSignals: ['SIGINT', 'SIGQUIT', 'SIGKILL'],
    stopPatienceMs: 30_000,
    orphanPatienceMs: 5_000,
    windowsKill: process.platform === 'win32' ? binaries.pgCtl : undefined,
  };
}
