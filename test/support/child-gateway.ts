import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ApiClient } from './api-client.js';
import { stopAtEnd } from './cleanup.js';
import { askRunHost } from './run-host-client.js';
import { until } from './until.js';

/** A gateway in a process of its own. */
export interface ChildGateway {
  readonly api: ApiClient;
  readonly pid: number;
  /** Everything it wrote so far, line by line. */
  readonly lines: readonly string[];
  /** Sends a signal and resolves, when the process has ended, with its exit code (null after SIGKILL). */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

const READY_WITHIN_MS = 20_000;

/**
 * Starts the compiled service as `npm start` does and resolves when it is ready. Killed at the end of the file if it
 * still runs then.
 */
export async function startChild(settings: Readonly<Record<string, string>>): Promise<ChildGateway> {
  const { folder } = await askRunHost<{ folder: string }>('compiled');
  const main = path.join(folder, 'src/main.js');
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, ['--disable-proto=delete', main], {
    cwd: folder,
    env: { PATH, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  stopAtEnd('a child gateway', () => kill(child, ended));
  const port = await until(() => portIn(child, lines), { withinMs: READY_WITHIN_MS, what: 'the child gateway' });
  if (port === 'ended') {
    await ended;
    throw new Error(`the child gateway ended:\n${lines.slice(-20).join('\n')}`);
  }
  const api = new ApiClient(`http://127.0.0.1:${port}`);
  stopAtEnd('the client of a child gateway', () => api.close());
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return { api, pid: child.pid as number, lines, end };
}

async function kill(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await ended;
}

function portIn(child: ChildProcess, lines: readonly string[]): number | 'ended' | null {
  if (child.exitCode !== null) return 'ended';
  const ready = lines.find((line) => line.includes('"msg":"ready"'));
  return ready === undefined ? null : (JSON.parse(ready) as { http_port: number }).http_port;
}
