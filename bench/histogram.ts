/** One histogram of a Prometheus page: ascending bounds, and how many observations were at most each bound. */
export interface Histogram {
  /** In the metric's unit; the last is infinite. */
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

/** Reads an unlabelled histogram from a page in Prometheus' text format; empty when it is not there. */
export function readHistogram(page: string, name: string): Histogram {
  const lines = [...page.matchAll(new RegExp(`^${name}_bucket\\{le="([^"]+)"\\} (\\S+)$`, 'gm'))];
  return {
    bounds: lines.map(([, bound]) => (bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound))),
    counts: lines.map(([, , count]) => Number(count)),
  };
}

/** What was observed between two readings of one histogram. */
export function between(before: Histogram, after: Histogram): Histogram {
  return { bounds: after.bounds, counts: after.counts.map((count, i) => count - (before.counts[i] ?? 0)) };
}

/** Share (0 to 1) of the observations that are at most `bound`, which must be one of the histogram's bounds. */
export function shareWithin(histogram: Histogram, bound: number): number {
  const at = histogram.bounds.indexOf(bound);
  if (at < 0) throw new Error(`the histogram has no bound ${bound}`);
  return (histogram.counts[at] as number) / totalOf(histogram);
}

/** The value below which `share` of the observations lie; within a bucket as if they were spread evenly, as PromQL does. */
export function quantile(histogram: Histogram, share: number): number {
  const rank = share * totalOf(histogram);
  const at = histogram.counts.findIndex((count) => count >= rank);
  const [low, high] = [histogram.bounds[at - 1] ?? 0, histogram.bounds[at] ?? Number.NaN];
  if (high === Number.POSITIVE_INFINITY) return low;
  const before = histogram.counts[at - 1] ?? 0;
  return low + ((high - low) * (rank - before)) / ((histogram.counts[at] ?? before) - before || 1);
}

/** How many observations there are. */
export function totalOf(histogram: Histogram): number {
  return histogram.counts.at(-1) ?? 0;
}

/** Sums a counter over its labels; 0 when it is not there. */
export function readCounter(page: string, name: string): number {
  return [...page.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
    (sum, m) => sum + Number(m[1]),
    0,
  );
}
