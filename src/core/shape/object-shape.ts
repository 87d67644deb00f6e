import type { Rule } from './list-shape.js';
import { addFault, addUnknown, type JsonSchema, type Shape } from './shape.js';

/** An object whose fields are not known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Tells whether a value is an object, and no list. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an object needs besides the shapes of its fields. */
export interface ObjectRules {
  readonly rules?: readonly Rule<Fields>[];
  readonly description?: string;
  /** Takes the place of a value that is no object, so that its missing fields are named: for a whole request. */
  readonly isRequest?: boolean;
}

/**
 * An object with these fields and no others: a misspelt option that is silently ignored costs its sender more than an
 * error. A field that is undefined counts as absent.
 */
export function object(fields: Readonly<Record<string, Shape>>, options: ObjectRules = {}): Shape {
  const known = new Map(Object.entries(fields));
  const required = [...known].filter(([, shape]) => shape.isOptional !== true).map(([key]) => key);
  const { rules = [], isRequest = false } = options;
  return {
    schema: objectSchema(fields, required, options.description),
    check: (value, at, faults) => {
      if (!isFields(value) && !isRequest) return addFault(faults, at, 'must be an object');
      const given = isFields(value) ? value : {};
      for (const key of Object.keys(given)) {
        const shape = known.get(key);
        if (given[key] === undefined) continue;
        if (shape !== undefined) shape.check(given[key], `${at}/${key}`, faults);
        else addUnknown(faults, at, key);
      }
      for (const key of required) if (given[key] === undefined) addFault(faults, `${at}/${key}`, 'must be given');
      for (const check of rules) check(given, at, faults);
    },
  };
}

/** An object with any fields. */
export function anyObject(rules: readonly Rule<Fields>[] = []): Shape {
  return {
    schema: { type: 'object', additionalProperties: true },
    check: (value, at, faults) => {
      if (!isFields(value)) return addFault(faults, at, 'must be an object');
      for (const check of rules) check(value, at, faults);
    },
  };
}

/**
 * An object whose shape follows from the word in its field `tag`. `anyCase`: Meta takes the word in upper and lower case.
 */
export function variant(
  tag: string,
  shapes: Readonly<Record<string, Shape>>,
  options: { readonly anyCase?: boolean } = {},
): Shape {
  const known = new Map(Object.entries(shapes));
  const rule = `must be one of ${[...known.keys()].join(', ')}`;
  return {
    schema: oneOfSchemas([...known.values()].map((shape) => shape.schema)),
    check: (value, at, faults) => {
      if (!isFields(value)) return addFault(faults, at, 'must be an object');
      const word = value[tag];
      const name = typeof word === 'string' && options.anyCase === true ? word.toLowerCase() : word;
      const shape = known.get(name as string);
      if (shape === undefined) addFault(faults, `${at}/${tag}`, rule);
      else shape.check(value, at, faults);
    },
  };
}

/** Exactly one of two fields is given. A fault points at the one that is missing, or at the second one. */
export function exactlyOne(first: string, second: string): Rule<Fields> {
  return (value, at, faults) => {
    const [one, other] = [value[first] !== undefined, value[second] !== undefined];
    if (one && other) addFault(faults, `${at}/${second}`, `must not be given together with ${first}`);
    if (!one && !other) addFault(faults, `${at}/${first}`, `or ${second} must be given`);
  };
}

/** A field is given when another one is. */
export function needs(field: string, other: string): Rule<Fields> {
  return (value, at, faults) => {
    if (value[field] !== undefined && value[other] === undefined) {
      addFault(faults, `${at}/${other}`, `must be given with ${field}`);
    }
  };
}

/** Words that lead to the same shape are one choice, and one choice is none. */
function oneOfSchemas(schemas: readonly JsonSchema[]): JsonSchema {
  const different = [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
  return different.length === 1 ? (different[0] as JsonSchema) : { anyOf: different };
}

function objectSchema(
  fields: Readonly<Record<string, Shape>>,
  required: readonly string[],
  description: string | undefined,
): JsonSchema {
  return {
    type: 'object',
    ...(description === undefined ? {} : { description }),
    properties: Object.fromEntries(Object.entries(fields).map(([key, shape]) => [key, shape.schema])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}
