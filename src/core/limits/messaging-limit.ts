/** How many people a portfolio may begin a conversation with in a moving day, as far as Meta has told. */
export type MessagingAllowance =
  | { readonly kind: 'limited'; readonly people: number }
  | { readonly kind: 'unlimited' }
  /** Never told, or in words that we do not know: not enforced, and said so. */
  | { readonly kind: 'unknown' };

/** What Meta said of a limit, and as of when (milliseconds since the epoch). */
export interface LimitReading {
  readonly tier: string;
  readonly asOfMs: number;
}

/** What of a message decides whether it counts. */
export interface Opening {
  /** Only templates can begin a conversation; whatever else goes outside the window is not delivered, and does not count. */
  readonly isTemplate: boolean;
  /** When the person last wrote to this number; null when we never heard of it. */
  readonly lastInboundAtMs: number | null;
  /** When Meta last said that the window is closed; null when it never did. */
  readonly windowRefusedAtMs: number | null;
}

const HOUR_MS = 3_600_000;

/**
 * Meta, "Messaging limits": different people whom messages outside the customer service window were delivered to in a
 * moving 24 hours, over all numbers of the portfolio. `heldMs` is for how long one counts here: the day, and what lies
 * between our clock and Meta's. `windowMs` is how long a window counts as open: a minute less than Meta's day, because a
 * message takes a moment to arrive.
 */
export const MESSAGING_LIMIT = { heldMs: 24 * HOUR_MS + 60_000, windowMs: 24 * HOUR_MS - 60_000 } as const;

const UNKNOWN: MessagingAllowance = { kind: 'unknown' };
const MULTIPLES: Readonly<Record<string, number>> = { '': 1, K: 1000, M: 1_000_000 };

/**
 * Reads Meta's word for a limit: `TIER_250` to `TIER_UNLIMITED`; in older webhooks the number itself, and -1 for none.
 * `TIER_NOT_SET` and words to come are unknown.
 */
export function messagingAllowance(tier: string | null): MessagingAllowance {
  const word = (tier ?? '').replace(/^TIER_/, '');
  if (word === 'UNLIMITED' || word === '-1') return { kind: 'unlimited' };
  const [, digits, multiple] = /^(\d{1,9})([KM]?)$/.exec(word) ?? [];
  const people = Number(digits) * (MULTIPLES[multiple ?? ''] as number);
  return people > 0 && Number.isSafeInteger(people) ? { kind: 'limited', people } : UNKNOWN;
}

/** Whether the newer of two readings is this one: what was read before a webhook came must not overwrite it. */
export function supersedes(reading: LimitReading, known: LimitReading | null): boolean {
  return known === null || reading.asOfMs >= known.asOfMs;
}

/** Whether more people may be written to than before: then those who wait for the limit may go. */
export function isRaised(from: MessagingAllowance, to: MessagingAllowance): boolean {
  return from.kind === 'limited' && (to.kind !== 'limited' || to.people > from.people);
}

/** Whether a message counts its person against the limit: what the business begins, outside the window, does. */
export function countsAsOpening(message: Opening, nowMs: number): boolean {
  if (!message.isTemplate) return false;
  const { lastInboundAtMs, windowRefusedAtMs } = message;
  if (lastInboundAtMs === null || nowMs - lastInboundAtMs >= MESSAGING_LIMIT.windowMs) return true;
  return windowRefusedAtMs !== null && windowRefusedAtMs >= lastInboundAtMs;
}
