import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { startServer } from './child.js';
import { processorMs } from './processor-time.js';

/** How the simulator is to be measured. */
export interface SimulatorOptions {
  /** Messages per second sent to it; each brings sent, delivered and read. */
  readonly sendsPerSecond: number;
  /** Messages per second that people write. */
  readonly inboundPerSecond: number;
  readonly seconds: number;
}

/** What one run found; rates are of the whole run, processor time is the simulator's alone. */
export interface SimulatorFigures {
  readonly batchMax: number;
  readonly sendsPerSecond: number;
  readonly webhooksPerSecond: number;
  readonly postsPerSecond: number;
  /** Processor seconds per second: 1 is one core. */
  readonly cores: number | null;
  /** Processor time, in µs; of a run that does nothing else. */
  readonly cpuUsPerSend: number | null;
  readonly cpuUsPerPost: number | null;
  readonly refused: number;
}

const CONNECTIONS = 64;
/** Statuses of the last messages come this long after them. */
const TAIL_MS = 1500;

/**
 * Runs the simulator in a process of its own: sends come over HTTP at a steady rate, webhooks go to a listener here
 * that counts them. Every status and inbound message is one update; with a batch of 1 each is a signed POST of its own.
 */
export async function benchSimulator(options: SimulatorOptions, say: (line: string) => void): Promise<string> {
  const runs: SimulatorFigures[] = [];
  const { sendsPerSecond, inboundPerSecond, seconds } = options;
  say('simulator: sends alone, then webhooks alone');
  const sendsAlone = await run({ sendsPerSecond, inboundPerSecond: 0, seconds }, { batchMax: 1, alone: 'sends' });
  const postsAlone = await run({ sendsPerSecond: 0, inboundPerSecond, seconds }, { batchMax: 1, alone: 'webhooks' });
  runs.push(sendsAlone, postsAlone);
  for (const batchMax of [1, 10]) {
    say(`simulator: ${options.sendsPerSecond} sends/s for ${options.seconds} s, up to ${batchMax} updates in a POST`);
    runs.push(await run(options, { batchMax }));
  }
  const lines = runs.map(
    (run) =>
      `  batch ${run.batchMax}: ${run.sendsPerSecond} sends/s taken, ${run.webhooksPerSecond} updates/s in ` +
      `${run.postsPerSecond} signed POSTs/s, ${run.cores ?? 'unknown'} cores, ${run.refused} refused` +
      partsOf(run),
  );
  return ['', `simulator: ${JSON.stringify(options)}`, ...lines, '', JSON.stringify({ simulator: runs }), ''].join(
    '\n',
  );
}

/** What one send and one POST take, where the run was of one of them alone. */
const partsOf = ({ cpuUsPerSend, cpuUsPerPost }: SimulatorFigures): string =>
  [
    ...(cpuUsPerSend === null ? [] : [`, ${cpuUsPerSend} µs of processor time a send`]),
    ...(cpuUsPerPost === null ? [] : [`, ${cpuUsPerPost} µs of processor time a POST`]),
  ].join('');

/** `alone`: sends with nowhere for their statuses to go, or the same statuses from a load profile without any send. */
interface Part {
  readonly batchMax: number;
  readonly alone?: 'sends' | 'webhooks';
}

async function run(options: SimulatorOptions, part: Part): Promise<SimulatorFigures> {
  const { batchMax, alone } = part;
  const listener = new CountingListener();
  const listenerUrl = await listener.listen();
  const callbackUrl = alone === 'sends' ? undefined : listenerUrl;
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-simulator-'));
  const scenario = path.join(folder, 'scenario.json');
  writeFileSync(scenario, JSON.stringify(scenarioOf(options, part)));
  const simulator = await startServer({ name: 'the simulator', args: argumentsOf(callbackUrl, scenario, folder) });
  const pool = new Pool(simulator.origin, { connections: CONNECTIONS });
  try {
    const cpuBefore = processorMs(simulator.pid);
    const startedAt = performance.now();
    const refused = await send(pool, options);
    if (alone === 'webhooks') await sleep(options.seconds * 1000);
    await sleep(TAIL_MS);
    const seconds = (performance.now() - startedAt) / 1000;
    const cpuAfter = processorMs(simulator.pid);
    const cpuMs = cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore;
    const usPer = (units: number) => (cpuMs === null || units === 0 ? null : Math.round((cpuMs * 1000) / units));
    const sent = options.sendsPerSecond * options.seconds - refused;
    const perSecond = (count: number) => Math.round(count / options.seconds);
    return {
      batchMax,
      sendsPerSecond: perSecond(sent),
      webhooksPerSecond: perSecond(listener.updates),
      postsPerSecond: perSecond(listener.posts),
      cores: cpuMs === null ? null : round(cpuMs / 1000 / seconds),
      cpuUsPerSend: alone === 'sends' ? usPer(sent) : null,
      cpuUsPerPost: alone === 'webhooks' ? usPer(listener.posts) : null,
      refused,
    };
  } finally {
    await pool.destroy();
    await simulator.stop();
    listener.close();
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** How many statuses a second the load profile brings when nobody sends: those of so many messages. */
const LOAD_SENDS_PER_SECOND = 300;

const scenarioOf = ({ inboundPerSecond, seconds }: SimulatorOptions, { batchMax, alone }: Part) => ({
  faults: { webhooks: { batch_max: batchMax } },
  // As many POSTs at a time as a busy machine needs to answer 3,300 in a second.
  webhooks: { concurrency: 256 },
  outcomes: { delivered: 1, read: 1 },
  delays: { sent_ms: [20, 100], delivered_ms: [50, 300], read_ms: [50, 300] },
  load: {
    sends_per_second: alone === 'webhooks' ? LOAD_SENDS_PER_SECOND : 0,
    inbound_per_second: inboundPerSecond,
    seconds,
  },
});

const argumentsOf = (callbackUrl: string | undefined, scenario: string, folder: string): string[] => [
  'dist/simulator/main.js',
  ...(callbackUrl === undefined ? [] : ['--callback-url', callbackUrl]),
  ...['--app-secret', 'secret', '--verify-token', 'token'],
  ...['--mps', '2000', '--latency-ms', '0', '--scenario', scenario, '--ledger', path.join(folder, 'ledger.ndjson')],
];

/** Sends at a steady rate, whatever the answers do; gives how many were not answered with 200. */
async function send(pool: Pool, { sendsPerSecond, seconds }: SimulatorOptions): Promise<number> {
  const total = sendsPerSecond * seconds;
  const startedAt = performance.now();
  const answers: Promise<boolean>[] = [];
  while (answers.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1000) * sendsPerSecond));
    while (answers.length < due) answers.push(sendOne(pool, answers.length));
    await sleep(5);
  }
  return (await Promise.all(answers)).filter((isTaken) => !isTaken).length;
}

async function sendOne(pool: Pool, i: number): Promise<boolean> {
  const body = JSON.stringify({
    messaging_product: 'whatsapp',
    to: `+1212${String(i).padStart(7, '0')}`,
    type: 'text',
    text: { body: 'Your order is on its way.' },
    biz_opaque_callback_data: `message-${i}`,
  });
  const answer = await pool.request({
    method: 'POST',
    path: '/v25.0/106540352242922/messages',
    headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
    body,
  });
  await answer.body.dump();
  return answer.statusCode === 200;
}

/** A callback that answers at once and counts POSTs and the updates in them. */
class CountingListener {
  posts = 0;
  updates = 0;
  private readonly server = createServer((req, res) => this.receive(req, res));

  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.server.listen(0, '127.0.0.1', () => {
        resolve(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`);
      });
    });
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private receive(req: IncomingMessage, res: ServerResponse): void {
    if (req.method === 'GET') {
      res.end(new URL(req.url ?? '/', 'http://callback').searchParams.get('hub.challenge'));
      return;
    }
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      this.posts++;
      // Every update has one; parsing would make this process the narrow place.
      this.updates += Buffer.concat(chunks).toString('latin1').split('"timestamp":').length - 1;
      res.end();
    });
  }
}
