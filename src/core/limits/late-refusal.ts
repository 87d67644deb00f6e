import { reactionTo } from '../meta-errors/meta-error-table.js';
import { STOP_RULES } from './stop.js';

const MINUTE_MS = 60_000;

/** What Meta refused longer ago tells nothing of how things stand now: what is sent meanwhile does. */
const LATE_MS = 60 * MINUTE_MS;

/** A rate is a matter of the moment: that at which older messages were sent is another one. */
const RATE_MS = MINUTE_MS;

/**
 * Whether a code slows a whole number down, as 130429 and 131057 do: Meta has not delivered the message and may the
 * next.
 */
export function slowsNumber(code: number): boolean {
  const { onSend, slow } = reactionTo(code);
  return onSend === 'retry' && slow === 'number';
}

/** Whether a refusal with this code is heeded when it comes in a status, after Meta had taken the message. */
export function isHeededLate(code: number): boolean {
  return code in STOP_RULES || slowsNumber(code);
}

/**
 * When a message was sent, when Meta refused it as it says, and when a person or Meta itself last let its like go on.
 */
export interface LateInstants {
  readonly sentAtMs: number;
  readonly failedAtMs: number;
  readonly releasedAtMs: number | null;
}

/**
 * Whether a refusal that came in a status, minutes after Meta had taken the message, still stops something. Statuses
 * come late and again: one of a message that was sent before the release is what whoever released knew.
 */
export function stopsAfterAll({ sentAtMs, failedAtMs, releasedAtMs }: LateInstants, nowMs: number): boolean {
  return nowMs - failedAtMs <= LATE_MS && (releasedAtMs === null || sentAtMs > releasedAtMs);
}

/**
 * Whether a refusal of a message that was sent then still says something about the rate at which its number may send.
 */
export function slowsStill(sentAtMs: number, nowMs: number): boolean {
  return nowMs - sentAtMs <= RATE_MS;
}
