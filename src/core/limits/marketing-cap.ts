/** A cap that somebody chose: at most so many marketing templates to a person in so many days. */
export interface MarketingCap {
  readonly messages: number;
  readonly days: number;
}

/** A marketing template that went to a person, or is about to. */
export interface MarketingSend {
  /** The id of the message. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

/** How a person stands with a cap. */
export interface CapStanding {
  readonly used: number;
  /** When one more may go; not later than now when it may. */
  readonly freeAtMs: number;
}

/** A marketing template that is about to go, and the cap of its number; null where the number has none. */
export interface CapClaim {
  readonly id: string;
  readonly cap: MarketingCap | null;
}

/** What can be chosen: more than a month is not remembered, and more than a hundred a person is no cap. */
export const MARKETING_CAP = { mostMessages: 100, mostDays: 30 } as const;

/**
 * For how long a place counts that was taken for a message which has not gone since. Between the two lie milliseconds,
 * and a worker whose lease (15 s) ran out meanwhile arms nothing any more.
 */
export const CLAIM_COUNTS_MS = 60_000;

const DAY_MS = 24 * 3_600_000;

/** How a person stands with a cap at an instant. */
export function capStanding(sends: readonly MarketingSend[], cap: MarketingCap, nowMs: number): CapStanding {
  const windowMs = cap.days * DAY_MS;
  const counting = sends.filter(({ atMs }) => atMs > nowMs - windowMs).sort((a, b) => a.atMs - b.atMs);
  // One more may go when so many of them count no longer that the others leave a place.
  const last = counting[counting.length - cap.messages];
  return { used: counting.length, freeAtMs: last === undefined ? nowMs : last.atMs + windowMs };
}

/**
 * Gives places to marketing templates to one person, in their order: who gets one counts from now on. A message that has a
 * place already gets it anew, so that nobody counts twice. Numbers without a cap get every place, and count for the others.
 */
export function claimCapped(
  sends: readonly MarketingSend[],
  claims: readonly CapClaim[],
  nowMs: number,
): { readonly sends: MarketingSend[]; readonly refused: { readonly id: string; readonly standing: CapStanding }[] } {
  const refused: { id: string; standing: CapStanding }[] = [];
  let known = sends.filter(({ atMs }) => atMs > nowMs - MARKETING_CAP.mostDays * DAY_MS);
  for (const { id, cap } of claims) {
    const others = known.filter((send) => send.id !== id);
    const standing = cap === null ? null : capStanding(others, cap, nowMs);
    if (standing !== null && standing.freeAtMs > nowMs) refused.push({ id, standing });
    else known = [...others, { id, atMs: nowMs }].slice(-MARKETING_CAP.mostMessages);
  }
  return { sends: known, refused };
}

/** Adds what the ledger shows to what is known of a person; whatever is in both counts once, by the later instant. */
export function mergeSends(known: readonly MarketingSend[], found: readonly MarketingSend[]): MarketingSend[] {
  const latest = new Map<string, number>();
  for (const { id, atMs } of [...known, ...found]) latest.set(id, Math.max(atMs, latest.get(id) ?? 0));
  return [...latest]
    .map(([id, atMs]) => ({ id, atMs }))
    .sort((a, b) => a.atMs - b.atMs)
    .slice(-MARKETING_CAP.mostMessages);
}

/** What counts of a person's sends when these did not go, or did not arrive: not those, unless they may be going right now. */
export function withoutUnsent(
  sends: readonly MarketingSend[],
  unsent: ReadonlySet<string>,
  nowMs: number,
): MarketingSend[] {
  return sends.filter(({ id, atMs }) => !unsent.has(id) || atMs > nowMs - CLAIM_COUNTS_MS);
}

/** What callers are told of a cap that holds a message. */
export function capReason(cap: MarketingCap, used: number): string {
  return (
    `this person has had ${used} of at most ${cap.messages} marketing templates in ${cap.days} days, from all numbers of the ` +
    'portfolio together: a policy of the number says so'
  );
}
