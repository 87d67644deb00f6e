/** How long a round trip counts as lately, at the least; and how many must have been seen. */
const GENERATION = { ms: 30_000, roundTrips: 200 };

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

  /** In milliseconds. */
  get leastMs(): number {
    const leastMs = Math.min(this.before, this.now);
    return leastMs === Number.POSITIVE_INFINITY ? 0 : leastMs;
  }

  /** A round trip took `ms` and ended at `atMs`. */
  see(ms: number, atMs: number): void {
    if (atMs - this.sinceMs >= GENERATION.ms && (this.seen >= GENERATION.roundTrips || this.seen === 0)) {
      this.before = this.now;
      this.now = Number.POSITIVE_INFINITY;
      this.seen = 0;
      this.sinceMs = atMs;
    }
    this.seen += 1;
    this.now = Math.min(this.now, ms);
  }
}
