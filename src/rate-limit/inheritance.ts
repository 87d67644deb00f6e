import { groupBy } from '../core/group-by.js';
import type { InheritedAttempt } from '../core/limits/inherited-arrival.js';
import { inheritedHoldMs } from '../core/limits/inherited-hold.js';
import type { Queryable } from '../platform/db/queryable.js';
import { type ToldState, toldStates } from './lane-reports.store.js';
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
  /**
   * For how many milliseconds Meta's words, or a policy, keep the lane from sending, and why; null when nothing does.
   */
  readonly pause: { readonly forMs: number; readonly reason: string } | null;
  /** The part of the level that was in use so many milliseconds ago, if it was not all of it. */
  readonly rate: { readonly share: number; readonly agoMs: number } | null;
  /** Media messages that failed in a row, and for how many milliseconds media is paused. */
  readonly media: { readonly failures: number; readonly pausedForMs: number };
}

/** Reads what the earlier owners of some lanes had learnt; gives it by number. */
export async function readLearnt(
  q: Queryable,
  phoneNumberIds: readonly string[],
): Promise<(phoneNumberId: string) => Learnt> {
  const [debts, refusals, told] = await Promise.all([
    pairDebts(q, phoneNumberIds),
    waitingRefusals(q, phoneNumberIds),
    toldStates(q, phoneNumberIds),
  ]);
  const debtsOf = groupBy(debts, (row) => row.phone_number_id);
  const refusalsOf = groupBy(refusals, (row) => row.phone_number_id);
  const toldOf = new Map(told.map((row) => [row.phone_number_id, row]));
  return (id) => ({
    pairs: (debtsOf.get(id) ?? []).map(({ recipient, paid_in_ms }) => ({ recipient, paidInMs: paid_in_ms })),
    holds: (refusalsOf.get(id) ?? []).map((row) => ({ recipient: row.recipient, heldForMs: heldForMs(row) })),
    ...standing(toldOf.get(id)),
  });
}

/** How a lane stood, as its owner told it; as a fresh one when there was nothing to tell. */
function standing(told: ToldState | undefined): Pick<Learnt, 'pause' | 'rate' | 'media'> {
  if (told === undefined) return { pause: null, rate: null, media: { failures: 0, pausedForMs: 0 } };
  const { paused_for_ms: forMs, pause_reason: reason, share_of_level: share } = told;
  return {
    pause: forMs > 0 && reason !== null ? { forMs, reason } : null,
    rate: share < 1 ? { share, agoMs: told.told_ago_ms } : null,
    media: { failures: told.media_failures, pausedForMs: told.media_paused_for_ms },
  };
}

/** For how many milliseconds nothing else goes to the recipient of a message that waits to be sent again. */
export function heldForMs({ outcome, code, retries, age_ms: ageMs, due_in_ms: dueInMs }: WaitingRefusal): number {
  return inheritedHoldMs({ outcome, code, retries, ageMs, dueInMs });
}
