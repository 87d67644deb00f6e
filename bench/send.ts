import { startChild } from './child.js';
import type { SendOptions } from './command-line.js';
import { type Database, Gateway, type GatewayOptions, startDatabase } from './gateway.js';
import { circumstances } from './machine.js';
import { messagesFrom } from './messages.js';
import { programOf } from './paths.js';
import { ProcessorMeter } from './processor-time.js';
import { type Report, rowOf } from './report.js';
import { spreadOf } from './statistics.js';
import { GraphStub } from './stub.js';

/** Longest that one round may take. */
const ROUND_WITHIN_MS = 180_000;

/** Start-up and the last stragglers are not what is measured. */
const WINDOW = { from: 0.1, to: 0.9 };

interface Bench {
  readonly options: SendOptions;
  readonly database: Database;
  readonly stub: GraphStub;
  /** Takes messages in and answers questions; sends nothing. */
  readonly api: Gateway;
  /** How to start a gateway on this database against this stub. */
  readonly gatewayOptions: Omit<GatewayOptions, 'roles'>;
}

/** Rates of one side in one round, in messages per second. */
interface Measured {
  readonly sent: number;
  readonly settled: number;
  readonly us: Readonly<Record<string, number>>;
  /** Sends beyond the messages there were. */
  readonly extra: number;
  /** Messages that did not end as submitted. */
  readonly notSubmitted: number;
}

/**
 * Measures the way out: a queue that was filled while nobody sent, then a worker that empties it against a stub of the
 * Graph API, in alternating rounds with a bare undici loop against the same stub over as many connections.
 */
export async function benchSend(options: SendOptions, say: (line: string) => void): Promise<Report> {
  const database = await startDatabase();
  const stub = await GraphStub.start({ latencyMs: options.latencyMs, numbers: options.numbers });
  const { connections: graphConnections, profileFolder } = options;
  const gatewayOptions = { database, graphOrigin: stub.origin, graphConnections };
  await learnLevels(gatewayOptions);
  const api = await Gateway.start({ ...gatewayOptions, roles: 'api' });
  const bench: Bench = { options, database, stub, api, gatewayOptions: { ...gatewayOptions, profileFolder } };
  try {
    const floors: Measured[] = [];
    const reals: Measured[] = [];
    for (let i = 0; i < options.rounds; i += 1) {
      say(`round ${i + 1} of ${options.rounds}: filling the queue with ${options.messages} messages …`);
      await api.post(messagesFrom(i * options.messages, options.messages, options.numbers));
      if (i % 2 === 0) floors.push(await playFloor(bench));
      reals.push(await playReal(bench));
      if (i % 2 === 1) floors.push(await playFloor(bench));
    }
    return reportOf(bench, floors, reals);
  } finally {
    await api.stop();
    await stub.stop();
    await database.stop();
  }
}

/** The level of the numbers is read by a job of the worker role, and stays in the database. */
async function learnLevels(options: Omit<GatewayOptions, 'roles'>): Promise<void> {
  const gateway = await Gateway.start({ ...options, roles: 'all' });
  try {
    await gateway.until(30_000, 'at the level HIGH', () => gateway.isHigh());
  } finally {
    await gateway.stop();
  }
}

async function playFloor({ options, stub }: Bench): Promise<Measured> {
  const { messages, connections, numbers } = options;
  await stub.reset({ record: false });
  const args = [programOf('bare-sender'), stub.origin, messages, connections, numbers].map(String);
  const child = await startChild({ name: 'bare-sender', args });
  const us = await measureWindow(stub, messages, { sender: child.pid, stub: stub.pid });
  const code = await child.exited;
  if (code !== 0) throw new Error(`the bare sender ended with code ${code}:\n${child.lastLines()}`);
  const arrivals = await stub.arrivals(messages + 1);
  const sent = rateWithin(arrivals);
  return { sent, settled: sent, us, extra: arrivals.length - messages, notSubmitted: 0 };
}

async function playReal({ options, stub, api, database, gatewayOptions }: Bench): Promise<Measured> {
  const { messages } = options;
  await stub.reset({ record: false });
  const worker = await Gateway.start({ ...gatewayOptions, roles: 'worker' });
  try {
    const pids = { worker: worker.pid, postgres: database.postgres.pid, stub: stub.pid };
    const us = await measureWindow(stub, messages, pids);
    await stub.untilCame(messages, ROUND_WITHIN_MS);
    await api.until(60_000, 'settled', () => api.isSettled(), 20);
    const arrivals = await stub.arrivals(messages + 1000);
    const submittedAt = await submissions(api, messages);
    return {
      sent: rateWithin(arrivals),
      settled: rateWithin(submittedAt),
      us,
      extra: arrivals.length - messages,
      notSubmitted: messages - submittedAt.length,
    };
  } finally {
    await worker.stop();
  }
}

/** Waits for the middle of the round and meters the processes over it. */
async function measureWindow(stub: GraphStub, messages: number, pids: Readonly<Record<string, number>>) {
  await stub.untilCame(messages * WINDOW.from, ROUND_WITHIN_MS);
  const meter = new ProcessorMeter(pids);
  await stub.untilCame(messages * WINDOW.to, ROUND_WITHIN_MS);
  return meter.perUnit(messages * (WINDOW.to - WINDOW.from));
}

/** When the newest messages were submitted, in epoch milliseconds, ascending; those that were not are missing. */
async function submissions(api: Gateway, newest: number): Promise<number[]> {
  const times: number[] = [];
  let seen = 0;
  for await (const message of api.messages()) {
    if (message.state === 'submitted' && message.submitted_at !== null) times.push(Date.parse(message.submitted_at));
    seen += 1;
    if (seen === newest) break;
  }
  return times.sort((a, b) => a - b);
}

/** Events per second between the first and the last tenth. */
function rateWithin(timesMs: readonly number[]): number {
  const [from, to] = [Math.floor(timesMs.length * WINDOW.from), Math.floor(timesMs.length * WINDOW.to)];
  return ((to - from) * 1000) / ((timesMs[to] ?? Number.NaN) - (timesMs[from] ?? Number.NaN));
}

function reportOf({ options, database }: Bench, floors: readonly Measured[], reals: readonly Measured[]): Report {
  const floor = spreadOf(floors.map((m) => m.sent));
  const sent = rowOf('sent, as the stub saw it', 'msg/s', spreadOf(reals.map((m) => m.sent)), floor);
  const settled = rowOf('outcomes written', 'msg/s', spreadOf(reals.map((m) => m.settled)), floor);
  const ratio = Math.min(sent.ratio ?? 0, settled.ratio ?? 0);
  const sum = (of: (m: Measured) => number) => reals.reduce((total, m) => total + of(m), 0);
  const [extra, notSubmitted] = [sum((m) => m.extra), sum((m) => m.notSubmitted)];
  return {
    benchmark: 'send',
    circumstances: circumstances(database.postgres.version),
    parameters: {
      rounds: options.rounds,
      'messages per round': options.messages,
      connections: options.connections,
      'latency of the stub, ms': options.latencyMs,
      numbers: options.numbers,
    },
    rows: [sent, settled],
    processorUs: { floor: floors.at(-1)?.us ?? {}, gateway: reals.at(-1)?.us ?? {} },
    verdicts: [
      { promise: 'ratio at least 0.6', measured: ratio.toFixed(2), holds: ratio >= 0.6 },
      {
        promise: 'every message sent once and submitted',
        measured: `${extra} sent too often or too seldom, ${notSubmitted} not submitted`,
        holds: extra === 0 && notSubmitted === 0,
      },
    ],
    remarks: [],
  };
}
