/** What of a message decides whether it is spread. Instants are milliseconds since the epoch. */
export interface ScheduledSend {
  readonly id: string;
  readonly isMarketing: boolean;
  /** When it is to be sent; null for at once: whoever sends at once has chosen the moment. */
  readonly sendAtMs: number | null;
  readonly expiresAtMs: number | null;
}

const HOUR_MS = 3_600_000;

/** No longer than half an hour: whoever plans by the clock means this hour, and the next half has campaigns of its own. */
export const LONGEST_SPREAD_MS = HOUR_MS / 2;

/** How much of an hour is its beginning: whoever plans by the clock writes no seconds, and an instant that a program reckoned has some. */
const BEGINNING_MS = 1000;

/**
 * By how many milliseconds a message goes later than it was scheduled for: marketing for the first second of an hour is spread
 * over the `windowMs` after it, because everybody's campaigns go out at the full hour and Meta's platform is at its busiest then.
 * The same message always draws the same, so that repeating a request, or asking, moves nothing. At most half of the time until it
 * expires, so that the other half is there to send it. Everything else, and all with a window of 0, goes when it was to: 0.
 */
export function fullHourSpreadMs(message: ScheduledSend, windowMs: number): number {
  const { id, sendAtMs, expiresAtMs } = message;
  if (sendAtMs === null || !isForFullHour(message)) return 0;
  const lifeMs = expiresAtMs === null ? Number.POSITIVE_INFINITY : Math.max(0, expiresAtMs - sendAtMs);
  return Math.floor(drawOf(id) * Math.min(windowMs, lifeMs / 2));
}

/** Whether a message that is due at `dueAtMs` was spread when it was accepted, whatever is chosen by now. */
export function isSpread(message: Pick<ScheduledSend, 'isMarketing' | 'sendAtMs'>, dueAtMs: number): boolean {
  return isForFullHour(message) && dueAtMs > (message.sendAtMs ?? dueAtMs);
}

function isForFullHour({ isMarketing, sendAtMs }: Pick<ScheduledSend, 'isMarketing' | 'sendAtMs'>): boolean {
  return isMarketing && sendAtMs !== null && sendAtMs % HOUR_MS < BEGINNING_MS;
}

/** What explain says of a message that is spread. */
export const FULL_HOUR_REASON =
  "marketing that is scheduled for a full hour is spread over the minutes after it (full_hour_spread_ms of the number's policy, else FULL_HOUR_SPREAD_MS), and this is its moment";

/** A draw from 0 to below 1 that an id always has: FNV-1a, with the last steps of MurmurHash3. */
function drawOf(id: string): number {
  let hash = 0x811c9dc5;
  for (const letter of id) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
