import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ThroughputLog } from './throughput-log.js';

/** Instants that never go back, in milliseconds with microseconds, near today. */
const arrivals = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 50_000 }), fc.integer({ min: 900_000, max: 1_100_000 })), {
    maxLength: 300,
  })
  .map((gapsMicros) => {
    let micros = 1_793_000_000_000_000;
    return gapsMicros.map((gap) => {
      micros += gap;
      return micros / 1000;
    });
  });

const limits = fc.integer({ min: 1, max: 30 });

/** The sends a log lets through, in order. */
function accepted(instants: readonly number[], mps: number): number[] {
  const log = new ThroughputLog();
  return instants.filter((atMs) => {
    const isAllowed = log.allows(atMs, mps);
    if (isAllowed) log.addSend(atMs);
    return isAllowed;
  });
}

describe('throughput of a number', () => {
  it('never accepts more than N in any sliding second', () => {
    fc.assert(
      fc.property(arrivals, limits, (instants, mps) => {
        const kept = accepted(instants, mps);
        return kept.every((atMs, i) => i < mps || atMs - (kept[i - mps] as number) >= 1000);
      }),
    );
  });

  it('refuses only what would be too many', () => {
    fc.assert(
      fc.property(arrivals, limits, (instants, mps) => {
        const log = new ThroughputLog();
        const kept: number[] = [];
        return instants.every((atMs) => {
          const inLastSecond = kept.filter((earlier) => earlier > atMs - 1000).length;
          const isAllowed = log.allows(atMs, mps);
          if (isAllowed) log.addSend(atMs);
          if (isAllowed) kept.push(atMs);
          return isAllowed === inLastSecond < mps;
        });
      }),
    );
  });

  it('never refuses a client that waits a second after its N-th last send', () => {
    fc.assert(
      fc.property(arrivals, limits, (wishes, mps) => {
        const sends: number[] = [];
        for (const wish of wishes) sends.push(Math.max(wish, sends.at(-1) ?? 0, (sends.at(-mps) ?? -1e9) + 1000));
        return accepted(sends, mps).length === sends.length;
      }),
    );
  });

  it('counts inbound messages, which are never refused', () => {
    const log = new ThroughputLog();
    for (let i = 0; i < 5; i++) log.addInbound(1000);
    expect(log.allows(1500, 5)).toBe(false);
    expect(log.allows(2000, 5)).toBe(true);
    expect(log.maxSends).toBe(0);
  });

  it('knows the fullest second exactly', () => {
    const log = new ThroughputLog();
    for (const atMs of [0, 400, 800, 999, 1000, 1399, 5000]) log.addSend(atMs);
    expect(log.maxSends).toBe(5);
  });
});
