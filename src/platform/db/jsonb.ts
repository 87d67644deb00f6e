import { toStorableText } from '../../core/text/well-formed.js';

/**
 * JSON text that `jsonb` takes, or null for null. It refuses U+0000 and lone surrogates, which Meta hands on when a
 * user sends them: those become U+FFFD here (the raw webhook keeps them).
 */
export function toJsonb(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = JSON.stringify(value);
  // Both show as an escape; most values have none and are done.
  if (!text.includes('\\u')) return text;
  return JSON.stringify(storable(value));
}

function storable(value: unknown): unknown {
  if (typeof value === 'string') return toStorableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [toStorableText(key), storable(child)]));
}
