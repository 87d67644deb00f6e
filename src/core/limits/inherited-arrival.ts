/** What the ledger tells of an attempt of an earlier owner: how long ago (in milliseconds) each thing was. */
export interface InheritedAttempt {
  readonly armedAgeMs: number;
  /** When its outcome was written down; null when nobody knows it, or it was only declared unknown. */
  readonly answeredAgeMs: number | null;
}

/** Within what an attempt of an earlier owner arrives, in milliseconds. */
export interface ArrivalBounds {
  /** From its arming to its first byte, at most. */
  readonly armToWireMs: number;
  /** From its first byte to its arrival, at most: what a dead process wrote is already with the kernel. */
  readonly wireToMetaMs: number;
}

/**
 * How long ago, at the least, an attempt of an earlier owner had arrived at Meta; negative when it may still arrive.
 * It was written after it was armed and before the lane was taken from its owner, which is now; and an attempt that
 * was answered had arrived by then.
 */
export function arrivedAgoMs(attempt: InheritedAttempt, bounds: ArrivalBounds): number {
  const writtenAgoMs = Math.max(0, attempt.armedAgeMs - bounds.armToWireMs);
  return Math.max(writtenAgoMs - bounds.wireToMetaMs, attempt.answeredAgeMs ?? Number.NEGATIVE_INFINITY);
}
