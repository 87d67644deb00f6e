import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { META_ERRORS } from '../meta-errors/meta-error-table.js';
import { isHeededLate, slowsNumber, slowsStill, stopsAfterAll } from './late-refusal.js';
import { STOP_RULES } from './stop.js';

describe('a refusal that comes in a status', () => {
  const HOUR_MS = 3_600_000;
  const instant = fc.integer({ min: 0, max: 3 * HOUR_MS });

  it('stops something exactly when Meta refused it within the hour, and it was sent since the last release', () => {
    fc.assert(
      fc.property(instant, instant, fc.option(instant), instant, (sentAtMs, failedAtMs, releasedAtMs, nowMs) => {
        const isYoung = nowMs <= failedAtMs + HOUR_MS;
        const isKnown = releasedAtMs !== null && sentAtMs <= releasedAtMs;
        expect(stopsAfterAll({ sentAtMs, failedAtMs, releasedAtMs }, nowMs)).toBe(isYoung && !isKnown);
      }),
      { numRuns: 500 },
    );
  });

  it('slows a number down for a minute', () => {
    expect([0, 59_000, 60_000, 60_001, HOUR_MS].map((nowMs) => slowsStill(0, nowMs))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('is heeded exactly for what stops something and for what slows a number down', () => {
    const codes = Object.keys(META_ERRORS).map(Number);
    expect(codes.filter(slowsNumber)).toEqual([130429, 131057, 2494100]);
    expect(codes.filter(isHeededLate)).toEqual(codes.filter((code) => code in STOP_RULES || slowsNumber(code)));
    expect([131026, 131049, 131056, 80007, 1, -1].filter(isHeededLate)).toEqual([]);
  });

  it('never stops again what a release has let go on, however late and often it is delivered', () => {
    fc.assert(
      fc.property(instant, instant, instant, instant, (sentAtMs, failedAtMs, laterMs, nowMs) => {
        expect(stopsAfterAll({ sentAtMs, failedAtMs, releasedAtMs: sentAtMs + laterMs }, nowMs)).toBe(false);
      }),
    );
  });
});
