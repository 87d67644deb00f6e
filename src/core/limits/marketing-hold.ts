/** What is remembered of Meta's refusals to deliver marketing to a person (131049). Instants are of one scale. */
export interface MarketingRefusals {
  /** Refusals in a row, none of them forgotten yet. */
  readonly count: number;
  readonly refusedAtMs: number;
  readonly heldUntilMs: number;
}

const DAY_MS = 24 * 3_600_000;

/**
 * Meta, error 131049: not again on the same day, "wait at least 24 hours", and tries extend it. So a day after the first
 * refusal, twice as long after each further one, a week at most; forgotten a week after the last hold has ended.
 */
const HOLD = { firstMs: DAY_MS, mostMs: 7 * DAY_MS, forgottenAfterMs: 7 * DAY_MS } as const;

/** What callers are told of such a hold. */
export const MARKETING_HOLD_REASON =
  'Meta chose not to deliver marketing to this person lately (131049) and advises to wait at least a day; to try again ' +
  'earlier extends it';

/** What is known after one more refusal. Two that come in the wrong order make the same. */
export function afterRefusal(known: MarketingRefusals | null, atMs: number): MarketingRefusals {
  const isForgotten = known === null || atMs > known.heldUntilMs + HOLD.forgottenAfterMs;
  const count = isForgotten ? 1 : known.count + 1;
  const refusedAtMs = isForgotten ? atMs : Math.max(known.refusedAtMs, atMs);
  const holdMs = Math.min(HOLD.mostMs, HOLD.firstMs * 2 ** Math.min(count - 1, 10));
  return { count, refusedAtMs, heldUntilMs: refusedAtMs + holdMs };
}

/**
 * Until when marketing to a person is held; null when it is not. A person who has written since may be answered with
 * anything: Meta does not count what is sent inside the customer service window.
 */
export function marketingHeldUntilMs(
  known: { readonly refusedAtMs: number; readonly heldUntilMs: number } | null,
  lastInboundAtMs: number | null,
  nowMs: number,
): number | null {
  if (known === null || known.heldUntilMs <= nowMs) return null;
  const wroteSince = lastInboundAtMs !== null && lastInboundAtMs > known.refusedAtMs;
  return wroteSince && nowMs - lastInboundAtMs < DAY_MS ? null : known.heldUntilMs;
}
