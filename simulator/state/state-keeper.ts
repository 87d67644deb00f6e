import { types } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { InputError } from '../scenario/check.js';
import type { Cell, Stateful } from './stateful.js';

/**
 * Knows every part of the platform that has state, so that one call resets all of it and one snapshot holds all of
 * it. Parts are saved and loaded in the order they were put here.
 */
export class StateKeeper {
  private readonly parts = new Map<string, Stateful>();

  /** Puts a part under a name of its own. */
  keep<S extends Stateful>(name: string, part: S): S {
    if (this.parts.has(name)) throw new Error(`the state ${name} is kept twice`);
    this.parts.set(name, part);
    return part;
  }

  /** Keeps plain data: objects, arrays, maps, sets, buffers, numbers and texts; no instances of classes. */
  cell<T>(name: string, initial: () => T): Cell<T> {
    let current = initial();
    this.keep(name, {
      reset: () => {
        current = initial();
      },
      save: () => current,
      load: (saved) => {
        current = saved as T;
      },
    });
    return {
      get current() {
        return current;
      },
    };
  }

  reset(): void {
    for (const part of this.parts.values()) part.reset();
  }

  /** All state in one piece of bytes, readable by this version of the simulator. */
  save(): Buffer {
    return serialize(new Map([...this.parts].map(([name, part]) => [name, part.save()])));
  }

  /** Takes bytes that `save` gave. Throws an InputError, and changes nothing, when they are something else. */
  load(bytes: Buffer): void {
    const saved = read(bytes);
    const missing = [...this.parts.keys()].filter((name) => !saved.has(name));
    if (missing.length > 0) throw new InputError([`snapshot: is of another version; it lacks ${missing.join(', ')}`]);
    for (const [name, part] of this.parts) part.load(saved.get(name));
  }
}

function read(bytes: Buffer): Map<string, unknown> {
  try {
    const saved: unknown = deserialize(bytes);
    if (types.isMap(saved)) return saved as Map<string, unknown>;
  } catch {
    // Falls through: whatever is wrong with the bytes, they are no snapshot.
  }
  throw new InputError(['snapshot: these bytes are not a snapshot of the simulator']);
}
