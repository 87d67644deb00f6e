import { TaskHeap } from '../clock/task-heap.js';
import type { Stateful } from '../state/stateful.js';

interface Expiry {
  readonly atMs: number;
  readonly order: number;
  readonly user: string;
}

/**
 * The different users of a moving window, by the last instant each was reached; exact. Instants may be given in any
 * order and lie ahead, as deliveries do: a user counts from the moment of being given.
 */
export class UniqueUsers implements Stateful {
  private untilMs = new Map<string, number>();
  private readonly expiries = new TaskHeap<Expiry>();
  private order = 0;

  constructor(private readonly windowMs: number) {}

  /** How many users were reached in the window that ends at `atMs`. */
  countAt(atMs: number): number {
    for (let first = this.expiries.top; first && first.atMs <= atMs; first = this.expiries.top) {
      this.expiries.pop();
      // Reached again since: a later expiry is in the heap as well.
      if (this.untilMs.get(first.user) === first.atMs) this.untilMs.delete(first.user);
    }
    return this.untilMs.size;
  }

  has(user: string, atMs: number): boolean {
    return (this.untilMs.get(user) ?? Number.NEGATIVE_INFINITY) > atMs;
  }

  add(user: string, reachedAtMs: number): void {
    const untilMs = reachedAtMs + this.windowMs;
    if (untilMs <= (this.untilMs.get(user) ?? Number.NEGATIVE_INFINITY)) return;
    this.untilMs.set(user, untilMs);
    this.expiries.push({ atMs: untilMs, order: this.order++, user });
  }

  reset(): void {
    this.untilMs.clear();
    this.expiries.clear();
  }

  save(): unknown {
    return this.untilMs;
  }

  load(saved: unknown): void {
    this.reset();
    for (const [user, untilMs] of saved as Map<string, number>) this.add(user, untilMs - this.windowMs);
  }
}
