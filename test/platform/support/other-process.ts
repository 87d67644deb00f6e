import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** A Node process of the test's own, for what must not happen to the test itself, such as SIGKILL. */
export interface OtherProcess {
  readonly child: ChildProcess;
  /** Resolves to the first line that the program prints, parsed as JSON. */
  firstAnswer<T>(): Promise<T>;
  /** Resolves when the process has ended; to its exit code. */
  ended(): Promise<number | null>;
}

/** Runs a program (ES module text) in another Node process, as another user when `as` is given. */
export function runElsewhere(
  program: string,
  options: { as?: { uid: number; gid: number } | undefined; env?: Record<string, string> } = {},
): OtherProcess {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: '/',
    env: { ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options.as,
  });
  const errors: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const first = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    void ended.then((code) => reject(new Error(`ended with ${code} and no answer:\n${errors.join('\n')}`)));
  });
  first.catch(() => undefined);
  return { child, firstAnswer: async <T>() => JSON.parse(await first) as T, ended: () => ended };
}

/** Whether a process is there and not a zombie (nobody may be left to reap it in a container without an init). */
export function isRunning(pid: number): boolean {
  try {
    const state = execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return state !== '' && !state.startsWith('Z');
  } catch {
    return false;
  }
}

/** A number that the system keeps of a process: its parent, its process group, the uid that it runs as. */
export function factOf(pid: number, fact: 'ppid' | 'pgid' | 'uid'): number {
  return Number(execFileSync('ps', ['-o', `${fact}=`, '-p', String(pid)], { encoding: 'utf8' }));
}

/** Resolves when the process has gone; rejects when it has not within `patienceMs`. */
export async function goneWithin(pid: number, patienceMs: number): Promise<void> {
  for (let waitedMs = 0; isRunning(pid); waitedMs += 25) {
    if (waitedMs >= patienceMs) throw new Error(`process ${pid} still runs after ${patienceMs} ms`);
    await delay(25);
  }
}
