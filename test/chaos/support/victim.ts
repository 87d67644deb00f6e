import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** How to start a process that may be killed at any time. */
export interface VictimSpec {
  readonly name: string;
  /** Arguments of Node: flags, the script, its own arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Everything that it prints goes there. */
  readonly logFile: string;
}

/** Ends the process when the suite's own process is gone, however that ended. */
const END_WITH_PARENT = "data:text/javascript,process.on('disconnect',()=>process.exit(1));process.channel?.unref();";

/** A Node process of the suite's, with the instants of its life by this machine's clock. */
export class Victim {
  readonly name: string;
  /** Resolves with the signal or exit code when the process has gone. */
  readonly gone: Promise<string>;
  private readonly child: ChildProcess;
  private readonly lines: string[] = [];
  private readonly listeners = new Set<(line: string) => void>();
  private diedAt: number | null = null;

  constructor(spec: VictimSpec) {
    this.name = spec.name;
    this.child = spawn(process.execPath, ['--import', END_WITH_PARENT, ...spec.args], {
      env: { ...keptEnvironment(), ...spec.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const log = createWriteStream(spec.logFile, { flags: 'a' });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.hear(line, log));
    }
    this.gone = once(this.child, 'exit').then(([code, signal]) => {
      this.diedAt = Date.now();
      return String(signal ?? code);
    });
    void this.gone.then(() => log.end());
  }

  /** Epoch milliseconds at which its end was noticed; null while it lives. */
  get diedAtMs(): number | null {
    return this.diedAt;
  }

  /** Whether it lives. */
  get isAlive(): boolean {
    return this.diedAt === null;
  }

  /** Process id. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Sends a signal; to one that is gone, nothing happens. */
  signal(name: NodeJS.Signals): void {
    if (this.isAlive) this.child.kill(name);
  }

  /** Kills it at once and resolves when it has gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.gone;
  }

  /** Resolves with the first match in what it prints. Rejects with its last lines when it ends or time runs out. */
  line(pattern: RegExp, withinMs: number): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) => {
        clearTimeout(timer);
        reject(new Error(`${this.name} ${why}:\n${this.lastLines()}`));
      };
      const timer = setTimeout(() => fail(`printed no ${pattern} within ${withinMs} ms`), withinMs);
      void this.gone.then((how) => fail(`ended with ${how} before it printed ${pattern}`));
      const look = (line: string) => {
        const match = pattern.exec(line);
        if (match === null) return;
        clearTimeout(timer);
        this.listeners.delete(look);
        resolve(match);
      };
      this.listeners.add(look);
    });
  }

  /** What it printed last. */
  lastLines(): string {
    return this.lines.join('\n');
  }

  private hear(line: string, log: NodeJS.WritableStream): void {
    log.write(`${line}\n`);
    this.lines.push(line);
    if (this.lines.length > 30) this.lines.shift();
    for (const listener of this.listeners) listener(line);
  }
}

function keptEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'windir', 'TZ', 'LANG'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
