import type { JsonValue } from './json-value.js';
import { parseTimestamp } from './parse-timestamp.js';

/**
 * Whether a value of Meta's says itself, anywhere in it, when it happened: a readable `timestamp`, as groups, calls and
 * shared chats have. Then the same words are the same news, however often they are delivered. The value must not be
 * deeper than the stack (`readJson` cuts it).
 */
export function saysWhen(value: JsonValue | undefined): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.some((part: JsonValue) => saysWhen(part));
  return Object.entries(value).some(([key, part]) =>
    key === 'timestamp' ? parseTimestamp(part) !== null : saysWhen(part),
  );
}
