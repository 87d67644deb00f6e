import { asArray, asObject, type JsonObject, type JsonValue } from './json-value.js';

/**
 * The keys we know of an object, each with the shape of what is under it (null: we do not look inside).
 * A Map, so that keys such as `constructor` and `__proto__` are keys like all others.
 */
export type KnownKeys = ReadonlyMap<string, KnownKeys | null>;

/** Paths reported for one body; new keys come a handful at a time, more is somebody playing. */
export const MAX_UNKNOWN_KEYS = 100;
const MAX_KEY_LENGTH = 80;

/** Known keys from a list of names in one string, and the shapes of those we look into. */
export function knownKeys(names: string, nested: Readonly<Record<string, KnownKeys>> = {}): KnownKeys {
  const keys = new Map<string, KnownKeys | null>();
  for (const name of names.split(/\s+/)) if (name !== '') keys.set(name, null);
  for (const [name, shape] of Object.entries(nested)) keys.set(name, shape);
  return keys;
}

/**
 * Adds to `found` the path of every key of `value` that is not in `known`, such as `statuses[].foo`. `path` is put in
 * front (empty: nothing). Elements of an array share a path. Recurses only as deep as the known shape does.
 */
export function noteUnknownKeys(
  value: JsonValue | undefined,
  known: KnownKeys,
  path: string,
  found: Set<string>,
): void {
  const items = asArray(value);
  if (items !== null) {
    for (const item of items) {
      const object = asObject(item);
      if (object !== null) noteKeysOf(object, known, `${path}[]`, found);
    }
    return;
  }
  const object = asObject(value);
  if (object !== null) noteKeysOf(object, known, path, found);
}

function noteKeysOf(object: JsonObject, known: KnownKeys, path: string, found: Set<string>): void {
  for (const key in object) {
    const shape = known.get(key);
    if (shape === undefined) {
      if (found.size < MAX_UNKNOWN_KEYS) found.add(pathOf(path, key.slice(0, MAX_KEY_LENGTH)));
    } else if (shape !== null) {
      noteUnknownKeys(object[key], shape, pathOf(path, key), found);
    }
  }
}

function pathOf(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
