import { RecentLines } from '../src/platform/embedded/recent-lines.js';
import { startSupervised } from '../src/platform/embedded/supervised-process.js';
import { DemoError } from './demo-error.js';

/** A program of ours to run. */
export interface ChildSpec {
  /** As messages to people name it. */
  readonly name: string;
  /** Arguments of Node: flags, the script, its own arguments. */
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Gets every line that it prints. */
  readonly log?: (line: string) => void;
}

/** A running program of ours. It ends with this process however that ends, and Ctrl-C does not reach it by itself. */
export interface Child {
  readonly pid: number;
  /** Rejects with a DemoError that has the last lines when the program ends without having been stopped; never resolves. */
  readonly died: Promise<never>;
  /** Resolves with the first match in what it prints. Rejects with a DemoError when it ends or the time is over before. */
  line(pattern: RegExp, withinMs: number): Promise<RegExpExecArray>;
  /** What it printed last. */
  lastLines(): string;
  /** Asks it to end, and kills it after 30 s. Resolves when it has gone; may be called again. */
  stop(): Promise<void>;
}

/** The service needs up to SHUTDOWN_TIMEOUT_MS (25 s) and the end of its database. */
const STOP_PATIENCE_MS = 30_000;

/** Starts a program of ours with this Node. */
export async function startChild(spec: ChildSpec): Promise<Child> {
  const recent = new RecentLines(15);
  const listeners = new Set<(line: string) => void>();
  const supervised = await startSupervised(
    {
      name: spec.name.replaceAll(' ', '-'),
      command: process.execPath,
      args: spec.args,
      cwd: spec.cwd,
      env: spec.env,
      stopSignals: ['SIGTERM', 'SIGKILL'],
      stopPatienceMs: STOP_PATIENCE_MS,
      orphanPatienceMs: STOP_PATIENCE_MS,
    },
    (text) => {
      const line = readable(text);
      recent.add(line);
      spec.log?.(text);
      for (const listener of listeners) listener(line);
    },
  );
  let wanted = true;
  const died = supervised.exited.then(({ code, signal }): Promise<never> => {
    if (!wanted) return new Promise(() => undefined);
    const how = code === null ? `was ended by ${signal ?? 'somebody'}` : `ended with code ${code}`;
    throw new DemoError(`The ${spec.name} ${how}. Its last lines:\n${indented(recent.text())}`);
  });
  // Whoever cares awaits it; before that it must not count as unhandled.
  died.catch(() => undefined);
  const line = (pattern: RegExp, withinMs: number) =>
    firstMatch({ pattern, withinMs, listeners, died, name: spec.name, recent });
  const stop = async () => {
    wanted = false;
    await supervised.stop();
  };
  return { pid: supervised.pid, died, line, lastLines: () => recent.text(), stop };
}

interface Wanted {
  readonly pattern: RegExp;
  readonly withinMs: number;
  readonly listeners: Set<(line: string) => void>;
  readonly died: Promise<never>;
  readonly name: string;
  readonly recent: RecentLines;
}

async function firstMatch(wanted: Wanted): Promise<RegExpExecArray> {
  let timer: NodeJS.Timeout | undefined;
  let listener: ((line: string) => void) | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = () => {
      const seconds = wanted.withinMs / 1000;
      reject(new DemoError(`The ${wanted.name} did not start within ${seconds} s:\n${indented(wanted.recent.text())}`));
    };
    timer = setTimeout(giveUp, wanted.withinMs);
  });
  const found = new Promise<RegExpExecArray>((resolve) => {
    listener = (line) => {
      const match = wanted.pattern.exec(line);
      if (match !== null) resolve(match);
    };
    wanted.listeners.add(listener);
    // It may have been printed before anybody asked.
    for (const line of wanted.recent.text().split('\n')) listener(line);
  });
  try {
    return await Promise.race([found, late, wanted.died]);
  } finally {
    clearTimeout(timer);
    if (listener !== undefined) wanted.listeners.delete(listener);
  }
}

const indented = (text: string): string => text.replace(/^/gm, '    ');

/** A line of the service's JSON log as a person reads it; any other line as it is. */
export function readable(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    const { level, msg, err } = JSON.parse(line) as { level?: string; msg?: string; err?: LoggedError };
    const causes: string[] = [];
    for (let error = err; error !== undefined; error = error.cause) causes.push(error.message ?? error.type ?? 'error');
    return [level, msg, ...causes].filter((part) => part !== undefined && part !== '').join(': ');
  } catch {
    return line;
  }
}

interface LoggedError {
  readonly message?: string;
  readonly type?: string;
  readonly cause?: LoggedError;
}
