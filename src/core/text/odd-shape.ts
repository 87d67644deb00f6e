import type { FieldError } from '../gateway-error.js';

/** Levels of nesting; a carousel template, the deepest thing a message holds, has about ten. */
const DEEPEST = 32;

/**
 * Names that every object answers to, so that asking whether a field is known would say yes. `__proto__` by name too:
 * a process that runs without it (`--disable-proto`) must not take it for a field either.
 */
const INHERITED = new Set([...Object.getOwnPropertyNames(Object.prototype), '__proto__']);

/**
 * The first thing about a JSON value that no request of ours has, as a JSON pointer and the rule it breaks, or null:
 * a field named like something every object inherits (`toString`, `constructor`), or nesting beyond 32 levels. Safe on
 * any depth. Pointers are put together only on the way back from a find: nearly always there is none.
 */
export function findOddShape(value: unknown, depth = 0): FieldError | null {
  if (value === null || typeof value !== 'object') return null;
  if (depth >= DEEPEST) return { pointer: '', detail: `values may nest ${DEEPEST} levels at most` };
  for (const key of Object.keys(value)) {
    const found = INHERITED.has(key)
      ? { pointer: '', detail: `property ${key} should not exist` }
      : findOddShape((value as Record<string, unknown>)[key], depth + 1);
    if (found !== null) return { ...found, pointer: `/${escaped(key)}${found.pointer}` };
  }
  return null;
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
