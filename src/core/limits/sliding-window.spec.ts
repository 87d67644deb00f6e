import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SlidingWindow } from './sliding-window.js';

const WINDOW_MS = 1000;

/** Spends all it may, and gives the instants. */
function spendAll(window: SlidingWindow, nowMs: number, wanted: number): number[] {
  const allowed = window.allowedAt(nowMs, wanted);
  for (let i = 0; i < allowed; i += 1) window.spend(nowMs);
  return new Array<number>(allowed).fill(nowMs);
}

const within = (instants: readonly number[], endMs: number): number =>
  instants.filter((t) => t > endMs - WINDOW_MS && t <= endMs).length;

const demand = fc.array(
  fc.record({ waitMs: fc.integer({ min: 0, max: 700 }), wanted: fc.integer({ min: 0, max: 30 }) }),
  {
    maxLength: 60,
  },
);

describe('a sliding window', () => {
  it('never holds more than its limit, wherever a window begins, and never less than it could', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), demand, (limit, steps) => {
        const window = new SlidingWindow(limit, WINDOW_MS);
        const spent: number[] = [];
        let nowMs = 5;
        for (const { waitMs, wanted } of steps) {
          nowMs += waitMs;
          const room = limit - within(spent, nowMs);
          expect(window.allowedAt(nowMs, wanted)).toBe(Math.min(wanted, room));
          spent.push(...spendAll(window, nowMs, wanted));
          expect(within(spent, nowMs)).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  it('says when the next may go: then, and not a moment earlier', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), demand, (limit, steps) => {
        const window = new SlidingWindow(limit, WINDOW_MS);
        let nowMs = 5;
        for (const { waitMs, wanted } of steps) {
          nowMs += waitMs;
          spendAll(window, nowMs, wanted);
          const freeAtMs = window.freeAtMs();
          expect(window.allowedAt(nowMs) > 0).toBe(freeAtMs <= nowMs);
          if (freeAtMs <= nowMs) continue;
          expect(window.allowedAt(freeAtMs - 1)).toBe(0);
          expect(window.allowedAt(freeAtMs)).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('lets the whole limit go at first, and again after a window', () => {
    const window = new SlidingWindow(3, WINDOW_MS);
    expect(spendAll(window, 100, 9)).toHaveLength(3);
    expect(window.allowedAt(1099)).toBe(0);
    expect(window.allowedAt(1100)).toBe(3);
    expect(window.allowedAt(1100, 2)).toBe(2);
    expect(window.allowedAt(1100, 0)).toBe(0);
  });

  it('remembers what was spent beyond its limit', () => {
    const window = new SlidingWindow(2, WINDOW_MS);
    for (const t of [0, 10, 20, 30]) window.spend(t);
    expect(window.allowedAt(1019)).toBe(0);
    expect(window.allowedAt(1020)).toBe(1);
    expect(window.allowedAt(1030)).toBe(2);
  });

  it('takes on a lower limit at once', () => {
    const window = new SlidingWindow(10, WINDOW_MS);
    spendAll(window, 0, 5);
    spendAll(window, 500, 3);
    window.resize(4);
    expect(window.limit).toBe(4);
    expect(window.allowedAt(999)).toBe(0);
    expect(window.allowedAt(1000)).toBe(1);
    expect(window.allowedAt(1500)).toBe(4);
  });

  it('takes on a higher limit at once and counts what was spent under the lower one', () => {
    const window = new SlidingWindow(4, WINDOW_MS);
    spendAll(window, 0, 4);
    window.resize(10);
    expect(window.allowedAt(10)).toBe(6);
    expect(window.allowedAt(1000)).toBe(10);
  });

  it('is the same after it is given the limit that it has', () => {
    const window = new SlidingWindow(4, WINDOW_MS);
    spendAll(window, 0, 3);
    window.resize(4);
    expect(window.allowedAt(1)).toBe(1);
  });

  it('forgets nothing of the last window when its limit falls and rises again', () => {
    const window = new SlidingWindow(10, WINDOW_MS);
    spendAll(window, 0, 10);
    window.resize(2);
    window.resize(10);
    expect(window.allowedAt(500)).toBe(0);
    window.resize(3);
    for (const t of [1000, 1100, 1200, 2000, 2100, 2200, 3000]) expect(spendAll(window, t, 1)).toHaveLength(1);
    window.resize(10);
    expect(window.allowedAt(3050)).toBe(7);
    expect(window.allowedAt(3150)).toBe(8);
  });
});
