import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../src/platform/embedded/free-port.js';
import { type Child, type ChildSpec, startChild } from './child.js';
import type { FaultLevel } from './command-line.js';
import { DemoError } from './demo-error.js';
import { claimFolder } from './folder-claim.js';
import { Gateway } from './gateway.js';
import { Platform } from './platform.js';
import { type Secrets, secretsIn, stackFiles, writeStackFiles } from './secrets.js';

/** How to start the gateway with a simulator behind it. */
export interface StackOptions {
  /** Folder of the database, the secrets and the log; made when missing, used again when not. */
  readonly folder: string;
  readonly mps: number;
  readonly faults: FaultLevel;
  /** Tried first for the gateway; any free port when it is taken or absent. */
  readonly preferredPort?: number | undefined;
  readonly signal: AbortSignal;
  /** Says what is being done. */
  readonly say: (line: string) => void;
}

/** A running gateway and simulator. */
export interface Stack {
  readonly gateway: Gateway;
  readonly platform: Platform;
  /** File with every line that the two printed. */
  readonly logFile: string;
  /** Runs the work; rejects as soon as one of the two ends by itself, with a DemoError that says why. */
  guard<T>(work: Promise<T>): Promise<T>;
  /** The gateway first, so that it can finish what it began; then the simulator. May be called again. */
  stop(): Promise<void>;
}

const SIMULATOR_WITHIN_MS = 30_000;
/** A first start copies and initialises PostgreSQL; on a slow disk that takes its time. */
const READY_WITHIN_MS = 180_000;
const ASK_EVERY_MS = 100;

/** The gateway did not start because somebody else has its port by now. */
class PortTaken extends DemoError {}

/** A free port can be taken between the question and the start. */
const PORT_ATTEMPTS = 3;

/** Starts both and resolves when the gateway is ready. Rejects with a DemoError, and then nothing is left running. */
export async function startStack(options: StackOptions): Promise<Stack> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(attempt === 1 ? options : { ...options, preferredPort: undefined });
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt === PORT_ATTEMPTS) throw error;
      options.say('somebody else was faster to take the port; once more with another one …');
    }
  }
}

async function startOnce(options: StackOptions): Promise<Stack> {
  const secrets = secretsIn(options.folder);
  const release = claimFolder(options.folder);
  const children: Child[] = [];
  const stopAll = async () => {
    for (const child of [...children].reverse()) await child.stop();
    release();
  };
  let port: number | undefined;
  try {
    const place = await prepare(options, secrets);
    port = place.port;
    options.say('starting the simulator that stands in for Meta …');
    const simulator = await startChild(simulatorSpec(place));
    children.push(simulator);
    const [, platformUrl = ''] = await simulator.line(/simulator listening on (\S+)/, SIMULATOR_WITHIN_MS);
    options.signal.throwIfAborted();

    options.say('starting the gateway with a PostgreSQL of its own …');
    const service = await startChild(gatewaySpec(place, platformUrl));
    children.push(service);
    const gateway = new Gateway(`http://127.0.0.1:${place.port}`, secrets.apiKey);
    await Promise.race([untilReady(gateway, service, options.signal), service.died, simulator.died]);
    const platform = new Platform(platformUrl);
    return running({ gateway, platform, logFile: place.logFile, children, stopAll });
  } catch (error) {
    await stopAll();
    // By now ours is gone for sure: a port that is not free is somebody else's.
    const isTaken = error instanceof DemoError && port !== undefined && !(await isFree(port));
    throw isTaken ? new PortTaken(`Port ${port} is taken. ${error.message}`) : error;
  }
}

/** What both programs are started with. */
interface Place {
  readonly options: StackOptions;
  readonly secrets: Secrets;
  readonly port: number;
  readonly logFile: string;
  readonly ledgerFile: string;
}

async function prepare(options: StackOptions, secrets: Secrets): Promise<Place> {
  writeStackFiles(options.folder, secrets);
  const logFile = path.join(options.folder, 'stack.log');
  writeFileSync(logFile, '');
  const ledgerFile = path.join(options.folder, 'ledger.ndjson');
  // The simulator would continue it, and a run must be judged by what reached the platform in this run.
  rmSync(ledgerFile, { force: true });
  return { options, secrets, port: await portFor(options.preferredPort), logFile, ledgerFile };
}

interface Running extends Pick<Stack, 'gateway' | 'platform' | 'logFile'> {
  readonly children: readonly Child[];
  readonly stopAll: () => Promise<void>;
}

function running({ gateway, platform, logFile, children, stopAll }: Running): Stack {
  let stopped: Promise<void> | undefined;
  return {
    gateway,
    platform,
    logFile,
    guard: (work) => Promise.race([work, ...children.map((child) => child.died)]),
    stop: () => {
      stopped ??= Promise.all([gateway.close(), platform.close()]).then(stopAll);
      return stopped;
    },
  };
}

async function untilReady(gateway: Gateway, service: Child, signal: AbortSignal): Promise<void> {
  const endAtMs = performance.now() + READY_WITHIN_MS;
  while (!(await gateway.isReady())) {
    if (performance.now() > endAtMs) {
      throw new DemoError(`The gateway was not ready within ${READY_WITHIN_MS / 1000} s:\n${service.lastLines()}`);
    }
    await delay(ASK_EVERY_MS, undefined, { signal });
  }
}

const logTo = (file: string, name: string) => (line: string) => appendFileSync(file, `[${name}] ${line}\n`);

function simulatorSpec({ options, secrets, port, logFile, ledgerFile }: Place): ChildSpec {
  const flags = {
    port: '0',
    'callback-url': `http://127.0.0.1:${port}/webhooks/whatsapp`,
    'app-secret': secrets.appSecret,
    'verify-token': secrets.verifyToken,
    'access-token': secrets.accessToken,
    ledger: ledgerFile,
    mps: String(options.mps),
    faults: options.faults,
  };
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]);
  return {
    name: 'simulator',
    args: [compiled('simulator/main.js'), ...args],
    cwd: options.folder,
    env: inherited(),
    log: logTo(logFile, 'simulator'),
  };
}

function gatewaySpec({ options: { folder }, secrets, port, logFile }: Place, platformUrl: string): ChildSpec {
  const settings = {
    HTTP_PORT: String(port),
    HTTP_HOST: '127.0.0.1',
    GRAPH_BASE_URL: platformUrl,
    BOOTSTRAP_FILE: stackFiles(folder).bootstrap,
    DATA_DIR: folder,
    ENCRYPTION_KEYS: secrets.encryptionKey,
    API_KEY_PEPPER: secrets.apiKeyPepper,
  };
  return {
    name: 'gateway',
    args: ['--disable-proto=delete', '--max-semi-space-size=64', compiled('src/main.js')],
    cwd: folder,
    env: { ...inherited(), ...settings },
    log: logTo(logFile, 'gateway'),
  };
}

/** What a program needs of our environment. Settings are not among it: a DATABASE_URL of the shell is not for a demo. */
const KEPT = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'windir', 'TZ', 'LANG'] as const;

function inherited(): Record<string, string> {
  return Object.fromEntries(
    KEPT.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The port if nobody has it, else a free one. */
export async function portFor(preferred: number | undefined): Promise<number> {
  return preferred !== undefined && (await isFree(preferred)) ? preferred : freePort();
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** A compiled file below dist/, from dist/demo as well as from demo under test. */
function compiled(file: string): string {
  const above = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
  return path.join(path.basename(above) === 'dist' ? above : path.join(above, 'dist'), file);
}
