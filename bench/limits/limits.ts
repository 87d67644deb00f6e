import { setTimeout as delay } from 'node:timers/promises';
import { textOf } from '../accounts.js';
import { Gateway, type GatewayOptions, startDatabase } from '../gateway.js';
import { circumstances } from '../machine.js';
import { type Report, rowOf, type Verdict } from '../report.js';
import { spreadOf } from '../statistics.js';
import { type Arrival, judge } from './judge.js';
import { SCENARIOS, type Scenario, WARM_UP_MS } from './scenarios.js';
import { SIMULATED_NUMBER, SimulatedMeta } from './simulated-meta.js';

/** How `limits` is to measure. */
export interface LimitsOptions {
  /** Length of the judged part of each scenario. */
  readonly seconds: number;
  /** The scenarios to run, by name; all when empty. */
  readonly only: readonly string[];
}

const CONNECTIONS = 256;
const BATCH = 1000;

/** Only what a scenario does itself may tell the gateway of a level: no poll in between. */
const SETTINGS = { THROUGHPUT_POLL_MS: '3600000' };

/**
 * Plays every scenario against the simulator, whose limiter is an independent one: a queue that was filled while nobody
 * sent, then workers that empty it; the simulator's ledger is the judge.
 */
export async function benchLimits(options: LimitsOptions, say: (line: string) => void): Promise<Report> {
  const chosen = SCENARIOS.filter((s) => options.only.length === 0 || options.only.includes(s.name));
  if (chosen.length === 0) throw new Error(`no such scenario; there are: ${SCENARIOS.map((s) => s.name).join(', ')}`);
  const verdicts: Verdict[] = [];
  const rows = [];
  const remarks: string[] = [];
  let version = '';
  for (const scenario of chosen) {
    say(`limits: ${scenario.name} for ${options.seconds} s …`);
    const found = await play(scenario, options.seconds);
    rows.push(rowOf(scenario.name, 'msg/s', spreadOf([found.perSecond])));
    verdicts.push(...found.verdicts);
    remarks.push(`${scenario.name}, taken (refused) in each second: ${found.course}`);
    version = found.postgres;
  }
  return {
    benchmark: 'limits',
    circumstances: circumstances(version),
    parameters: { seconds: options.seconds, connections: CONNECTIONS },
    rows,
    processorUs: {},
    verdicts,
    remarks,
  };
}

async function play(
  scenario: Scenario,
  seconds: number,
): Promise<{ perSecond: number; verdicts: Verdict[]; course: string; postgres: string }> {
  const database = await startDatabase();
  const meta = await SimulatedMeta.start(scenario.level);
  const options = { database, graphOrigin: meta.origin, graphConnections: CONNECTIONS, settings: SETTINGS };
  const workers: Gateway[] = [];
  let api: Gateway | undefined;
  try {
    await learnLevel(options, scenario.level);
    api = await Gateway.start({ ...options, roles: 'api' });
    await meta.tell('callback', { url: `${api.origin}/webhooks/whatsapp` });
    const queue = () => (api as Gateway).postBatches(messagesTo(scenario.recipient, scenario.messages(seconds)), BATCH);
    if (scenario.before === undefined) await queue();
    for (let i = 0; i < scenario.workers; i += 1) workers.push(await Gateway.start({ ...options, roles: 'worker' }));
    if (scenario.before !== undefined) {
      await scenario.before({ meta, workers, seconds });
      await queue();
    }
    await meta.untilAccepted(1, 30_000);
    const beganAtMs = Date.now() + WARM_UP_MS;
    const total = scenario.messages(seconds);
    const meanwhile = scenario.meanwhile?.({ meta, workers, seconds }) ?? Promise.resolve();
    await Promise.all([meanwhile, delayOrAll(meta, total, WARM_UP_MS + seconds * 1000)]);
    const arrivals = await meta.arrivals();
    const verdicts = scenario
      .find(arrivals, beganAtMs, seconds)
      .map((finding) => ({ ...finding, promise: `${scenario.name}: ${finding.promise}` }));
    const { takenPerSecond } = judge(arrivals, beganAtMs, beganAtMs + seconds * 1000);
    const doubles = doublesOf(arrivals, scenario, total);
    verdicts.push({ promise: `${scenario.name}: nothing sent twice`, measured: `${doubles}`, holds: doubles === 0 });
    return { perSecond: takenPerSecond, verdicts, course: courseOf(arrivals), postgres: database.postgres.version };
  } finally {
    for (const worker of workers) await worker.stop();
    await api?.stop();
    await meta.stop();
    await database.stop();
  }
}

/** Waits for the end of the judged part, or for all messages. */
async function delayOrAll(meta: SimulatedMeta, total: number, withinMs: number): Promise<void> {
  const endAtMs = performance.now() + withinMs;
  while (performance.now() < endAtMs && (await meta.stats()).accepted < total) await delay(200);
}

/** Lets a gateway read the number's level, which stays in the database; that is a job of the worker role. */
export async function learnLevel(options: Omit<GatewayOptions, 'roles'>, level: number): Promise<void> {
  const gateway = await Gateway.start({ ...options, roles: 'all' });
  try {
    await gateway.until(30_000, `at ${level} messages per second`, async () => (await gateway.levels())[0] === level);
  } finally {
    await gateway.stop();
  }
}

/** So many texts of the simulator's number, the i-th to `recipient(i)`. */
export function* messagesTo(recipient: (i: number) => string, count: number): Generator<object, void> {
  for (let i = 0; i < count; i += 1) {
    yield { phone_number_id: SIMULATED_NUMBER, to: recipient(i), type: 'text', text: textOf(i) };
  }
}

/** How many were taken, and refused, in each second of a run. */
function courseOf(arrivals: readonly Arrival[]): string {
  const seconds: { taken: number; refused: number }[] = [];
  for (const { atMs, code } of arrivals) {
    const at = Math.floor((atMs - (arrivals[0]?.atMs ?? 0)) / 1000);
    while (seconds.length <= at) seconds.push({ taken: 0, refused: 0 });
    const second = seconds[at] as { taken: number; refused: number };
    if (code === null) second.taken += 1;
    else second.refused += 1;
  }
  return seconds.map(({ taken, refused }) => (refused === 0 ? `${taken}` : `${taken} (${refused})`)).join(' ');
}

/** Messages that were taken beyond those there are for their recipient. */
function doublesOf(
  arrivals: readonly { to: string; code: number | null }[],
  scenario: Scenario,
  total: number,
): number {
  const left = new Map<string, number>();
  const key = (to: string) => to.replace(/\D/g, '');
  for (let i = 0; i < total; i += 1) {
    const to = key(scenario.recipient(i));
    left.set(to, (left.get(to) ?? 0) + 1);
  }
  let doubles = 0;
  for (const { to, code } of arrivals) {
    if (code !== null) continue;
    const rest = (left.get(key(to)) ?? 0) - 1;
    if (rest < 0) doubles += 1;
    left.set(key(to), rest);
  }
  return doubles;
}
