import type { Stateful } from '../state/stateful.js';

/** One message to one person every six seconds (cloud-api.md §6). */
const EVERY_MS = 6000;
/** So many at once, the rest of them borrowed from the seconds to come. */
const BURST = 45;
/** Instants are fractions of a millisecond; their sums may be off by less than this. */
const ROUNDING_MS = 0.01;
/** Pairs kept before those without debt are looked for. */
const FIRST_SWEEP = 4096;

/**
 * How a burst is paid for. `continuous`: every six seconds pay for one message, and up to 45 may be owed at any time.
 * `settle_first`: Meta's example read to the letter – after a burst of 20 within six seconds nothing goes for two
 * minutes, until all is paid.
 */
export type PairMode = 'continuous' | 'settle_first';

interface Debt {
  /** When the first message of the burst was taken. */
  beganAtMs: number;
  /** When everything will be paid for. */
  paidAtMs: number;
}

/**
 * The pair limit (131056): messages from one number to one person. A message is a debt of six seconds, debts are paid
 * one after another, and no more than 45 are owed at once. Exact, for instants that do not go back.
 */
export class PairLimit implements Stateful {
  private debts = new Map<string, Debt>();
  private sweepAt = FIRST_SWEEP;

  /** Whether one more message of the pair is within the limit at `atMs`; changes nothing. */
  allows(pair: string, atMs: number, mode: PairMode = 'continuous'): boolean {
    const debt = this.debts.get(pair);
    if (!debt || debt.paidAtMs <= atMs + ROUNDING_MS) return true;
    if (mode === 'settle_first' && atMs - debt.beganAtMs >= EVERY_MS) return false;
    return debt.paidAtMs - atMs <= (BURST - 1) * EVERY_MS + ROUNDING_MS;
  }

  /** Records a message the platform accepted. */
  add(pair: string, atMs: number): void {
    const debt = this.debts.get(pair);
    if (debt && debt.paidAtMs > atMs + ROUNDING_MS) {
      debt.paidAtMs += EVERY_MS;
      return;
    }
    this.debts.set(pair, { beganAtMs: atMs, paidAtMs: atMs + EVERY_MS });
    if (this.debts.size >= this.sweepAt) this.sweep(atMs);
  }

  reset(): void {
    this.debts.clear();
    this.sweepAt = FIRST_SWEEP;
  }

  save(): unknown {
    return this.debts;
  }

  load(saved: unknown): void {
    this.debts = saved as Map<string, Debt>;
    this.sweepAt = Math.max(FIRST_SWEEP, 2 * this.debts.size);
  }

  /** Forgets pairs that owe nothing; the work is shared by the additions since the last time. */
  private sweep(atMs: number): void {
    for (const [pair, { paidAtMs }] of this.debts) if (paidAtMs <= atMs) this.debts.delete(pair);
    this.sweepAt = Math.max(FIRST_SWEEP, 2 * this.debts.size);
  }
}
