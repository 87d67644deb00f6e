import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { BUSINESS_ID, recipientOf, textOf, WABA_ID } from './accounts.js';
import { type Database, Gateway, startDatabase } from './gateway.js';
import { circumstances } from './machine.js';
import { processorMs } from './processor-time.js';
import { type Report, rowOf } from './report.js';
import { latenciesOf, spreadOf } from './statistics.js';
import { GraphStub } from './stub.js';

/** How `lanes` is to measure. */
export interface LanesOptions {
  readonly numbers: number;
  /** For how long nothing happens. */
  readonly seconds: number;
}

/** Messages of the second part, one after the other, each on a lane of its own. */
const PROBES = 40;

/** The worker has read what it has to read at first by then. */
const SETTLE_MS = 10_000;

const TARGET = { percent: 5, delayMs: 1000 };

/** Ids that no other benchmark has; as many digits as Meta's. */
const idOf = (i: number) => String(206540352240000 + i);

/**
 * Measures what many idle numbers cost. They are put into the database, one worker is started and takes all their lanes; when it
 * has, nothing is sent for a while, and what the worker and all processes of PostgreSQL use of the processor meanwhile is read from
 * /proc. Then single messages are accepted by another process, on lanes all over the place, and their way from the request to the
 * stub of the Graph API is timed. Everything else is as it is in operation: leases, shares, surveys, polls and all jobs run.
 */
export async function benchLanes(options: LanesOptions, say: (line: string) => void): Promise<Report> {
  const { numbers, seconds } = options;
  const database = await startDatabase();
  const stub = await GraphStub.start({ latencyMs: 0, numbers: 1 });
  const common = { database, graphOrigin: stub.origin, graphConnections: 64 };
  const gateways: Gateway[] = [];
  try {
    const api = await Gateway.start({ ...common, roles: 'api' });
    gateways.push(api);
    say(`lanes: making ${numbers} numbers …`);
    await makeNumbers(database, numbers);
    const beganAtMs = performance.now();
    const worker = await Gateway.start({ ...common, roles: 'worker' });
    gateways.unshift(worker);
    await worker.until(120_000, 'the owner of all lanes', async () => (await lanesOf(worker)) >= numbers);
    const takenMs = performance.now() - beganAtMs;
    await delay(SETTLE_MS);
    say(`lanes: all taken; idle for ${seconds} s …`);
    const pids = { worker: worker.pid, postgres: database.postgres.pid };
    const before = Object.values(pids).map((pid) => processorMs(pid));
    const idleAtMs = performance.now();
    await delay(seconds * 1000);
    const idleMs = performance.now() - idleAtMs;
    const [ofWorker = Number.NaN, ofPostgres = Number.NaN] = Object.values(pids).map((pid, i) => {
      return (((processorMs(pid) ?? Number.NaN) - (before[i] ?? Number.NaN)) / idleMs) * 100;
    });
    say(`lanes: ${PROBES} messages, one at a time …`);
    const { p50Ms, p99Ms, maxMs } = latenciesOf(await probe(api, stub, numbers));
    return {
      benchmark: 'lanes',
      circumstances: circumstances(database.postgres.version),
      parameters: { numbers, 'idle seconds': seconds, messages: PROBES },
      rows: [
        rowOf('all lanes taken after', 's', spreadOf([takenMs / 1000])),
        rowOf('idle: worker', '% of a core', spreadOf([ofWorker])),
        rowOf('idle: PostgreSQL', '% of a core', spreadOf([ofPostgres])),
        rowOf('a message on one lane, p50', 'ms', spreadOf([p50Ms])),
        rowOf('a message on one lane, p99', 'ms', spreadOf([p99Ms])),
      ],
      processorUs: {},
      verdicts: [
        {
          promise: `${numbers} idle lanes: worker and PostgreSQL together below ${TARGET.percent} % of a core`,
          measured: `${(ofWorker + ofPostgres).toFixed(1)} %`,
          holds: ofWorker + ofPostgres < TARGET.percent,
        },
        {
          promise: `a message on any of them is at Meta within ${TARGET.delayMs} ms`,
          measured: `at most ${Math.round(maxMs)} ms`,
          holds: maxMs < TARGET.delayMs,
        },
      ],
      remarks: [],
    };
  } finally {
    for (const gateway of gateways) await gateway.stop();
    await stub.stop();
    await database.stop();
  }
}

/** Numbers as they are after a poll, with their lanes; the stub knows only the first of the WABA and is not asked for them. */
async function makeNumbers({ postgres }: Database, numbers: number): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    await client.query(
      `with made as (
         insert into phone_numbers (phone_number_id, portfolio_id, waba_id, display_phone_number, status, throughput_level,
                                    polled_at)
         select ($3::bigint + i)::text, p.id, $2, '+1 555 ' || i, 'CONNECTED', 'STANDARD', now()
           from portfolios p, generate_series(0, $4::integer - 1) as i
          where p.business_id = $1
         returning phone_number_id, portfolio_id)
       insert into lanes (phone_number_id, portfolio_id) select phone_number_id, portfolio_id from made`,
      [BUSINESS_ID, WABA_ID, idOf(0), numbers],
    );
    await client.query('analyze');
  } finally {
    await client.end();
  }
}

/** How many lanes a worker owns, by its metrics. */
async function lanesOf(worker: Gateway): Promise<number> {
  const lines = (await worker.metrics()).matchAll(/^heliograph_lanes\{[^}]*\} (\d+)/gm);
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Milliseconds from the request to the arrival of single messages, each on another lane. */
async function probe(api: Gateway, stub: GraphStub, numbers: number): Promise<number[]> {
  await stub.reset({ record: false });
  const askedAtMs: number[] = [];
  for (let i = 0; i < PROBES; i += 1) {
    // A step without a common factor, so that the probes are spread over all lanes; and over the time between two looks.
    const phoneNumberId = idOf((i * 7919) % numbers);
    await delay(100 + ((i * 37) % 200));
    askedAtMs.push(Date.now());
    const message = { phone_number_id: phoneNumberId, to: recipientOf(i), type: 'text', text: textOf(i) };
    await api.post([message].values(), 1);
    await stub.untilCame(i + 1, 30_000);
  }
  const arrivals = await stub.arrivals(PROBES);
  return arrivals.map((at, i) => at - (askedAtMs[i] as number));
}
