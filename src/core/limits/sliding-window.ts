/**
 * A log of the instants at which a limit was spent, that never allows more than `limit` of them in any window of
 * `windowMs`, wherever the window begins. A fixed window would let twice the limit through across its boundary, and
 * Meta may measure any second.
 *
 * Mutable for speed (a lane spends 1,000 a second); time comes in as an argument and must not go back.
 */
export class SlidingWindow {
  /** Ring of the last `limit` instants; `next` is the oldest, and the one to be overwritten. */
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
    while (allowed < wanted && nowMs - this.at(allowed) >= this.windowMs) allowed += 1;
    return allowed;
  }

  /** The first instant at which one more may be spent; in the past when one may go now. */
  freeAtMs(): number {
    return this.at(0) + this.windowMs;
  }

  /** Writes down one spending. The caller has asked `allowedAt`; spending more is recorded all the same. */
  spend(atMs: number): void {
    this.instants[this.next] = atMs;
    this.next = (this.next + 1) % this.limitPerWindow;
  }

  /** Changes the limit and keeps the youngest instants: a lower limit takes effect at once, not after a window. */
  resize(limitPerWindow: number): void {
    if (limitPerWindow === this.limitPerWindow) return;
    const oldestFirst = Array.from({ length: this.limitPerWindow }, (_, i) => this.at(i));
    const kept = oldestFirst.slice(-limitPerWindow);
    const room = new Array<number>(limitPerWindow - kept.length).fill(Number.NEGATIVE_INFINITY);
    this.instants = [...room, ...kept];
    this.next = 0;
    this.limitPerWindow = limitPerWindow;
  }

  /** The i-th oldest instant of the ring. */
  private at(i: number): number {
    return this.instants[(this.next + i) % this.limitPerWindow] ?? Number.NEGATIVE_INFINITY;
  }
}
