/** Anything `JSON.parse` can return. */
export type JsonValue = string | number | boolean | null | JsonObject | readonly JsonValue[];

/** A JSON object. Reading a key gives `undefined` when it is absent; nothing about its shape is promised. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** The value when it is a JSON object, else null (arrays are not objects here). Never throws. */
export function asObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** The value when it is an array, else null. */
export function asArray(value: JsonValue | undefined): readonly JsonValue[] | null {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : null;
}

/**
 * The value as text: a non-empty string as it stands, a whole number as its digits, else null.
 * Meta documents ids as strings but some samples carry them as numbers, and sends `""` where it withholds a phone
 * number; an empty id must not be mistaken for one.
 */
export function asText(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}

/** The value as a whole number: a safe integer, or its decimal digits as text; else null. */
export function asInteger(value: JsonValue | undefined): number | null {
  const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null;
}
