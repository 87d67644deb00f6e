import { RecentLines } from '../src/platform/embedded/recent-lines.js';
import { startSupervised } from '../src/platform/embedded/supervised-process.js';

/** A running program. It ends with this process, however that ends. */
export interface Child {
  readonly pid: number;
  /** Resolves with the exit code when it has gone. */
  readonly exited: Promise<number | null>;
  /** What it printed last. */
  lastLines(): string;
  /** SIGTERM, then SIGKILL after 30 s; resolves when it has gone. */
  stop(): Promise<void>;
}

/** How to start a program with this Node. */
export interface ChildSpec {
  readonly name: string;
  /** Flags of Node, the script, its arguments. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Gets every line that it prints. */
  readonly onLine?: (line: string) => void;
}

/** Starts a program of ours; nothing of our environment is handed on but PATH. */
export async function startChild(spec: ChildSpec): Promise<Child> {
  const recent = new RecentLines(30);
  const onLine = (line: string) => {
    recent.add(line);
    spec.onLine?.(line);
  };
  const supervised = await startSupervised(
    {
      name: spec.name,
      command: process.execPath,
      args: spec.args,
      cwd: process.cwd(),
      env: { PATH: process.env.PATH ?? '', ...spec.env },
      stopSignals: ['SIGTERM', 'SIGKILL'],
      stopPatienceMs: 30_000,
      orphanPatienceMs: 10_000,
    },
    onLine,
  );
  const exited = supervised.exited.then(({ code }) => code);
  const stop = async () => {
    await supervised.stop();
  };
  return { pid: supervised.pid, exited, lastLines: () => recent.text(), stop };
}

/** Starts a program that prints `listening on PORT` and resolves with its address. Rejects when it ends before. */
export async function startServer(spec: ChildSpec): Promise<Child & { readonly origin: string }> {
  let found: (port: string) => void = () => undefined;
  const port = new Promise<string>((resolve) => {
    found = resolve;
  });
  const child = await startChild({
    ...spec,
    onLine: (line) => {
      const match = /listening on (?:http:\/\/[\d.]+:)?(\d+)/.exec(line);
      if (match?.[1] !== undefined) found(match[1]);
    },
  });
  const died = child.exited.then((code): never => {
    throw new Error(`${spec.name} ended with code ${code}:\n${child.lastLines()}`);
  });
  died.catch(() => undefined);
  return { ...child, origin: `http://127.0.0.1:${await Promise.race([port, died])}` };
}
