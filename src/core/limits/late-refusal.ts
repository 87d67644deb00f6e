import { reactionTo } from '../meta-errors/meta-error-table.js';
import { STOP_RULES } from './stop.js';

const MINUTE_MS = 60_000;

/** Later than this after its message was sent, a refusal tells nothing of what is stopped now. */
const LATE_MS = 24 * 60 * MINUTE_MS;

/** A rate is a matter of the moment: older refusals for it are over. */
const RATE_MS = MINUTE_MS;

/** Whether a code slows a whole number down, as 130429 and 131057 do: Meta has not delivered the message and may the next. */
export function slowsNumber(code: number): boolean {
  const { onSend, slow } = reactionTo(code);
  return onSend === 'retry' && slow === 'number';
}

/** Whether a refusal with this code is heeded when it comes in a status, after Meta had taken the message. */
export function isHeededLate(code: number): boolean {
  return code in STOP_RULES || slowsNumber(code);
}

/**
 * Whether a refusal that came in a status, minutes after Meta had taken the message, still stops something. Statuses come
 * late and again: one of a message that was sent before somebody released the stop is what that somebody knew.
 */
export function stopsAfterAll(sentAtMs: number, releasedAtMs: number | null, nowMs: number): boolean {
  return nowMs - sentAtMs <= LATE_MS && (releasedAtMs === null || sentAtMs > releasedAtMs);
}

/** Whether a refusal that Meta dates so still says something about the rate at which a number may send. */
export function slowsStill(failedAtMs: number, nowMs: number): boolean {
  return nowMs - failedAtMs <= RATE_MS;
}
