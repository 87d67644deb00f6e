/**
 * Tells whether a text can be stored and sent as it is: no U+0000 (PostgreSQL's text refuses it) and no unpaired
 * surrogate (it has no UTF-8 form, so what arrives would differ from what was asked).
 */
export function isStorableText(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

/** Replaces what cannot be stored by U+FFFD. For texts that must be kept whatever they hold, such as Meta's. */
export function toStorableText(text: string): string {
  return isStorableText(text) ? text : text.replaceAll('\u0000', '\uFFFD').toWellFormed();
}

/**
 * The first place in a JSON value that holds a text which cannot be stored, as a JSON pointer, or null.
 * Keys count too. The value's depth must be bounded (`findOddShape`).
 */
export function findUnstorable(value: unknown): string | null {
  if (typeof value === 'string') return isStorableText(value) ? null : '';
  if (value === null || typeof value !== 'object') return null;
  for (const key of Object.keys(value)) {
    const found = isStorableText(key) ? findUnstorable((value as Record<string, unknown>)[key]) : '';
    if (found !== null) return `/${toStorableText(key).replaceAll('~', '~0').replaceAll('/', '~1')}${found}`;
  }
  return null;
}
