import { canonicalJson } from '../canonical-json.js';
import type { MetaErrorReport } from '../meta-errors/meta-error-report.js';

/**
 * The statuses that Meta reports for a message, as a lattice: a higher rank wins, whatever order webhooks arrive in,
 * and merging twice changes nothing. `failed` stands below `delivered` because Meta may report both, and evidence of
 * delivery is the stronger (chatwoot #13377 saw `delivered` and 131026 for one message).
 */
export const STATUS_RANKS = {
  accepted: 10,
  held: 15,
  sent: 20,
  failed: 30,
  delivered: 40,
  read: 50,
  played: 60,
} as const;

/** A status with a place in the lattice. */
export type DeliveryStatus = keyof typeof STATUS_RANKS;

/** What is known of a message's delivery: the join of every report so far. */
export interface Delivery {
  readonly status: DeliveryStatus | null;
  /** Earliest instant reported for each status, by Meta's clock (whole seconds). */
  readonly times: Readonly<Partial<Record<DeliveryStatus, Date>>>;
  readonly errors: readonly MetaErrorReport[];
  readonly pricing: object | null;
  readonly conversation: object | null;
}

/** One report of Meta's about a message. */
export interface StatusReport {
  readonly status: string;
  readonly at: Date;
  readonly errors: readonly MetaErrorReport[];
  readonly pricing: object | null;
  readonly conversation: object | null;
}

/** A message of which nothing has been reported. */
export const NOTHING_REPORTED: Delivery = { status: null, times: {}, errors: [], pricing: null, conversation: null };

/** Tells whether a status of Meta's has a place in the lattice; `deleted`, `warning` and future ones have none. */
export function isRanked(status: string): status is DeliveryStatus {
  return Object.hasOwn(STATUS_RANKS, status);
}

/** Rank of a status; 0 for none. */
export function rankOf(status: DeliveryStatus | null): number {
  return status === null ? 0 : STATUS_RANKS[status];
}

/**
 * Joins a report to what is known. Commutative, associative and idempotent: the result depends on the set of reports
 * only, not on their order, number or batching. A status without a rank changes nothing (its event is kept raw).
 */
export function mergeStatus(known: Delivery, report: StatusReport): Delivery {
  if (!isRanked(report.status)) return known;
  const before = known.times[report.status];
  return {
    status: STATUS_RANKS[report.status] > rankOf(known.status) ? report.status : known.status,
    times: before !== undefined && before <= report.at ? known.times : { ...known.times, [report.status]: report.at },
    errors: report.errors.length === 0 ? known.errors : unionOfErrors(known.errors, report.errors),
    pricing: greater(known.pricing, report.pricing),
    conversation: greater(known.conversation, report.conversation),
  };
}

/** Tells whether a report added anything that a reader of the message would see. */
export function isNews(before: Delivery, after: Delivery): boolean {
  return (
    before.status !== after.status ||
    before.times !== after.times ||
    before.errors.length !== after.errors.length ||
    before.pricing !== after.pricing ||
    before.conversation !== after.conversation
  );
}

function unionOfErrors(
  known: readonly MetaErrorReport[],
  reported: readonly MetaErrorReport[],
): readonly MetaErrorReport[] {
  const byText = new Map([...known, ...reported].map((error) => [canonicalJson(error), error]));
  return [...byText.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, error]) => error);
}

/**
 * Pricing comes on `sent` and on one of `delivered` / `read`, normally the same. Where two reports differ, the greater
 * text wins: any fixed choice will do, as long as it is one that the order of arrival cannot change.
 */
function greater(a: object | null, b: object | null): object | null {
  if (a === null || b === null) return a ?? b;
  return canonicalJson(a) >= canonicalJson(b) ? a : b;
}
