import { APP_SECRET } from './accounts.js';
import { startServer } from './child.js';
import type { IngestOptions } from './command-line.js';
import { GENERATORS } from './exchange.js';
import { Gateway, startDatabase } from './gateway.js';
import { readCounter } from './histogram.js';
import type { IngestBench } from './ingest-bench.js';
import { ingestReport } from './ingest-report.js';
import { holdRate, playRound, type Round } from './ingest-rounds.js';
import { messagesFrom } from './messages.js';
import { programOf } from './paths.js';
import type { Report } from './report.js';
import { GraphStub } from './stub.js';
import { STATUSES } from './webhook-bodies.js';

/** Numbers that the messages are sent from: enough that making them is not held up by the limiter. */
const NUMBERS = 16;
const WARM_UP_MESSAGES = 700;
const APPLIED_WITHIN_MS = 180_000;

/**
 * Measures the way in: signed webhooks, one status each, with the tokens of messages that really went through the
 * gateway before. Rounds in turn with a bare server: first the whole service, then only its `api` role, which stores and
 * does not apply; then the backlog of these, a steady rate, and a look at every message.
 */
export async function benchIngest(options: IngestOptions, say: (line: string) => void): Promise<Report> {
  const database = await startDatabase();
  const stub = await GraphStub.start({ latencyMs: 0, numbers: NUMBERS });
  const bareServer = await startServer({ name: 'bare-server', args: [programOf('bare-server'), APP_SECRET] });
  const bare = { port: Number(new URL(bareServer.origin).port), pid: bareServer.pid };
  const gateway = await startGateway({ database, stub, options }, 'all');
  const bench: IngestBench = { options, database, stub, bare, unused: [], say, gateway, owed: 0 };
  try {
    await makeMessages(bench);
    const messages = bench.unused.length;
    const whole = await playRounds(bench, 'all');
    await restart(bench, 'api');
    const storing = await playRounds(bench, 'api');
    await restart(bench, 'all');
    const backlogPerSecond = await applyBacklog(bench);
    const steady = await holdRate(bench);
    const wrong = messages - (await countRight(bench));
    return ingestReport({
      options,
      postgresql: database.postgres.version,
      whole,
      storing,
      backlogPerSecond,
      steady,
      wrong,
    });
  } finally {
    await bench.gateway.stop();
    await bareServer.stop();
    await stub.stop();
    await database.stop();
  }
}

function startGateway(
  { database, stub, options }: Pick<IngestBench, 'database' | 'stub' | 'options'>,
  roles: 'all' | 'api',
): Promise<Gateway> {
  const { profileFolder } = options;
  return Gateway.start({ database, graphOrigin: stub.origin, roles, graphConnections: 64, profileFolder });
}

async function restart(bench: IngestBench, roles: 'all' | 'api'): Promise<void> {
  await bench.gateway.stop();
  bench.gateway = await startGateway(bench, roles);
}

async function makeMessages(bench: IngestBench): Promise<void> {
  const { options, gateway, stub, say } = bench;
  await gateway.until(30_000, 'at the level HIGH', () => gateway.isHigh());
  const inRounds = (WARM_UP_MESSAGES + perRoundOf(options) * options.rounds) * GENERATORS.length * 2;
  const count = inRounds + Math.ceil((options.perSecond * options.seconds) / STATUSES.length);
  say(`sending ${count} messages through the gateway, to have something to report on …`);
  await stub.reset({ record: true });
  await gateway.post(messagesFrom(0, count, NUMBERS));
  await stub.untilCame(count, 120_000);
  await gateway.until(60_000, 'settled', () => gateway.isSettled());
  bench.unused.push(...(await stub.sends()));
}

function perRoundOf(options: IngestOptions): number {
  return Math.ceil(options.perRound / STATUSES.length);
}

/** Rounds with both kinds of load, after one that only warms up; only the whole service has to apply what it stored. */
async function playRounds(bench: IngestBench, roles: 'all' | 'api'): Promise<Round[]> {
  const rounds: Round[] = [];
  const afterwards = roles === 'all' ? () => untilApplied(bench) : async () => undefined;
  for (let i = -1; i < bench.options.rounds; i += 1) {
    for (const generator of GENERATORS) {
      const messages = i < 0 ? WARM_UP_MESSAGES : perRoundOf(bench.options);
      const round = await playRound(bench, { messages, generator, gatewayFirst: i % 2 === 1, afterwards });
      if (i >= 0) rounds.push(round);
    }
  }
  bench.say(`${bench.options.rounds} rounds ${roles === 'all' ? 'of the whole service' : 'of storing only'} done`);
  return rounds;
}

async function untilApplied(bench: IngestBench): Promise<void> {
  const isApplied = async () => (await appliedBy(bench)) >= bench.owed;
  await bench.gateway.until(APPLIED_WITHIN_MS, `done with ${bench.owed} statuses`, isApplied, 50);
}

async function appliedBy(bench: IngestBench): Promise<number> {
  return readCounter(await bench.gateway.metrics(), 'heliograph_statuses_total');
}

/** Statuses per second at which a fresh process applies what waits, from when it is ready on. */
async function applyBacklog(bench: IngestBench): Promise<number> {
  bench.owed = bench.options.rounds * perRoundOf(bench.options) * STATUSES.length * GENERATORS.length;
  bench.owed += WARM_UP_MESSAGES * STATUSES.length * GENERATORS.length;
  const [before, startMs] = [await appliedBy(bench), performance.now()];
  await untilApplied(bench);
  return ((bench.owed - before) * 1000) / (performance.now() - startMs);
}

/** Messages that are exactly where their three statuses must have brought them. */
async function countRight(bench: IngestBench): Promise<number> {
  await untilApplied(bench);
  let right = 0;
  for await (const m of bench.gateway.messages()) {
    const times = [m.submitted_at, m.sent_at, m.delivered_at, m.read_at];
    if (m.state === 'submitted' && m.status === 'read' && times.every((at) => at !== null)) right += 1;
  }
  return right;
}
