import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findNatsServer } from '../../src/platform/embedded/embedded-nats.js';
import { CRASH_POINTS, type CrashPoint } from '../../src/platform/observability/crash-points.js';
import { DEFAULT_LEASE, type GatewayProcess, type Lease, SHORT_LEASE } from './support/gateway-process.js';
import { SeededRandom } from './support/random.js';
import { judge } from './support/report.js';
import { Round } from './support/round.js';
import { LANES, Stack } from './support/stack.js';

const SEED = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31));
const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 1);
const KILLS_PER_ROUND = 10;
const MINUTE_MS = 60_000;

const NASTY = { preset: 'nasty' };
const NONE = { preset: 'none' };

/** How often a point is passed in a round of this size: the crash comes at one of the first so many. */
const PASSES: Readonly<Record<CrashPoint, number>> = {
  'before-accept-commit': 80,
  'after-accept-commit': 80,
  'command-committed': 0,
  armed: 12,
  'bytes-out': 60,
  'response-in': 60,
  'before-webhook-insert': 15,
  'after-webhook-commit': 15,
  'in-apply': 12,
  'after-publish': 6,
  'template-submitted': 0,
};

/** The publisher is one over all replicas, so only a gateway that is alone is sure to be it. */
const ALONE_ONLY: readonly CrashPoint[] = ['after-publish'];

const hasBus = findNatsServer(process.env.PATH ?? '') !== null;
/**
 * Only commands on the bus and new templates pass them, and the clients of these rounds send messages over REST:
 * test/e2e/commands.e2e.spec.ts and test/e2e/template-keys.e2e.spec.ts die there.
 */
const ELSEWHERE: readonly CrashPoint[] = ['command-committed', 'template-submitted'];
const points = CRASH_POINTS.filter((p) => !ELSEWHERE.includes(p) && (hasBus || p !== 'after-publish'));
const rounds = Array.from({ length: ROUNDS }, (_, i) => i + 1);
const folder = mkdtempSync(path.join(tmpdir(), 'heliograph-chaos-'));
let stack: Stack;
let failed = false;

beforeAll(async () => {
  process.stderr.write(`[chaos] CHAOS_SEED=${SEED} CHAOS_ROUNDS=${ROUNDS}\n`);
  if (!hasBus)
    process.stderr.write('[chaos] NO nats-server: after-publish and the stream are NOT tested in this run\n');
  chmodSync(folder, 0o755);
  stack = await Stack.start(folder, SEED);
}, 3 * MINUTE_MS);

afterAll(async () => {
  await stack?.stop();
  if (failed || process.env.CHAOS_KEEP) process.stderr.write(`[chaos] logs and ledgers are kept in ${folder}\n`);
  else rmSync(folder, { recursive: true, force: true });
}, MINUTE_MS);

/** Kills what is left of the round before and starts so many gateways, none of them meant to crash. */
async function freshGateways(count: number, lease: Lease): Promise<GatewayProcess[]> {
  await Promise.all(stack.alive.map((g) => g.victim.kill()));
  const gateways = Array.from({ length: count }, () => stack.startGateway({ lease }));
  await Promise.all(gateways.map((g) => g.ready));
  return gateways;
}

const OWNERS = `
  select count(*) as held, count(distinct l.owner) as owners
    from lanes l join workers w on w.id = l.owner
   where w.lease_until > now()
     and exists (select 1 from pg_locks k where k.locktype = 'advisory' and k.granted and k.objsubid = 2
                                            and k.objid::bigint = w.lock_key::bigint)`;

/** Resolves when every lane has an owner, and so many workers share them. */
async function lanesShared(owners: number): Promise<void> {
  await eventually(
    async () => (await stack.rows<{ held: string; owners: string }>(OWNERS))[0],
    (row) => Number(row?.held) === LANES.count && Number(row?.owners) === owners,
  );
}

async function finish(name: string, round: Round): Promise<void> {
  const ledgers = await round.ledgers().catch((error: unknown) => {
    failed = true;
    throw error;
  });
  const violations = judge(name, ledgers, SEED);
  failed ||= violations.length > 0;
  expect(violations).toEqual([]);
}

function roundOptions(name: string, lease: Lease, isNasty: boolean) {
  return { name: `${name}-${SEED}`, lease, resendEvery: 0, everyMessageDelivered: !isNasty };
}

/** Posts a burst, then a trickle until the gateway has killed itself, and some more while it is gone. */
async function loadUntilCrash(round: Round, victim: GatewayProcess): Promise<void> {
  // All requests and webhooks are to pass through the one that is to die; the other has its share of lanes and inbox.
  stack.front.prefer(await victim.ready);
  stack.front.rebalance();
  round.crm.post(300);
  const late = delay(30_000, 'late', { ref: false });
  const crash = victim.victim.gone;
  await round.crm.postUntil(120, Promise.race([crash, late]));
  stack.front.prefer(null);
  if (victim.victim.isAlive) throw new Error('the point was never passed');
  expect(await crash).toBe('SIGKILL');
  round.crashed(victim.victim.diedAtMs ?? 0);
  round.crm.post(40);
}

describe.each(rounds)('killed at a named point, round %i', (n) => {
  const random = new SeededRandom(SEED + n * 7919);
  const cases = points.map((point, i) => {
    const lease = (i + n) % 4 === 0 ? DEFAULT_LEASE : SHORT_LEASE;
    return { point, nth: random.between(1, PASSES[point]), lease, isNasty: random.next() < 0.3 };
  });

  it.each(cases)(
    'loses, doubles and hides nothing: alone, restarted after $point:$nth',
    async ({ point, nth, lease, isNasty }) => {
      await freshGateways(0, lease);
      await stack.simulator.faults(isNasty ? NASTY : NONE);
      const victim = stack.startGateway({ lease, crashAt: `${point}:${nth}` });
      const name = `${point}:${nth} alone, round ${n}`;
      const round = new Round(stack, roundOptions(`${point}-alone-${n}`, lease, isNasty));
      await victim.ready;
      await loadUntilCrash(round, victim);
      await stack.startGateway({ lease }).ready;
      await finish(name, round);
    },
    3 * MINUTE_MS,
  );

  const replicated = cases
    .filter(({ point }) => !ALONE_ONLY.includes(point))
    .map((c) => ({ ...c, nth: random.between(1, PASSES[c.point]) }));

  it.each(replicated)(
    'loses, doubles and hides nothing: one of two, $point:$nth',
    async ({ point, nth, lease, isNasty }) => {
      const [survivor] = stack.alive;
      if (survivor === undefined || stack.alive.length > 1) await freshGateways(1, lease);
      await stack.simulator.faults(isNasty ? NASTY : NONE);
      const victim = stack.startGateway({ lease, crashAt: `${point}:${nth}` });
      const round = new Round(stack, roundOptions(`${point}-two-${n}`, lease, isNasty));
      await victim.ready;
      await lanesShared(2);
      await loadUntilCrash(round, victim);
      await finish(`${point}:${nth} of two, round ${n}`, round);
    },
    3 * MINUTE_MS,
  );

  const withBus = hasBus ? it : it.skip;
  withBus(
    'publishes again what was published and not marked, and loses no event (after-publish, a second time)',
    async () => {
      await freshGateways(0, SHORT_LEASE);
      await stack.simulator.faults(NASTY);
      const victim = stack.startGateway({ lease: SHORT_LEASE, crashAt: `after-publish:${random.between(7, 20)}` });
      const round = new Round(stack, roundOptions(`after-publish-again-${n}`, SHORT_LEASE, true));
      await victim.ready;
      await loadUntilCrash(round, victim);
      await stack.startGateway({ lease: SHORT_LEASE }).ready;
      await finish(`after-publish again, round ${n}`, round);
    },
    3 * MINUTE_MS,
  );
});

describe.each(rounds)('killed at random, round %i', (n) => {
  it.each([
    { faults: 'none', isNasty: false },
    { faults: 'nasty', isNasty: true },
  ])(
    `survives ${KILLS_PER_ROUND} kills of one of two replicas, faults $faults`,
    async ({ faults, isNasty }) => {
      const random = new SeededRandom(SEED + n * 104_729 + (isNasty ? 1 : 0));
      await stack.simulator.faults(isNasty ? NASTY : NONE);
      await freshGateways(2, SHORT_LEASE);
      const options = { ...roundOptions(`random-${faults}-${n}`, SHORT_LEASE, isNasty), resendEvery: 10 };
      const round = new Round(stack, options);
      const kills = killAtRandom(round, random);
      await round.crm.postUntil(60, kills);
      await kills;
      await Promise.all(stack.alive.map((g) => g.ready));
      await finish(`random kills, faults ${faults}, round ${n}`, round);
    },
    5 * MINUTE_MS,
  );
});

/** Kills replicas, also while they start; now and then both at once. */
async function killAtRandom(round: Round, random: SeededRandom): Promise<void> {
  for (let killed = 0; killed < KILLS_PER_ROUND; ) {
    await delay(random.between(100, 1500));
    const both = killed + 1 < KILLS_PER_ROUND && random.next() < 0.15;
    const victims = both ? stack.alive : [random.pick(stack.alive)];
    await Promise.all(
      victims.map(async (g) => {
        await g.victim.kill();
        round.crashed(g.victim.diedAtMs ?? 0);
        stack.startGateway({ lease: SHORT_LEASE });
      }),
    );
    killed += victims.length;
    // Most of the time somebody is there to be killed in the middle of its work.
    if (random.next() < 0.7) await Promise.race(stack.alive.map((g) => g.ready.catch(() => 0)));
  }
}

describe.each(rounds)('stopped for longer than its lease, round %i', (n) => {
  it.each([0, 1])(
    'sends no attempt twice when it wakes up, and joins answers that came late (replica %i)',
    async (which) => {
      await stack.simulator.faults({ preset: 'none', slow: 0.5 });
      const gateways = await freshGateways(2, SHORT_LEASE);
      await lanesShared(2);
      stack.front.rebalance();
      const round = new Round(stack, roundOptions(`stopped-${which}-${n}`, SHORT_LEASE, false));
      await stack.simulator.pauseWebhooks();
      round.crm.post(500);
      await delay(900);
      const sleeper = gateways[which] as GatewayProcess;
      stack.front.remove(sleeper.port);
      sleeper.victim.signal('SIGSTOP');
      round.crashed(Date.now());
      await lanesShared(1);
      const inDoubt = await eventually(
        () => unknownIds(round),
        (ids) => ids.length > 0,
      );
      sleeper.victim.signal('SIGCONT');
      stack.front.add(sleeper.port);
      // Webhooks wait, so only the answers that lay in the sleeper's sockets can tell what became of these.
      const joined = (ids: string[]) => inDoubt.filter((id) => !ids.includes(id)).length;
      const still = await eventually(
        () => unknownIds(round),
        (ids) => joined(ids) > 0,
      );
      process.stderr.write(
        `[chaos] ${inDoubt.length} in doubt while stopped, ${joined(still)} joined by late answers\n`,
      );
      await stack.simulator.resumeWebhooks();
      await finish(`stopped replica ${which}, round ${n}`, round);
    },
    3 * MINUTE_MS,
  );
});

async function unknownIds(round: Round): Promise<string[]> {
  const rows = await stack.rows<{ id: string }>(
    `select id from messages where state = 'unknown' and callback_data like $1 || '-%'`,
    [round.name],
  );
  return rows.map((row) => row.id);
}

/** Asks until the answer is as wanted; throws after half a minute. */
async function eventually<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  for (const startMs = performance.now(); performance.now() - startMs < 30_000; await delay(50)) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
  }
  throw new Error(`this did not happen within 30 s: ${isWanted}`);
}
