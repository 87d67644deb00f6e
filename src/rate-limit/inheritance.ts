import { groupBy } from '../core/group-by.js';
import type { InheritedAttempt } from '../core/limits/inherited-arrival.js';
import { inheritedHoldMs } from '../core/limits/inherited-hold.js';
import type { Queryable } from '../platform/db/queryable.js';
import { toldMedia } from './lane-reports.store.js';
import { pairDebts, type WaitingRefusal, waitingRefusals } from './ledger.store.js';

/** What an earlier owner of a lane left behind, as the database shows it. */
export interface Inheritance extends Learnt {
  /** What it armed of late. */
  readonly attempts: readonly InheritedAttempt[];
}

/** What it had learnt, besides what it armed of late. */
export interface Learnt {
  /** Recipients who had messages, and in how many milliseconds these are paid for by the pair limit. */
  readonly pairs: readonly { readonly recipient: string; readonly paidInMs: number }[];
  /** Recipients to whom a message waits to be sent again, and for how many milliseconds nothing else goes to them. */
  readonly holds: readonly { readonly recipient: string; readonly heldForMs: number }[];
  /** Media messages that failed in a row, and for how many milliseconds media is paused. */
  readonly media: { readonly failures: number; readonly pausedForMs: number };
}

/** Reads what the earlier owners of some lanes had learnt; gives it by number. */
export async function readLearnt(
  q: Queryable,
  phoneNumberIds: readonly string[],
): Promise<(phoneNumberId: string) => Learnt> {
  const [debts, refusals, media] = await Promise.all([
    pairDebts(q, phoneNumberIds),
    waitingRefusals(q, phoneNumberIds),
    toldMedia(q, phoneNumberIds),
  ]);
  const debtsOf = groupBy(debts, (row) => row.phone_number_id);
  const refusalsOf = groupBy(refusals, (row) => row.phone_number_id);
  const mediaOf = new Map(media.map((row) => [row.phone_number_id, row]));
  return (id) => ({
    pairs: (debtsOf.get(id) ?? []).map(({ recipient, paid_in_ms }) => ({ recipient, paidInMs: paid_in_ms })),
    holds: (refusalsOf.get(id) ?? []).map((row) => ({ recipient: row.recipient, heldForMs: heldForMs(row) })),
    media: { failures: mediaOf.get(id)?.failures ?? 0, pausedForMs: mediaOf.get(id)?.paused_for_ms ?? 0 },
  });
}

/** For how many milliseconds nothing else goes to the recipient of a message that waits to be sent again. */
export function heldForMs({ outcome, code, retries, age_ms: ageMs, due_in_ms: dueInMs }: WaitingRefusal): number {
  return inheritedHoldMs({ outcome, code, retries, ageMs, dueInMs });
}
