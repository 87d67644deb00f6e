import { describe, expect, it } from '@jest/globals';
import { between, quantile, readCounter, readHistogram, shareWithin } from './histogram.js';
import { latenciesOf, percentile, spreadOf } from './statistics.js';

const page = (counts: readonly number[]) =>
  ['0.1', '0.2', '+Inf'].map((bound, i) => `took_seconds_bucket{le="${bound}"} ${counts[i]}`).join('\n');

describe('figures of a run', () => {
  it('takes the median of an odd and of an even count', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spreadOf([4, 1, 2, 3]).median).toBe(2.5);
  });

  it('refuses to summarize nothing', () => {
    expect(() => spreadOf([])).toThrow('nothing');
  });

  it('finds percentiles between neighbours', () => {
    expect(percentile([0, 10], 0.5)).toBe(5);
    expect(percentile([0, 10], 1)).toBe(10);
  });

  it('counts the share above a second', () => {
    expect(latenciesOf([1, 2, 1000, 1001]).aboveSecond).toBe(0.25);
  });

  it('sees only what was observed between two readings of a histogram', () => {
    const during = between(
      readHistogram(page([10, 10, 10]), 'took_seconds'),
      readHistogram(page([10, 109, 110]), 'took_seconds'),
    );
    expect(shareWithin(during, 0.1)).toBe(0);
    expect(shareWithin(during, 0.2)).toBe(0.99);
    expect(quantile(during, 0.99)).toBeCloseTo(0.2);
  });

  it('sums a counter over its labels and nothing else', () => {
    expect(readCounter('a_total{x="1"} 2\na_total{x="2"} 3\na_total_other 9', 'a_total')).toBe(5);
  });
});
