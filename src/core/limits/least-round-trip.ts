/** How long a round trip counts as lately, at the least; and how many must have been seen. */
const GENERATION = { ms: 30_000, roundTrips: 200 };

/**
 * By how much the least may be above the way itself at first, when all that was seen was held up by processes that
 * start. That much of it is not believed for half of `afterMs`, then less and less, and nothing is held against it once
 * so many round trips were seen for so long. (Measured on two cores with a way of 30 ms: the least of the first 2,000
 * was 38 to 43 ms for three seconds, and within 2 ms of the way after five.)
 */
const UNSETTLED = { ms: 15, afterMs: 10_000, afterRoundTrips: 500 };

/**
 * The least round trip seen lately: what the way to Meta and back takes when nothing stands still. Of the last one to
 * two generations, so that a way that became longer is believed after a while; a shorter one is believed at once.
 * Zero until the first was seen: then nothing is taken for the way, and every delay counts.
 */
export class LeastRoundTrip {
  private before = Number.POSITIVE_INFINITY;
  private now = Number.POSITIVE_INFINITY;
  private seen = 0;
  private sinceMs = Number.NEGATIVE_INFINITY;
  private seenInAll = 0;
  private firstMs = 0;
  private doubtMs = UNSETTLED.ms;

  /** In milliseconds. */
  get leastMs(): number {
    const leastMs = Math.min(this.before, this.now);
    return leastMs === Number.POSITIVE_INFINITY ? 0 : leastMs;
  }

  /** What may be taken for the way, in milliseconds: less than the least until enough were seen for a while. */
  get provenMs(): number {
    return Math.max(0, this.leastMs - this.doubtMs);
  }

  /** A round trip took `ms` and ended at `atMs`. */
  see(ms: number, atMs: number): void {
    if (this.doubtMs > 0) this.settle(atMs);
    if (atMs - this.sinceMs >= GENERATION.ms && (this.seen >= GENERATION.roundTrips || this.seen === 0)) {
      this.before = this.now;
      this.now = Number.POSITIVE_INFINITY;
      this.seen = 0;
      this.sinceMs = atMs;
    }
    this.seen += 1;
    this.now = Math.min(this.now, ms);
  }

  private settle(atMs: number): void {
    if (this.seenInAll === 0) this.firstMs = atMs;
    this.seenInAll += 1;
    const settled = Math.min((atMs - this.firstMs) / UNSETTLED.afterMs, this.seenInAll / UNSETTLED.afterRoundTrips);
    this.doubtMs = UNSETTLED.ms * Math.min(1, Math.max(0, 2 - 2 * settled));
  }
}
