import type { MetaErrorRow } from '../meta-errors/meta-error-row.js';

/** No message waits longer than this for its next attempt on account of back-off alone. */
const LONGEST_MS = 15 * 60_000;

/** Longest wait of a message that could not be sent because nobody answered. */
const LONGEST_UNSENT_MS = 60_000;

/**
 * How long a message waits after its `retries`-th refusal (1, 2, …). Meta's rule for a pair is 4^X seconds, X from 0;
 * everything else doubles from the row's base. `jitter` in [0, 1) spreads the retries of a batch over 20 %.
 */
export function retryDelayMs(row: MetaErrorRow, retries: number, jitter: number): number {
  const factor = row.slow === 'pair' ? 4 : 2;
  const baseMs = Math.max(row.pauseMs, 250);
  const waitMs = Math.min(LONGEST_MS, baseMs * factor ** Math.min(retries - 1, 12));
  return Math.min(LONGEST_MS, Math.round(waitMs * (1 + 0.2 * jitter)));
}

/** How long a message waits that came to nobody for the `retries`-th time (1, 2, …): it doubles from half a second. */
export function unsentDelayMs(retries: number): number {
  return Math.min(LONGEST_UNSENT_MS, 500 * 2 ** Math.min(retries - 1, 7));
}
