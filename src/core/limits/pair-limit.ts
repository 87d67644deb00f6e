import { gcraFreeAtMs, gcraSpend } from './gcra.js';

/**
 * Meta's rule for one number writing to one person ("Pair rate limits"): a message every 6 seconds, of which 45 may be
 * borrowed from the future; 131056 otherwise.
 */
export const PAIR_LIMIT = { everyMs: 6000, burst: 45 } as const;

/** Kept between our reckoning and Meta's: what a message may be late on its way without its answer showing it. */
const GUARD_MS = 250;

/** A message whose turn passed so long ago was cancelled or has expired, and nobody waits behind it any more. */
const MISSED_TURN_MS = 5000;

/**
 * One pair of number and recipient: the debt that its messages have made, what Meta refused, and who waits for which
 * turn, so that a person gets messages in the order in which they were accepted although some had to wait.
 */
export class PairState {
  private sent = 0;
  private tatMs: number;
  private blockedUntilMs = Number.NEGATIVE_INFINITY;
  /** Turns given to messages that wait, by their ids, the earliest first. */
  private readonly turns = new Map<string, number>();
  private lastTurnMs = Number.NEGATIVE_INFINITY;

  constructor(tatMs = Number.NEGATIVE_INFINITY) {
    this.tatMs = tatMs;
  }

  /** Whether nothing is left to remember at `nowMs`. */
  isOver(nowMs: number): boolean {
    return this.tatMs <= nowMs && this.blockedUntilMs <= nowMs && this.turns.size === 0;
  }

  /** Messages that could go at once at `nowMs`. */
  left(nowMs: number): number {
    const debtMs = Math.max(0, this.tatMs - nowMs);
    return Math.max(0, Math.floor((PAIR_LIMIT.everyMs * PAIR_LIMIT.burst - debtMs) / PAIR_LIMIT.everyMs));
  }

  /** When one more message may go; in the past when it may now. */
  freeAtMs(): number {
    return Math.max(this.blockedUntilMs, gcraFreeAtMs(PAIR_LIMIT, this.tatMs) + GUARD_MS);
  }

  /** Whether everything is paid for again, so that it is known when the debt ends. */
  get paidAtMs(): number {
    return this.tatMs;
  }

  /**
   * When this message may go: `nowMs` or earlier for at once. One that must wait gets a turn behind all that wait
   * already; an urgent one (a one-time password) waits for the limit only.
   */
  turnOf(messageId: string, nowMs: number, isUrgent: boolean): number {
    this.dropMissedTurns(nowMs);
    const freeAtMs = this.freeAtMs();
    const hasTurn = this.turns.has(messageId);
    if (freeAtMs <= nowMs && (hasTurn || isUrgent || this.turns.size === 0)) return nowMs;
    const turnMs = hasTurn
      ? Math.max(freeAtMs, nowMs + 1)
      : Math.max(freeAtMs, this.turns.size === 0 ? 0 : this.lastTurnMs + PAIR_LIMIT.everyMs, nowMs + 1);
    this.turns.set(messageId, turnMs);
    this.lastTurnMs = Math.max(this.lastTurnMs, turnMs);
    return turnMs;
  }

  /** A message goes out; gives its place among those of the pair, to be heard of by. */
  spend(messageId: string, nowMs: number): number {
    this.turns.delete(messageId);
    this.tatMs = gcraSpend(PAIR_LIMIT, this.tatMs, nowMs);
    this.sent += 1;
    return this.sent;
  }

  /** The message at `place` had arrived by `atMs` at the latest: Meta may have counted it only then. */
  hear(place: number, atMs: number): void {
    this.tatMs = Math.max(this.tatMs, atMs + PAIR_LIMIT.everyMs * (this.sent - place + 1));
  }

  /** Nothing goes to this recipient before `untilMs`: a message of the pair waits to be sent again. */
  hold(untilMs: number): void {
    this.blockedUntilMs = Math.max(this.blockedUntilMs, untilMs);
  }

  private dropMissedTurns(nowMs: number): void {
    for (const [id, turnMs] of this.turns) {
      if (turnMs + MISSED_TURN_MS > nowMs) break;
      this.turns.delete(id);
    }
  }
}
