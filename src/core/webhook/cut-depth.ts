type Container = Record<string, unknown> | unknown[];

/**
 * Replaces, in place, every object and array that lies deeper than `maxDepth` levels by null, and says whether there
 * was one. The value itself is level 1. Walks level by level, without recursion, because the point of cutting is
 * values that overflow the stack: `JSON.parse` reads 200 000 levels, `JSON.stringify` of the same throws.
 */
export function cutDepth(value: unknown, maxDepth: number): boolean {
  let level: Container[] = isContainer(value) ? [value] : [];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth === maxDepth) return cutChildren(level);
    const next: Container[] = [];
    for (const container of level) {
      for (const child of Object.values(container)) if (isContainer(child)) next.push(child);
    }
    level = next;
  }
  return false;
}

function cutChildren(level: readonly Container[]): boolean {
  let isCut = false;
  for (const container of level) {
    for (const [key, child] of Object.entries(container)) {
      if (!isContainer(child)) continue;
      // Defining and not assigning: the key may be `__proto__`.
      Object.defineProperty(container, key, { value: null, writable: true, enumerable: true, configurable: true });
      isCut = true;
    }
  }
  return isCut;
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}
