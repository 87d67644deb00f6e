import { setTimeout as delay } from 'node:timers/promises';
import { recipientOf } from './accounts.js';
import { Gateway, startDatabase } from './gateway.js';
import { learnLevel } from './limits/limits.js';
import { SIMULATED_NUMBER, SimulatedMeta } from './limits/simulated-meta.js';
import { circumstances } from './machine.js';
import { type Report, type Row, rowOf, type Verdict } from './report.js';
import { latenciesOf, spreadOf } from './statistics.js';

/** How `priority` is to measure. */
export interface PriorityOptions {
  /** Marketing messages that wait on the number before the first password is sent. */
  readonly backlog: number;
  /** For how long passwords are sent at each level. */
  readonly seconds: number;
}

/** Passwords per second: a busy login page. */
const PASSWORDS_PER_SECOND = 10;

/** The levels that the number has in turn; at the lower one a slot comes every 12.5 ms only. */
const LEVELS = [80, 1000] as const;

/** The gateway has found its pace by then. */
const WARM_UP_MS = 5000;

const CONNECTIONS = 256;
const TARGET_MS = 250;

/**
 * Measures how long a one-time password takes from the caller's POST to its arrival at the simulator, while a backlog of
 * marketing goes out of the same number as fast as it may. Both instants are read off this machine's clock.
 */
export async function benchPriority(options: PriorityOptions, say: (line: string) => void): Promise<Report> {
  const { backlog, seconds } = options;
  const database = await startDatabase();
  const meta = await SimulatedMeta.start(LEVELS[0]);
  const common = { database, graphOrigin: meta.origin, graphConnections: CONNECTIONS };
  const rows: Row[] = [];
  const verdicts: Verdict[] = [];
  const gateways: Gateway[] = [];
  try {
    await learnLevel(common, LEVELS[0]);
    const api = await Gateway.start({ ...common, roles: 'api' });
    gateways.push(api);
    await meta.tell('callback', { url: `${api.origin}/webhooks/whatsapp` });
    say(`priority: queueing ${backlog} marketing messages …`);
    await api.postBatches(marketing(backlog), 1000);
    gateways.unshift(await Gateway.start({ ...common, roles: 'worker' }));
    for (const level of LEVELS) {
      await meta.tell(`phone_numbers/${SIMULATED_NUMBER}`, { mps: level });
      await api.until(30_000, `at ${level} messages per second`, async () => (await api.levels())[0] === level);
      await delay(WARM_UP_MS);
      say(`priority: ${PASSWORDS_PER_SECOND} passwords a second for ${seconds} s at level ${level} …`);
      const { waits, others, missing } = await playPasswords(api, meta, level, seconds);
      const { p50Ms, p99Ms, maxMs } = latenciesOf(waits);
      rows.push(
        rowOf(`level ${level}, p50`, 'ms', spreadOf([p50Ms])),
        rowOf(`level ${level}, p99`, 'ms', spreadOf([p99Ms])),
      );
      rows.push(rowOf(`level ${level}, marketing`, 'msg/s', spreadOf([others / seconds])));
      verdicts.push({
        promise: `level ${level}: a password is at Meta within ${TARGET_MS} ms (p99), and none is missing`,
        measured: `p99 ${Math.round(p99Ms)} ms, at most ${Math.round(maxMs)} ms, ${missing} missing`,
        holds: p99Ms < TARGET_MS && missing === 0,
      });
    }
    return {
      benchmark: 'priority',
      circumstances: circumstances(database.postgres.version),
      parameters: { backlog, seconds, 'passwords per second': PASSWORDS_PER_SECOND },
      rows,
      processorUs: {},
      verdicts,
      remarks: [],
    };
  } finally {
    for (const gateway of gateways) await gateway.stop();
    await meta.stop();
    await database.stop();
  }
}

interface Played {
  /** Milliseconds from POST to arrival, of those that arrived. */
  readonly waits: readonly number[];
  readonly missing: number;
  /** Marketing messages that arrived meanwhile. */
  readonly others: number;
}

/** Sends passwords at a steady rate, whatever the answers do, and looks up when each arrived. */
async function playPasswords(api: Gateway, meta: SimulatedMeta, level: number, seconds: number): Promise<Played> {
  const beganAtMs = Date.now();
  const askedAtMs = new Map<string, number>();
  const posts: Promise<void>[] = [];
  for (let i = 0; i < seconds * PASSWORDS_PER_SECOND; i += 1) {
    await delay(Math.max(0, beganAtMs + (i * 1000) / PASSWORDS_PER_SECOND - Date.now()));
    const to = `1212${String(level * 1000 + i).padStart(7, '0')}`;
    askedAtMs.set(to, Date.now());
    posts.push(api.post([passwordTo(to)].values(), 1));
  }
  await Promise.all(posts);
  const endedAtMs = Date.now();
  await delay(2000);
  const arrivals = await meta.arrivals();
  const waits = arrivals.flatMap((a) => {
    const asked = askedAtMs.get(a.to.replace(/\D/g, ''));
    return asked === undefined || a.code !== null ? [] : [a.atMs - asked];
  });
  const during = arrivals.filter((a) => a.code === null && a.atMs >= beganAtMs && a.atMs < endedAtMs).length;
  return { waits, missing: askedAtMs.size - waits.length, others: during - waits.length };
}

const passwordTo = (digits: string): object => ({
  phone_number_id: SIMULATED_NUMBER,
  to: `+${digits}`,
  type: 'template',
  priority: 'authentication',
  template: {
    name: 'one_time_password',
    language: { code: 'en_US' },
    components: [{ type: 'body', parameters: [{ type: 'text', text: '123456' }] }],
  },
});

function* marketing(count: number): Generator<object, void> {
  const language = { code: 'en_US' };
  for (let i = 0; i < count; i += 1) {
    const template = { name: 'summer_sale', language, components: [] };
    yield { phone_number_id: SIMULATED_NUMBER, to: recipientOf(i), type: 'template', priority: 'marketing', template };
  }
}
