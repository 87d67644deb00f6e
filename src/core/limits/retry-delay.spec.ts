import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { retry } from '../meta-errors/meta-error-row.js';
import { META_ERRORS, reactionTo } from '../meta-errors/meta-error-table.js';
import { retryDelayMs } from './retry-delay.js';

const QUARTER_HOUR_MS = 15 * 60_000;
const row = (pauseMs: number) => retry('t', 'a', pauseMs);
const rows = fc.constantFrom(...Object.values(META_ERRORS));
const dice = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the wait before another try', () => {
  it('is 4 to the power of X seconds for a pair, X from 0, as Meta asks', () => {
    const waits = [1, 2, 3, 4, 5].map((retries) => retryDelayMs(reactionTo(131056), retries, 0));
    expect(waits).toEqual([1, 4, 16, 64, 256].map((seconds) => seconds * (reactionTo(131056).pauseMs || 250)));
    expect(reactionTo(131056).slow).toBe('pair');
  });

  it("doubles from the row's own base for everything else", () => {
    expect([1, 2, 3, 4].map((retries) => retryDelayMs(row(1000), retries, 0))).toEqual([1000, 2000, 4000, 8000]);
  });

  it('is a quarter of a second at the least, so that no refusal becomes a tight loop', () => {
    expect(retryDelayMs(row(0), 1, 0)).toBe(250);
    expect(retryDelayMs(row(10), 2, 0)).toBe(500);
  });

  it('is spread by up to a fifth', () => {
    expect(retryDelayMs(row(1000), 1, 0.5)).toBe(1100);
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 50 }), dice, (any, retries, jitter) => {
        const least = retryDelayMs(any, retries, 0);
        expect(retryDelayMs(any, retries, jitter)).toBeGreaterThanOrEqual(least);
        expect(retryDelayMs(any, retries, jitter)).toBeLessThanOrEqual(Math.round(least * 1.2));
      }),
    );
  });

  it('never shrinks from one try to the next and is a quarter of an hour at the most before it is spread', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 1000 }), (any, retries) => {
        const waitMs = retryDelayMs(any, retries, 0);
        expect(retryDelayMs(any, retries + 1, 0)).toBeGreaterThanOrEqual(waitMs);
        expect(waitMs).toBeLessThanOrEqual(QUARTER_HOUR_MS);
        expect(Number.isSafeInteger(waitMs)).toBe(true);
      }),
    );
    expect(retryDelayMs(row(1000), 1000, 0)).toBe(QUARTER_HOUR_MS);
  });
});
