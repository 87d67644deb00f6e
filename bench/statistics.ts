/** What several measurements of one thing came to. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Median, least and most. Throws on no values: a missing measurement must not look like a zero. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('there is nothing to summarize');
  const sorted = sort(values);
  return { median: percentile(sorted, 0.5), min: sorted[0] as number, max: sorted.at(-1) as number };
}

/** The value below which `share` (0 to 1) of the values lie, between neighbours in proportion; the values ascend. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
  return below + (above - below) * (place - Math.floor(place));
}

/** Ascending copy. */
export function sort(values: Iterable<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/** Distribution of latencies in milliseconds. */
export interface Latencies {
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Share of the answers that took longer than a second: Meta allows less than 0.01. */
  readonly aboveSecond: number;
}

/** Summarizes latencies in milliseconds; NaN throughout when there are none. */
export function latenciesOf(valuesMs: Iterable<number>): Latencies {
  const sorted = sort(valuesMs);
  return {
    p50Ms: percentile(sorted, 0.5),
    p90Ms: percentile(sorted, 0.9),
    p99Ms: percentile(sorted, 0.99),
    maxMs: sorted.at(-1) ?? Number.NaN,
    aboveSecond: sorted.filter((ms) => ms > 1000).length / sorted.length,
  };
}
