/** Levels of nesting; a carousel template, the deepest thing a message holds, has about ten. */
const DEEPEST = 32;

/** Names that every object answers to, so that asking whether a field is known would say yes. */
const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * The first thing about a JSON value that no request of ours has, as a JSON pointer and the rule it breaks, or null:
 * a field named like something every object inherits (`toString`, `constructor`), or nesting beyond 32 levels. Safe on
 * any depth.
 */
export function findOddShape(value: unknown, pointer = '', depth = 0): { pointer: string; detail: string } | null {
  if (value === null || typeof value !== 'object') return null;
  if (depth >= DEEPEST) return { pointer, detail: `values may nest ${DEEPEST} levels at most` };
  for (const [key, child] of Object.entries(value)) {
    const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (INHERITED.has(key)) return { pointer: at, detail: `property ${key} should not exist` };
    const found = findOddShape(child, at, depth + 1);
    if (found !== null) return found;
  }
  return null;
}
