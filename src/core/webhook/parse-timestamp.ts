import type { JsonValue } from './json-value.js';

/** From here on a number of seconds would lie after the year 33 000: it must be milliseconds. */
const FIRST_MILLISECONDS = 1e12;
/** The year 5138. What lies beyond is microseconds or rubbish. */
const END_OF_TIME_MS = 1e14;

/**
 * An instant as Meta writes it in webhooks: seconds since 1970 as a string of digits (in some fields a number).
 * 13 digits are taken as milliseconds. Anything else — missing, negative, zero, a date in words — is null, because a
 * wrong instant would do more harm than none.
 */
export function parseTimestamp(value: JsonValue | undefined): Date | null {
  const number = typeof value === 'string' && /^\d{1,14}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !(number >= 1)) return null;
  const epochMs = Math.trunc(number >= FIRST_MILLISECONDS ? number : number * 1000);
  return epochMs < END_OF_TIME_MS ? new Date(epochMs) : null;
}
