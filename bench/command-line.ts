import { parseArgs } from 'node:util';

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

/** What the command line asks for. */
export interface CommandLine {
  readonly ingest: IngestOptions | null;
  readonly send: SendOptions | null;
  readonly json: boolean;
  readonly strict: boolean;
}

/** Shown for `--help` and with every mistake. */
export const USAGE = `Usage: npm run bench -- ingest | send | all [options]
  ingest   signed webhooks into the gateway, beside a bare Fastify server with the HMAC
  send     messages out of a full queue, beside a bare undici loop
Options (defaults)
  --rounds N          alternating rounds of floor and gateway (3 for ingest, 4 for send)
  --webhooks N        ingest: webhooks per round, side and kind of load (9000)
  --rate N            ingest: webhooks per second of the steady part (3300)
  --seconds N         ingest: its length (30)
  --messages N        send: messages per round and side (15000)
  --latency MS        send: latency of the stub of the Graph API (30)
  --numbers N         send: business numbers at 1,000 messages per second (16)
  --connections N     connections of both sides (64 for ingest, 256 for send)
  --profile FOLDER    keep a V8 processor profile of the gateway there
  --strict            exit code 1 also when a target is missed
  --json              the last line is one JSON object with everything`;

const NUMBERS = ['rounds', 'webhooks', 'rate', 'seconds', 'messages', 'latency', 'numbers', 'connections'] as const;

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
      json: flag,
      strict: flag,
      help: { ...flag, short: 'h' },
    },
  });
  if (values.help === true) return null;
  const [what = 'all', ...rest] = positionals;
  if (rest.length > 0 || !['ingest', 'send', 'all'].includes(what)) {
    throw new Error(`"${positionals.join(' ')}" is not a benchmark`);
  }
  const number = (name: (typeof NUMBERS)[number], fallback: number) =>
    numberOf(name, (values as Record<string, unknown>)[name], fallback);
  const profileFolder = typeof values.profile === 'string' ? values.profile : undefined;
  const ingest: IngestOptions = {
    rounds: number('rounds', 3),
    perRound: number('webhooks', 9000),
    connections: number('connections', 64),
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
    ingest: what === 'send' ? null : ingest,
    send: what === 'ingest' ? null : send,
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
