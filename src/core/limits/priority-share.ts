/** How many of the slots of one look at a lane go to less urgent priorities before the most urgent one. */
export interface SharedSlots {
  readonly utility: number;
  readonly marketing: number;
}

/**
 * One slot in so many is utility's, and one marketing's, whatever waits before them. Nothing that is urgent without end
 * starves them: at 80 messages a second marketing still has 1.6. A one-time password waits for one slot more in two
 * cases of 50, which is 12.5 ms at that level; half as rare would halve what starves, and change no password's p99.
 */
const ONE_IN = 50;

/** Halfway between two of utility's, so that two shared slots never follow each other. */
const MARKETING_AT = ONE_IN / 2;

/** Counts the slots of one lane over its looks, because one look may be for a single slot. */
export class PriorityShare {
  private taken = 0;

  /** Which of the next `upTo` slots are shared. */
  next(upTo: number): SharedSlots {
    return { utility: this.within(upTo, 0), marketing: this.within(upTo, MARKETING_AT) };
  }

  /** So many messages came of that look. */
  took(count: number): void {
    this.taken = (this.taken + count) % ONE_IN;
  }

  /** How many of the next slots have a number that is `at` over a multiple of `ONE_IN`. */
  private within(upTo: number, at: number): number {
    const upToSlot = (slot: number) => Math.floor((slot - at) / ONE_IN);
    return upToSlot(this.taken + upTo) - upToSlot(this.taken);
  }
}
