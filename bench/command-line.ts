import { parseArgs } from 'node:util';
import type { LanesOptions } from './lanes.js';
import type { LimiterOptions } from './limiter/limiter.js';
import type { LimitsOptions } from './limits/limits.js';
import type { PriorityOptions } from './priority.js';
import type { SimulatorOptions } from './simulator.js';

/** How `ingest` is to measure. */
export interface IngestOptions {
  readonly rounds: number;
  /** Webhooks of one round, to each side, with each kind of load. */
  readonly perRound: number;
  readonly connections: number;
  /** Rate and length of the steady part, and the connections that it may use. */
  readonly perSecond: number;
  readonly seconds: number;
  readonly steadyConnections: number;
  readonly profileFolder?: string | undefined;
}

/** How `send` is to measure. */
export interface SendOptions {
  readonly rounds: number;
  readonly messages: number;
  /** Connections to the stub, and so the most sends in flight, on both sides. */
  readonly connections: number;
  readonly latencyMs: number;
  /** Business numbers, each allowed 1,000 messages per second. */
  readonly numbers: number;
  readonly profileFolder?: string | undefined;
}

/** How `accept` is to measure. */
export interface AcceptOptions {
  readonly rounds: number;
  /** Messages of one round on one wire, in batches; a tenth of it one by one. */
  readonly messages: number;
  /** Only the wires whose name holds this. */
  readonly only: string;
  readonly profileFolder?: string | undefined;
}

/** What the command line asks for. */
export interface CommandLine {
  readonly ingest: IngestOptions | null;
  readonly send: SendOptions | null;
  /** Only when asked for by name: it needs a nats-server. */
  readonly accept: AcceptOptions | null;
  /** Only when asked for by name: it measures our tool and not the gateway. */
  readonly simulator: SimulatorOptions | null;
  /** Only when asked for by name: it takes ten minutes. */
  readonly limits: LimitsOptions | null;
  /** Only when asked for by name, because a million messages take their time. */
  readonly priority: PriorityOptions | null;
  /** Only when asked for by name: it wants a Redis beside. */
  readonly limiter: LimiterOptions | null;
  /** Only when asked for by name: it measures that nothing happens. */
  readonly lanes: LanesOptions | null;
  readonly json: boolean;
  readonly strict: boolean;
}

/** Shown for `--help` and with every mistake. */
export const USAGE = `Usage: npm run bench -- BENCHMARK [options]
  ingest   signed webhooks into the gateway, beside a bare Fastify server with the HMAC
  send     messages out of a full queue, beside a bare undici loop
  accept   messages into the gateway over every wire, beside a bare Fastify server with one insert; not part of all
  limits   what a number may send, used and never exceeded, in seven situations; not part of all
  priority a one-time password behind a million marketing messages of the same number; not part of all
  limiter  our lane, a BullMQ queue (REDIS_URL) and a fixed window at the same rates; not part of all
  lanes    10,000 idle numbers on one worker: their processor time, and one message on any of them; not part of all
  simulator  1,000 sends/s into the simulator while it delivers their statuses and 300 messages/s; not part of all
  all      ingest, then send
Options (defaults)
  --rounds N          alternating rounds of floor and gateway (3 for ingest and accept, 4 for send)
  --webhooks N        ingest: webhooks per round, side and kind of load (9000)
  --rate N            ingest: webhooks per second of the steady part (3300)
  --seconds N         ingest: its length (30); limits: judged part of each scenario (60);
                      priority: of each level (30); limiter: of each contender (20);
                      lanes: of idling (30)
  --only NAMES        limits: these scenarios, separated by commas; accept: wires whose name holds this
  --messages N        send: messages per round and side (15000); accept: per round and wire (40000)
  --backlog N         priority: marketing messages that wait (1000000)
  --latency MS        send: latency of the stub of the Graph API (30)
  --numbers N         send: business numbers at 1,000 messages per second (16); lanes: idle numbers (10000)
  --connections N     connections of both sides (256)
  --profile FOLDER    keep a V8 processor profile of the gateway there
  --strict            exit code 1 also when a target is missed
  --json              the last line is one JSON object with everything`;

const NUMBERS = [
  'rounds',
  'webhooks',
  'rate',
  'seconds',
  'messages',
  'latency',
  'numbers',
  'connections',
  'backlog',
] as const;

/** Reads the arguments. Throws an Error that says what is wrong; null means that help was asked for. */
export function parseCommandLine(args: readonly string[]): CommandLine | null {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...Object.fromEntries(NUMBERS.map((name) => [name, text])),
      profile: text,
      only: text,
      json: flag,
      strict: flag,
      help: { ...flag, short: 'h' },
    },
  });
  if (values.help === true) return null;
  const [what = 'all', ...rest] = positionals;
  const known = ['ingest', 'send', 'accept', 'limits', 'priority', 'limiter', 'lanes', 'simulator', 'all'];
  if (rest.length > 0 || !known.includes(what)) {
    throw new Error(`"${positionals.join(' ')}" is not a benchmark`);
  }
  const number = (name: (typeof NUMBERS)[number], fallback: number) =>
    numberOf(name, (values as Record<string, unknown>)[name], fallback);
  const profileFolder = typeof values.profile === 'string' ? values.profile : undefined;
  const ingest: IngestOptions = {
    rounds: number('rounds', 3),
    perRound: number('webhooks', 9000),
    // As many as the steady part and `send` have. With 64 the closed loop measures the time to commit: two thirds of
    // the two cores are busy then, and whoever waits for a disk looks slow beside a floor that never does.
    connections: number('connections', 256),
    perSecond: number('rate', 3300),
    seconds: number('seconds', 30),
    steadyConnections: 256,
    profileFolder,
  };
  const send: SendOptions = {
    rounds: number('rounds', 4),
    messages: number('messages', 15_000),
    connections: number('connections', 256),
    latencyMs: number('latency', 30),
    numbers: number('numbers', 16),
    profileFolder,
  };
  return {
    ingest: what === 'ingest' || what === 'all' ? ingest : null,
    send: what === 'send' || what === 'all' ? send : null,
    accept:
      what === 'accept'
        ? {
            rounds: number('rounds', 3),
            messages: number('messages', 40_000),
            only: values.only === undefined ? '' : String(values.only),
            profileFolder,
          }
        : null,
    simulator:
      what === 'simulator' ? { sendsPerSecond: 1000, inboundPerSecond: 300, seconds: number('seconds', 30) } : null,
    limits: what === 'limits' ? { seconds: number('seconds', 60), only: namesOf(values.only) } : null,
    priority: what === 'priority' ? { backlog: number('backlog', 1_000_000), seconds: number('seconds', 30) } : null,
    lanes: what === 'lanes' ? { numbers: number('numbers', 10_000), seconds: number('seconds', 30) } : null,
    limiter: what === 'limiter' ? { seconds: number('seconds', 20) } : null,
    json: values.json === true,
    strict: values.strict === true,
  };
}

function numberOf(name: string, given: unknown, fallback: number): number {
  if (given === undefined) return fallback;
  const number = Number(given);
  if (!Number.isInteger(number) || number < (name === 'latency' ? 0 : 1)) {
    throw new Error(`--${name} must be a whole number above zero`);
  }
  return number;
}

function namesOf(given: unknown): string[] {
  return typeof given === 'string' ? given.split(',').map((name) => name.trim()) : [];
}
