/**
 * A log of the instants at which a limit was spent, that never allows more than `limit` of them in any window of
 * `windowMs`, wherever the window begins. A fixed window would let twice the limit through across its boundary, and
 * Meta may measure any second.
 *
 * Mutable for speed (a lane spends 1,000 a second); time comes in as an argument and must not go back.
 */
export class SlidingWindow {
  /** Ring of the latest instants; `next` is the oldest, and the one to be overwritten. It only ever grows. */
  private instants: number[];
  private next = 0;

  constructor(
    private limitPerWindow: number,
    private readonly windowMs: number,
  ) {
    this.instants = new Array<number>(limitPerWindow).fill(Number.NEGATIVE_INFINITY);
  }

  /** The number of spendings that any window may hold. */
  get limit(): number {
    return this.limitPerWindow;
  }

  /** How many may be spent at `nowMs`, at once. */
  allowedAt(nowMs: number, upTo = this.limitPerWindow): number {
    const wanted = Math.min(upTo, this.limitPerWindow);
    let allowed = 0;
    while (allowed < wanted && nowMs - this.instantOf(allowed) >= this.windowMs) allowed += 1;
    return allowed;
  }

  /** The first instant at which one more may be spent; in the past when one may go now. */
  freeAtMs(): number {
    return this.instantOf(0) + this.windowMs;
  }

  /** Writes down one spending. The caller has asked `allowedAt`; spending more is recorded all the same. */
  spend(atMs: number): void {
    this.instants[this.next] = atMs;
    this.next = (this.next + 1) % this.instants.length;
  }

  /** Changes the limit at once; what was spent stays spent, so that lowering and raising it again gains nothing. */
  resize(limitPerWindow: number): void {
    const missing = limitPerWindow - this.instants.length;
    if (missing > 0) {
      const oldestFirst = [...this.instants.slice(this.next), ...this.instants.slice(0, this.next)];
      this.instants = [...new Array<number>(missing).fill(Number.NEGATIVE_INFINITY), ...oldestFirst];
      this.next = 0;
    }
    this.limitPerWindow = limitPerWindow;
  }

  /** The i-th oldest of the latest `limit` instants. */
  private instantOf(i: number): number {
    const size = this.instants.length;
    return this.instants[(this.next + size - this.limitPerWindow + i) % size] ?? Number.NEGATIVE_INFINITY;
  }
}
