import { reactionTo } from '../meta-errors/meta-error-table.js';
import { retryDelayMs, unsentDelayMs } from './retry-delay.js';

/** What the ledger tells of a message that an earlier owner of its lane could not bring to Meta, and that waits to be sent again. */
export interface InheritedRefusal {
  /** What its last attempt came to: Meta refused it for now, or nobody answered. */
  readonly outcome: 'rejected_retry' | 'not_sent';
  /** Meta's error code; null when it gave none. */
  readonly code: number | null;
  /** How often it came to nothing so far, this time included. */
  readonly retries: number;
  /** How long ago that was written down, in milliseconds. */
  readonly ageMs: number;
  /** In how many milliseconds the message is due again; not above 0 when it is. */
  readonly dueInMs: number;
}

/** An answer that says no more than "too many requests" is taken for this (`classify-outcome.ts`). */
const TOO_FAST = 130429;

/**
 * For how many milliseconds nothing else may go to the recipient: until the message is sent again, which for 131056 is Meta's
 * 4^X seconds. How the earlier owner had drawn that wait, the due time shows; but a message can have been put off since, for
 * reasons that do not hold the others, so it is no longer than the longest wait that can have been drawn. 0 for no hold.
 */
export function inheritedHoldMs({ outcome, code, retries, ageMs, dueInMs }: InheritedRefusal): number {
  const longestMs =
    outcome === 'not_sent' ? unsentDelayMs(retries) : retryDelayMs(reactionTo(code ?? TOO_FAST), retries, 1);
  return Math.max(0, Math.min(dueInMs, longestMs - ageMs));
}
