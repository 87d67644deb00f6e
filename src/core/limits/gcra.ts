/** A rate with a tolerance: what spaces sends evenly. */
export interface GcraLimit {
  /** Milliseconds that one unit costs. */
  readonly everyMs: number;
  /** Units that may go at once after a pause. */
  readonly burst: number;
}

/**
 * How many units may go at `nowMs` under GCRA. `tatMs` is the whole state: the time at which everything spent so far
 * is paid for.
 */
export function gcraAllowed(limit: GcraLimit, tatMs: number, nowMs: number): number {
  const debtMs = Math.max(0, tatMs - nowMs);
  return Math.max(0, Math.floor((limit.everyMs * limit.burst - debtMs) / limit.everyMs + 1e-9));
}

/** The state after `units` were spent at `nowMs`. */
export function gcraSpend(limit: GcraLimit, tatMs: number, nowMs: number, units = 1): number {
  return Math.max(tatMs, nowMs) + limit.everyMs * units;
}

/** The first instant at which one unit may go. */
export function gcraFreeAtMs(limit: GcraLimit, tatMs: number): number {
  return tatMs - limit.everyMs * (limit.burst - 1);
}
