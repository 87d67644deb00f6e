import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Arrival, judge, longestGapMs, mostInAny } from './judge.js';

const at = (atMs: number, code: number | null = null): Arrival => ({ atMs, to: '1', code });

describe('the judge of arrivals', () => {
  it('finds the fullest second wherever it begins', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 60 }), (times) => {
        const sorted = times.sort((a, b) => a - b);
        const naive = Math.max(0, ...sorted.map((end) => sorted.filter((t) => t > end - 1000 && t <= end).length));
        expect(mostInAny(sorted, 1000)).toBe(naive);
      }),
    );
  });

  it('counts what was refused as arrived and not as taken', () => {
    const found = judge([at(0), at(100, 130429), at(200), at(1500)], 0, 2000);
    expect(found).toEqual({ mostInAnySecond: 3, takenPerSecond: 1.5, refused: { 130429: 1 }, taken: 3 });
  });

  it('finds the longest silence from an instant on', () => {
    expect(longestGapMs([at(0), at(5000), at(5100), at(5700)], 4000)).toBe(600);
    expect(longestGapMs([at(0)], 0)).toBe(0);
  });
});
