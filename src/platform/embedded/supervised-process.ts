import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from './living-process.js';
import { SUPERVISOR_SCRIPT } from './supervisor-script.js';

/** What to run and how to end it. */
export interface LaunchSpec {
  /** Word for the process list and for errors, e.g. `postgres`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment of the server; nothing of ours is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Account to drop to (POSIX, as root only); ours when absent. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Signals from polite to final; the next one is sent when the patience with the one before has run out. */
  readonly stopSignals: readonly NodeJS.Signals[];
  /** Patience with each signal after `stop()`. */
  readonly stopPatienceMs: number;
  /** Patience with each signal when our process has died: shorter, because somebody may wait to start us again. */
  readonly orphanPatienceMs: number;
  /** Windows has no signals: a program that is called as `<program> kill INT <pid>` instead (pg_ctl). */
  readonly windowsKill?: string | undefined;
}

/** How a server ended; both null when its supervisor was killed and nobody saw it. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server that does not outlive this process. */
export interface SupervisedProcess {
  /** The server's own process id, not its supervisor's. */
  readonly pid: number;
  /** Resolves when the server has gone, wanted or not, and all its output has been handed on; never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Ends the server and resolves when it has gone; may be called again at any time, with the same result. */
  stop(): Promise<ProcessExit>;
  /** From now on the server no longer keeps our process from ending by itself. */
  release(): void;
}

/** The server could not be spawned; `code` is the system's, e.g. ENOENT. */
export class SpawnError extends Error {
  override readonly name = 'SpawnError';
  constructor(
    message: string,
    readonly code: string | undefined,
  ) {
    super(message);
  }
}

interface SupervisorMessage {
  readonly spawned?: number;
  readonly failed?: { readonly message: string; readonly code?: string };
  readonly exited?: ProcessExit;
}

/**
 * Starts a server under a supervisor that ends it when this process dies, whatever the cause (see supervisor-script.ts).
 * Every line that the server prints is handed to `onLine`. Rejects with SpawnError when the program cannot be run.
 */
export async function startSupervised(spec: LaunchSpec, onLine: (line: string) => void): Promise<SupervisedProcess> {
  const supervisor = spawn(process.execPath, ['--input-type=commonjs', '-e', SUPERVISOR_SCRIPT], {
    cwd: path.parse(process.execPath).root,
    env: spec.env,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Own session: Ctrl-C in a terminal reaches the whole group, and would stop the database before we are done with it.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  if (supervisor.stderr !== null) createInterface({ input: supervisor.stderr }).on('line', onLine);
  let seen: ProcessExit | undefined;
  supervisor.on('message', (message: SupervisorMessage) => {
    seen = message.exited ?? seen;
  });
  // Both: the last message may still be on its way when the pipes close.
  const supervisorGone = Promise.all(
    ['close', 'disconnect'].map((event) => new Promise<void>((resolve) => supervisor.once(event, () => resolve()))),
  );
  const pid = await spawnedPid(supervisor, spec);

  const exited = supervisorGone.then(async () => {
    if (seen === undefined) await endAbandoned(pid, spec);
    return seen ?? { code: null, signal: null };
  });
  const stop = () => {
    hold(supervisor, true);
    if (supervisor.connected) supervisor.send({ stop: { patienceMs: spec.stopPatienceMs } }, () => undefined);
    return exited;
  };
  return { pid, exited, stop, release: () => hold(supervisor, false) };
}

/** Sends the launch and waits for the answer. */
function spawnedPid(supervisor: ChildProcess, spec: LaunchSpec): Promise<number> {
  return new Promise((resolve, reject) => {
    // Stays attached for life: an 'error' without a listener would end our process.
    supervisor.on('error', reject);
    supervisor.once('exit', (code) => reject(new SpawnError(`the supervisor ended with ${code}`, undefined)));
    supervisor.on('message', ({ spawned, failed }: SupervisorMessage) => {
      if (spawned !== undefined) resolve(spawned);
      if (failed !== undefined) reject(new SpawnError(failed.message, failed.code));
    });
    // A supervisor that dies at once closes the channel under this message; 'exit' then says so.
    supervisor.send({ start: spec }, () => undefined);
  });
}

/** Somebody killed the supervisor: its work is ours now, for a server without a watcher must not stay. */
async function endAbandoned(pid: number, spec: LaunchSpec): Promise<void> {
  const everyMs = 20;
  for (const signal of spec.stopSignals) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    for (let waitedMs = 0; waitedMs < spec.orphanPatienceMs; waitedMs += everyMs) {
      if (!isAlive(pid)) return;
      await delay(everyMs);
    }
  }
}

/** Lets the supervisor keep our event loop alive, or not. */
function hold(supervisor: ChildProcess, held: boolean): void {
  const stderr = supervisor.stderr as (NodeJS.ReadableStream & { ref?(): void; unref?(): void }) | null;
  for (const handle of [supervisor, supervisor.channel, stderr]) {
    if (held) handle?.ref?.();
    else handle?.unref?.();
  }
}
