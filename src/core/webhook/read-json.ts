import { cutDepth } from './cut-depth.js';
import type { JsonValue } from './json-value.js';
import { quoteLongIntegers } from './quote-long-integers.js';
import { surveyJson } from './survey-json.js';

/** Levels of nesting kept. Meta's own webhooks have about ten; an event this shallow is safe to stringify and store. */
export const MAX_JSON_DEPTH = 64;

/** A body read as JSON. */
export interface JsonReading {
  readonly value: JsonValue;
  /** Whether parts nested deeper than {@link MAX_JSON_DEPTH} were replaced by null. */
  readonly isCut: boolean;
}

/**
 * Reads JSON from the bytes of a request body; null when they are not JSON. Never throws.
 * Integers beyond 2^53 come back as text with all their digits, bytes that are not UTF-8 as U+FFFD, a byte order mark
 * is skipped, and too deep parts are cut off.
 */
export function readJson(body: Buffer): JsonReading | null {
  const { depth, hasLongNumber } = surveyJson(body);
  try {
    const text = withoutByteOrderMark(body.toString('utf8'));
    let value: JsonValue = JSON.parse(text);
    // Only after the text has proved to be JSON: quoting would make valid what is not (leading zeros).
    if (hasLongNumber) value = JSON.parse(quoteLongIntegers(text));
    return { value, isCut: depth > MAX_JSON_DEPTH && cutDepth(value, MAX_JSON_DEPTH) };
  } catch {
    return null;
  }
}

function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
