import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { gcraAllowed, gcraFreeAtMs, gcraSpend } from './gcra.js';

const limit = fc.record({ everyMs: fc.integer({ min: 1, max: 200 }), burst: fc.integer({ min: 1, max: 20 }) });
const NEVER = Number.NEGATIVE_INFINITY;

describe('even spacing', () => {
  it('lets the burst go at first and after a pause, and one for each interval after that', () => {
    const rule = { everyMs: 10, burst: 3 };
    expect(gcraAllowed(rule, NEVER, 0)).toBe(3);
    const tatMs = gcraSpend(rule, NEVER, 0, 3);
    expect([0, 9, 10, 20, 30, 1000].map((t) => gcraAllowed(rule, tatMs, t))).toEqual([0, 0, 1, 2, 3, 3]);
  });

  it('never lets more than the burst and one for each interval into any stretch of time', () => {
    fc.assert(
      fc.property(limit, fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 60 }), (rule, waits) => {
        const spent: number[] = [];
        let tatMs = NEVER;
        let nowMs = 0;
        for (const waitMs of waits) {
          nowMs += waitMs;
          const allowed = gcraAllowed(rule, tatMs, nowMs);
          for (let i = 0; i < allowed; i += 1) spent.push(nowMs);
          if (allowed > 0) tatMs = gcraSpend(rule, tatMs, nowMs, allowed);
        }
        const excess = spent.flatMap((from, i) =>
          spent.slice(i).map((to, n) => n + 1 - rule.burst - Math.floor((to - from) / rule.everyMs)),
        );
        expect(Math.max(...excess)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 50 },
    );
  });

  it('spends several at once as it spends them one after the other', () => {
    fc.assert(
      fc.property(limit, fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 1, max: 9 }), (rule, nowMs, units) => {
        let tatMs = gcraSpend(rule, NEVER, 0);
        const atOnce = gcraSpend(rule, tatMs, nowMs, units);
        for (let i = 0; i < units; i += 1) tatMs = gcraSpend(rule, tatMs, nowMs);
        expect(tatMs).toBe(atOnce);
      }),
    );
  });

  it('says when the next may go: then, and not a moment earlier', () => {
    fc.assert(
      fc.property(limit, fc.integer({ min: 1, max: 40 }), (rule, units) => {
        const tatMs = gcraSpend(rule, NEVER, 100, units);
        const freeAtMs = gcraFreeAtMs(rule, tatMs);
        expect(gcraAllowed(rule, tatMs, freeAtMs)).toBe(1);
        expect(gcraAllowed(rule, tatMs, freeAtMs - 1)).toBe(0);
      }),
    );
  });

  it('is free at any time when nothing was spent', () => {
    expect(gcraFreeAtMs({ everyMs: 10, burst: 3 }, NEVER)).toBe(NEVER);
  });

  it('does not lose a unit to the rounding of intervals that are no whole milliseconds', () => {
    for (let perSecond = 1; perSecond <= 1000; perSecond += 1) {
      const rule = { everyMs: 1000 / perSecond, burst: Math.max(1, Math.floor(perSecond / 10)) };
      const tatMs = gcraSpend(rule, NEVER, 100);
      expect(gcraAllowed(rule, tatMs, gcraFreeAtMs(rule, tatMs))).toBe(1);
    }
  });

  it('does not lose a unit to the rounding of thirds', () => {
    const rule = { everyMs: 1000 / 3, burst: 3 };
    const tatMs = gcraSpend(rule, NEVER, 0, 3);
    expect(gcraAllowed(rule, tatMs, 1000)).toBe(3);
    expect(gcraAllowed(rule, tatMs, (2 * 1000) / 3)).toBe(2);
  });
});
