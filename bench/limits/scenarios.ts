import { setTimeout as delay } from 'node:timers/promises';
import { recipientOf } from '../accounts.js';
import type { Gateway } from '../gateway.js';
import { type Arrival, judge, longestGapMs } from './judge.js';
import { SIMULATED_NUMBER, type SimulatedMeta } from './simulated-meta.js';

/** What a scenario can act on while messages go out. */
export interface Scene {
  readonly meta: SimulatedMeta;
  /** The gateways that send, one of which owns the number's lane. */
  readonly workers: readonly Gateway[];
  /** Length of the part that is judged, in seconds. */
  readonly seconds: number;
}

/** What came of a scenario. */
export interface Finding {
  readonly promise: string;
  readonly measured: string;
  readonly holds: boolean;
}

/** One situation in which a number's limits have to be kept and used. */
export interface Scenario {
  readonly name: string;
  /** Messages per second that the number has at the beginning. */
  readonly level: number;
  readonly workers: number;
  /** What happens before the first message is queued, with workers that run already; without it they start last. */
  before?(scene: Scene): Promise<void>;
  /** How many messages are queued in all. */
  messages(seconds: number): number;
  recipient(i: number): string;
  /** What happens while they go out; resolves when it is over. */
  meanwhile?(scene: Scene): Promise<void>;
  /** Judges the arrivals; `beganAtMs` is when the judged part began, in the simulator's time. */
  find(arrivals: readonly Arrival[], beganAtMs: number, seconds: number): Finding[];
}

/** After the first arrival: connections are made and the gateway finds its pace. */
export const WARM_UP_MS = 2000;

const RATE_REFUSALS = [130429, 131056] as const;

const none = (refused: Readonly<Record<number, number>>): Finding => {
  const found = RATE_REFUSALS.map((code) => `${refused[code] ?? 0} x ${code}`).join(', ');
  const promise = 'nothing refused for its rate';
  return { promise, measured: found, holds: RATE_REFUSALS.every((code) => refused[code] === undefined) };
};

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** The least share of the level that must be used, by both directions together, and that no second may exceed it. */
function kept(level: number, inbound = 0, least = 0.98): Scenario['find'] {
  return (arrivals, beganAtMs, seconds) => {
    const found = judge(arrivals, beganAtMs, beganAtMs + seconds * 1000);
    const share = (found.takenPerSecond + inbound) / level;
    return [
      none(found.refused),
      {
        promise: `no second above ${level}`,
        measured: `${found.mostInAnySecond}`,
        holds: found.mostInAnySecond <= level,
      },
      {
        promise: `at least ${percent(least)} of the allowed rate used`,
        measured: `${percent(share)}, ${found.takenPerSecond.toFixed(1)} a second`,
        holds: share >= least,
      },
    ];
  };
}

const steady = (level: number): Scenario => ({
  name: `steady ${level}`,
  level,
  workers: 1,
  messages: (seconds) => Math.ceil(level * (seconds + 6)),
  recipient: recipientOf,
  find: kept(level),
});

/** People write so often while the business sends: three of ten messages are answered, as in Meta's example. */
const INBOUND = { perSecond: 230, beforeMs: 6000 };

/** A business that writes often to the same people. */
const PAIRS = { people: 1000, messagesEach: 20 };

const UPGRADE = { atMs: 15_000, maintenanceMs: 5000 };

/** The level that Meta keeps to in secret, and within what time the lane is back once Meta is. */
const STORM = { level: 500, backWithinMs: 30_000 };

/** How long nothing may go out after the owner of a lane was killed: its lease and one look of the others. */
const TAKE_OVER_MS = 5000;

/** Every scenario, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  steady(80),
  steady(1000),
  {
    ...steady(1000),
    name: 'people write',
    messages: (seconds) => 1000 * (seconds + 6),
    async before({ meta }) {
      await meta.tell('load', { sends_per_second: 0, inbound_per_second: INBOUND.perSecond, seconds: 0 });
      await delay(INBOUND.beforeMs);
    },
    find: kept(1000, INBOUND.perSecond),
  },
  {
    ...steady(1000),
    name: 'pairs',
    messages: () => PAIRS.people * PAIRS.messagesEach,
    recipient: (i) => recipientOf(i % PAIRS.people),
    find: (arrivals, beganAtMs) => {
      const seconds = Math.floor((PAIRS.people * PAIRS.messagesEach) / 1000) - 4;
      return kept(1000)(arrivals, beganAtMs, seconds);
    },
  },
  {
    ...steady(80),
    name: 'upgrade',
    messages: (seconds) => 1000 * seconds,
    async meanwhile({ meta, seconds }) {
      await delay(UPGRADE.atMs);
      await meta.tell(`phone_numbers/${SIMULATED_NUMBER}/upgrade`, {
        mps: 1000,
        maintenance_ms: UPGRADE.maintenanceMs,
      });
      await delay(seconds * 1000 - UPGRADE.atMs);
    },
    find: (arrivals, beganAtMs, seconds) => {
      const upgradedAtMs = beganAtMs - WARM_UP_MS + UPGRADE.atMs + UPGRADE.maintenanceMs;
      const found = judge(arrivals, upgradedAtMs + 3000, beganAtMs + seconds * 1000);
      const before = judge(
        arrivals.filter((a) => a.atMs < upgradedAtMs - UPGRADE.maintenanceMs),
        beganAtMs,
        upgradedAtMs - UPGRADE.maintenanceMs,
      );
      const share = found.takenPerSecond / 1000;
      return [
        none(found.refused),
        {
          promise: 'no second above 80 before',
          measured: `${before.mostInAnySecond}`,
          holds: before.mostInAnySecond <= 80,
        },
        { promise: 'no second above 1000', measured: `${found.mostInAnySecond}`, holds: found.mostInAnySecond <= 1000 },
        { promise: 'at least 98.0 % of 1000 used from 3 s after it', measured: percent(share), holds: share >= 0.98 },
      ];
    },
  },
  {
    ...steady(1000),
    name: 'storm',
    messages: (seconds) => 500 * seconds + 1000 * 35,
    async meanwhile({ meta, seconds }) {
      await meta.tell(`phone_numbers/${SIMULATED_NUMBER}`, { mps: STORM.level, silent: true });
      await delay(seconds * 1000);
      await meta.tell(`phone_numbers/${SIMULATED_NUMBER}`, { mps: 1000, silent: true });
      await delay(STORM.backWithinMs + 3000);
    },
    find: (arrivals, beganAtMs, seconds) => {
      const endedAtMs = beganAtMs - WARM_UP_MS + seconds * 1000;
      const last = judge(arrivals, endedAtMs - Math.min(20_000, seconds * 500), endedAtMs);
      const share = last.takenPerSecond / STORM.level;
      const after = judge(arrivals, endedAtMs + STORM.backWithinMs, endedAtMs + STORM.backWithinMs + 2000);
      const refused = Object.values(last.refused).reduce((a, b) => a + b, 0);
      return [
        {
          promise: 'at least 90.0 % of the secret 500 used within 60 s',
          measured: percent(share),
          holds: share >= 0.9,
        },
        { promise: 'refused on the way', measured: `${refused} of ${arrivals.length}`, holds: true },
        {
          promise: 'back above 900 a second within 30 s after the storm',
          measured: after.takenPerSecond.toFixed(0),
          holds: after.takenPerSecond > 900,
        },
      ];
    },
  },
  {
    ...steady(1000),
    name: 'owner killed',
    workers: 2,
    messages: (seconds) => 1000 * (seconds + 6),
    async meanwhile({ workers, seconds }) {
      await delay((seconds * 1000) / 2);
      for (const worker of workers) if (/heliograph_lanes\{[^}]*\} 1/.test(await worker.metrics())) worker.kill();
      await delay((seconds * 1000) / 2);
    },
    find: (arrivals, beganAtMs) => {
      const found = judge(arrivals, beganAtMs, beganAtMs + 1000);
      const gapMs = longestGapMs(arrivals, beganAtMs);
      const promise = `the successor sends within ${TAKE_OVER_MS / 1000} s`;
      return [
        none(found.refused),
        { promise: 'no second above 1000', measured: `${found.mostInAnySecond}`, holds: found.mostInAnySecond <= 1000 },
        { promise, measured: `${Math.round(gapMs)} ms of silence`, holds: gapMs > 500 && gapMs <= TAKE_OVER_MS },
      ];
    },
  },
];
