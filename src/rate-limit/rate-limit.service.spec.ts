import 'reflect-metadata';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AccountsService } from '../accounts/accounts.service.js';
import { META_ERRORS, reactionTo } from '../core/meta-errors/meta-error-table.js';
import { loadConfig } from '../platform/config/load-config.js';
import type { Db } from '../platform/db/db.js';
import { Metrics } from '../platform/observability/metrics.js';
import type { Runtime } from '../platform/runtime.js';
import { ARM_TO_WIRE_MS, RateLimitService } from './rate-limit.service.js';
import type { StopsService } from './stops.service.js';

/** Two numbers of one WABA and one of another. */
const NUMBERS: Record<string, { wabaId: string; throughputMps: number }> = {
  a: { wabaId: 'w1', throughputMps: 80 },
  b: { wabaId: 'w1', throughputMps: 80 },
  c: { wabaId: 'w2', throughputMps: 1000 },
};

/** A lane that nobody had before. */
const NOTHING = {
  attempts: [],
  pairs: [],
  holds: [],
  pause: null,
  rate: null,
  media: { failures: 0, pausedForMs: 0 },
};

const rowThatSlows = (slow: string) => {
  const row = Object.values(META_ERRORS).find((r) => r.slow === slow && r !== reactionTo(130429));
  if (row === undefined) throw new Error(`no error slows ${slow} down`);
  return row;
};

describe('the limiters of a worker', () => {
  let nowMs = 0;
  let numbers = NUMBERS;
  let limits: RateLimitService;

  const paused = (): string[] => ['a', 'b', 'c'].filter((id) => limits.limiter(id)?.allowed(nowMs, 1) === 0);

  beforeEach(() => {
    nowMs = 100_000;
    numbers = NUMBERS;
    const accounts = {
      phoneNumber: (id: string) => numbers[id],
      waba: (id: string) => ({ appId: `app-of-${id}` }),
    } as unknown as AccountsService;
    const clock = { now: () => new Date(0), monotonicMs: () => nowMs };
    const stops = { learn: () => undefined, stopsOf: () => [] } as unknown as StopsService;
    const runtime = { config: loadConfig({}), clock, metrics: new Metrics() } as Runtime;
    limits = new RateLimitService(accounts, stops, {} as Db, runtime);
    for (const id of Object.keys(NUMBERS)) limits.open(id, NOTHING);
  });

  it('begin at the level of their number, and at the lowest for a number that is not known', () => {
    limits.open('unknown', NOTHING);
    expect(['a', 'c', 'unknown'].map((id) => limits.limiter(id)?.throughputMps)).toEqual([80, 1000, 20]);
  });

  it('are only there for the lanes that are owned', () => {
    limits.close('a');
    expect(limits.limiter('a')).toBeUndefined();
    expect(limits.limiter('never')).toBeUndefined();
  });

  it('count what an earlier owner armed as if it had left as late as it could', () => {
    const earlier = Array.from({ length: 80 }, () => ({ armedAgeMs: 1000, answeredAgeMs: null }));
    limits.open('a', { ...NOTHING, attempts: earlier });
    const freeAtMs = limits.limiter('a')?.freeAtMs(nowMs) ?? 0;
    expect(limits.limiter('a')?.allowed(nowMs, 1)).toBe(0);
    expect(freeAtMs).toBeGreaterThanOrEqual(nowMs + 1000);
    nowMs = freeAtMs;
    expect(limits.limiter('a')?.allowed(nowMs, 1)).toBe(1);
    expect(limits.memoryMs).toBeGreaterThan(1000 + ARM_TO_WIRE_MS);
  });

  it('take on a new level as soon as it was read', () => {
    numbers = { ...NUMBERS, a: { wabaId: 'w1', throughputMps: 1000 } };
    limits.adapt();
    expect(limits.limiter('a')?.throughputMps).toBe(1000);
    expect(limits.limiter('b')?.throughputMps).toBe(80);
  });

  it.each([
    ['number', ['a']],
    ['waba', ['a', 'b']],
    ['app', ['a', 'b']],
    ['account', ['a', 'b']],
    ['none', []],
    ['pair', []],
    ['template', []],
  ])('pause after a refusal that slows down %s: %j', (slow, lanes) => {
    const row = slow === 'number' ? { ...rowThatSlows('pair'), slow: 'number' as const } : rowThatSlows(slow);
    limits.react('a', row);
    expect(paused()).toEqual(lanes);
    nowMs += Math.max(1000, row.pauseMs);
    expect(paused()).toEqual([]);
  });

  it('pause for as long as the refusal says, and a second at the least', () => {
    limits.react('a', { ...rowThatSlows('waba'), pauseMs: 5000 });
    limits.react('c', { ...rowThatSlows('waba'), pauseMs: 0 });
    expect(['a', 'b', 'c'].map((id) => limits.limiter(id)?.freeAtMs(nowMs))).toEqual(
      [5000, 5000, 1000].map((ms) => nowMs + ms),
    );
  });

  it('give way by rate, without a pause, when the throughput of the number is reached', () => {
    limits.react('a', reactionTo(130429));
    expect(paused()).toEqual([]);
    expect(limits.limiter('a')?.currentMps).toBe(75);
    expect(limits.limiter('b')?.currentMps).toBe(80);
  });

  it('wait longer and longer for an API that nobody answers, half a minute at the most, until somebody does', () => {
    const waits: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      limits.backOff('a');
      const untilMs = limits.limiter('a')?.pauseAt(nowMs)?.untilMs ?? nowMs;
      waits.push(untilMs - nowMs);
      nowMs = untilMs;
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    limits.reached('a');
    limits.backOff('a');
    expect((limits.limiter('a')?.pauseAt(nowMs)?.untilMs ?? 0) - nowMs).toBe(250);
  });

  it('ignore what happens on a lane that was given away', () => {
    limits.close('a');
    limits.backOff('a');
    limits.react('a', rowThatSlows('waba'));
    expect(limits.limiter('a')).toBeUndefined();
  });
});
