import type { Stateful } from '../state/stateful.js';
import { Fifo } from '../structures/fifo.js';

/** Meta's throughput is said in messages per second; the second slides. */
const WINDOW_MS = 1000;

/** The state of a sliding second as plain data. */
export interface SavedSecond {
  readonly instants: readonly number[];
  readonly most: number;
}

/**
 * Counts instants in the sliding second (t - 1000 ms, t]. Instants must not go back. Exact: every instant of the
 * last second is kept, nothing is bucketed or averaged.
 */
export class SlidingSecond {
  private readonly instants = new Fifo<number>();
  private most = 0;

  /** How many instants lie in (atMs - 1000, atMs]. */
  countAt(atMs: number): number {
    for (let oldest = this.instants.peek(); oldest !== undefined && oldest <= atMs - WINDOW_MS; ) {
      this.instants.shift();
      oldest = this.instants.peek();
    }
    return this.instants.length;
  }

  add(atMs: number): void {
    this.most = Math.max(this.most, this.countAt(atMs) + 1);
    this.instants.push(atMs);
  }

  /** The fullest second so far. A fullest second always ends at an instant, so looking at each `add` is enough. */
  get max(): number {
    return this.most;
  }

  reset(): void {
    this.instants.clear();
    this.most = 0;
  }

  save(): SavedSecond {
    return { instants: this.instants.toArray(), most: this.most };
  }

  load({ instants, most }: SavedSecond): void {
    this.reset();
    for (const atMs of instants) this.instants.push(atMs);
    this.most = most;
  }
}

/**
 * The throughput of one phone number: sends and inbound messages share it (cloud-api.md §0.1 #4, §6), and a send is
 * over the limit if and only if it would be message N + 1 of the second that ends at its arrival.
 */
export class ThroughputLog implements Stateful {
  private readonly all = new SlidingSecond();
  private readonly sends = new SlidingSecond();

  /** Whether a send that arrives at `atMs` is within `mps`; changes nothing, so refused sends cost no budget. */
  allows(atMs: number, mps: number): boolean {
    return this.all.countAt(atMs) < mps;
  }

  /** Records a send that the platform accepted. */
  addSend(atMs: number): void {
    this.all.add(atMs);
    this.sends.add(atMs);
  }

  /** Records an inbound message. It is never refused, so it may lift the count above the limit. */
  addInbound(atMs: number): void {
    this.all.add(atMs);
  }

  /** Most accepted sends in any one second. */
  get maxSends(): number {
    return this.sends.max;
  }

  reset(): void {
    this.all.reset();
    this.sends.reset();
  }

  save(): unknown {
    return { all: this.all.save(), sends: this.sends.save() };
  }

  load(saved: unknown): void {
    const { all, sends } = saved as { all: SavedSecond; sends: SavedSecond };
    this.all.load(all);
    this.sends.load(sends);
  }
}
