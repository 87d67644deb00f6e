import { accessSync, constants, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { childEnvironment } from './child-environment.js';
import { EmbeddedServerError } from './embedded-server-error.js';
import { freePort } from './free-port.js';
import { isAlive, programOf } from './living-process.js';
import { RecentLines } from './recent-lines.js';
import { type LaunchSpec, type ProcessExit, type SupervisedProcess, startSupervised } from './supervised-process.js';

/** How to start a NATS server of our own. */
export interface EmbeddedNatsOptions {
  /** Folder for JetStream; made when missing, used again when not. */
  readonly storeDir: string;
  /** Port on 127.0.0.1; a free one when absent. */
  readonly port?: number;
  /** The server's program; searched with `findNatsServer(path)` when absent. */
  readonly program?: string;
  /** The PATH to search. */
  readonly path?: string | undefined;
  /** Gets every line of the server's log. */
  readonly log?: (line: string) => void;
  /** Our environment, of which Windows needs a few variables; unused elsewhere. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A running NATS server with JetStream. */
export interface EmbeddedNats {
  /** `nats://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** Process id of the server. */
  readonly pid: number;
  /** Resolves when the server has gone, whoever ended it; never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Orderly shutdown. Resolves when the server has gone; may be called again. */
  stop(): Promise<void>;
}

/** Where packages put the server; searched after PATH, because an ordinary user's PATH often lacks the sbin folders. */
const USUAL_FOLDERS = ['/usr/local/bin', '/usr/local/sbin', '/usr/bin', '/usr/sbin', '/opt/homebrew/bin'];

/** The nats-server program of this machine, searched on `searchPath` (a PATH) and in the usual folders; null when absent. */
export function findNatsServer(searchPath = ''): string | null {
  const windows = process.platform === 'win32';
  const folders = [...searchPath.split(path.delimiter).filter(Boolean), ...(windows ? [] : USUAL_FOLDERS)];
  const candidates = folders.map((folder) => path.join(folder, windows ? 'nats-server.exe' : 'nats-server'));
  return candidates.find(isProgram) ?? null;
}

/**
 * Starts nats-server with JetStream on 127.0.0.1, without accounts, for development and tests. It never outlives this
 * process, even if that is killed, and does not keep it alive either.
 * Rejects with EmbeddedServerError when there is no program, the folder is in use, or the server does not get ready.
 */
export async function startEmbeddedNats(options: EmbeddedNatsOptions): Promise<EmbeddedNats> {
  const program = options.program ?? findNatsServer(options.path);
  if (program === null || !isProgram(program)) {
    throw new EmbeddedServerError(
      `There is no nats-server ${program === null ? 'on this machine' : `at ${program}`}. ` +
        'Install one, or set NATS_URL to a server of your own.',
    );
  }
  const storeDir = path.resolve(options.storeDir);
  mkdirSync(storeDir, { recursive: true });
  requireUnused(storeDir);

  const { port, server } = await launchOnPort(options.port, (port) => launch(program, storeDir, port, options));
  server.release();
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    pid: server.pid,
    exited: server.exited,
    stop: async () => {
      await server.stop();
    },
  };
}

/** A free port can be taken between the question and the start. */
const PORT_ATTEMPTS = 5;
const READY_TIMEOUT_MS = 30_000;

async function launchOnPort(
  wanted: number | undefined,
  start: (port: number) => Promise<SupervisedProcess>,
): Promise<{ port: number; server: SupervisedProcess }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted ?? (await freePort());
    try {
      return { port, server: await start(port) };
    } catch (error) {
      const taken = error instanceof Error && error.message.includes('address already in use');
      if (!taken || wanted !== undefined || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function launch(
  program: string,
  storeDir: string,
  port: number,
  options: EmbeddedNatsOptions,
): Promise<SupervisedProcess> {
  const lines = new RecentLines(12);
  let sayReady: (ready: boolean) => void = () => undefined;
  const ready = new Promise<boolean>((resolve) => {
    sayReady = resolve;
  });
  const server = await startSupervised(specFor(program, storeDir, port, options), (line) => {
    lines.add(line);
    options.log?.(line);
    if (line.includes('Server is ready')) sayReady(true);
  });
  const timer = setTimeout(() => sayReady(false), READY_TIMEOUT_MS);
  void server.exited.then(() => sayReady(false));
  const isReady = await ready;
  clearTimeout(timer);
  if (isReady) return server;
  await server.stop();
  throw new EmbeddedServerError(`nats-server did not start in ${storeDir}:\n${lines.text()}`);
}

function specFor(program: string, storeDir: string, port: number, options: EmbeddedNatsOptions): LaunchSpec {
  const listen = ['-a', '127.0.0.1', '-p', String(port)];
  return {
    name: 'nats-server',
    command: program,
    args: [...listen, '-js', '-sd', storeDir, '-P', path.join(storeDir, PID_FILE)],
    cwd: storeDir,
    env: childEnvironment(options.env),
    stopSignals: ['SIGTERM', 'SIGKILL'],
    stopPatienceMs: 10_000,
    orphanPatienceMs: 5_000,
  };
}

const PID_FILE = 'nats-server.pid';

/** JetStream itself does not notice when two servers write the same folder. */
function requireUnused(storeDir: string): void {
  const pid = readPid(path.join(storeDir, PID_FILE));
  if (pid === null || !isAlive(pid) || programOf(pid) !== 'nats-server') return;
  throw new EmbeddedServerError(
    `The folder ${storeDir} is in use by the nats-server with process id ${pid}. Stop it, or use another folder.`,
  );
}

function readPid(file: string): number | null {
  try {
    const pid = Number(readFileSync(file, 'utf8').trim());
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
