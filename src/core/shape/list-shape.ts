import type { FieldError } from '../gateway-error.js';
import { addFault, pointerTo, type Shape } from './shape.js';

/** A rule over a whole value: adds a fault where it is broken. The value has the right JSON type, its parts may not. */
export type Rule<T> = (value: T, at: string, faults: FieldError[]) => void;

/** How many items a list may have, and the rules over all of them. */
export interface ListRules {
  readonly min: number;
  readonly max: number;
  readonly rules?: readonly Rule<readonly unknown[]>[];
}

/** A list of items of one shape. The items of a list that is too long are not looked at. */
export function list(item: Shape, { min, max, rules = [] }: ListRules): Shape {
  const rule = min === max ? `must have exactly ${min} items` : `must have ${min} to ${max} items`;
  return {
    schema: { type: 'array', items: item.schema, minItems: min, maxItems: max },
    check: (value, at, faults) => {
      if (!Array.isArray(value)) return addFault(faults, at, 'must be a list');
      if (value.length < min || value.length > max) return addFault(faults, at, rule);
      for (let i = 0; i < value.length; i += 1) item.check(value[i], `${at}/${i}`, faults);
      for (const check of rules) check(value, at, faults);
    },
  };
}

/** No two items have the same value at a path of keys. The fault points at the second. */
export function distinct(...path: string[]): Rule<readonly unknown[]> {
  return (items, at, faults) => {
    const seen = new Set<unknown>();
    items.forEach((item, i) => {
      const value = path.reduce<unknown>((v, key) => (v as Record<string, unknown> | null | undefined)?.[key], item);
      if (value === undefined) return;
      const place = path.reduce(pointerTo, `${at}/${i}`);
      if (seen.has(value)) addFault(faults, place, 'must be different from all others of the list');
      seen.add(value);
    });
  };
}
