import type { FieldError } from '../gateway-error.js';

/** A schema in JSON Schema's words, as OpenAPI 3.1 shows it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * What a JSON value must look like: one declaration from which both the check and its documentation follow. A check is
 * plain code that allocates nothing while all is well, because it runs for each of 20,000 messages a second (class-validator
 * took 150 µs for one).
 */
export interface Shape {
  /** Adds a fault for every rule that `value` breaks. `at` is the JSON pointer to it. Never throws, never changes it. */
  check(value: unknown, at: string, faults: FieldError[]): void;
  readonly schema: JsonSchema;
  /** Whether an object may lack it. */
  readonly isOptional?: boolean;
}

/** Faults that one answer names. Whoever gets this many wrong sent something else than they meant to. */
const MOST_FAULTS = 100;

/** Notes that the value at a pointer breaks a rule: `must …`. The sentence names the field and never repeats the value. */
export function addFault(faults: FieldError[], at: string, rule: string): void {
  if (faults.length < MOST_FAULTS) faults.push({ pointer: at, detail: `${nameOf(at)} ${rule}` });
}

/** Notes a field that nobody knows. */
export function addUnknown(faults: FieldError[], at: string, key: string): void {
  if (faults.length < MOST_FAULTS) {
    faults.push({ pointer: pointerTo(at, key), detail: `property ${key} should not exist` });
  }
}

/** Everything that is wrong with a value; empty when nothing is. */
export function faultsOf(shape: Shape, value: unknown): FieldError[] {
  const faults: FieldError[] = [];
  shape.check(value, '', faults);
  return faults;
}

/** The pointer to a key of the object at `at` (RFC 6901). */
export function pointerTo(at: string, key: string): string {
  return `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The same shape with a sentence of documentation. */
export function described(shape: Shape, description: string): Shape {
  return { ...shape, check: shape.check, schema: { ...shape.schema, description } };
}

/** A key that an object may lack. Null is a value, and no text: it is refused like any other wrong one. */
export function optional(shape: Shape): Shape {
  return { ...shape, check: shape.check, isOptional: true };
}

/** A key that an object may lack, and for which null means the same. */
export function nullable(shape: Shape): Shape {
  return {
    schema: shape.schema,
    isOptional: true,
    check: (value, at, faults) => {
      if (value !== null) shape.check(value, at, faults);
    },
  };
}

/** How a sentence calls the value at a pointer: by its key, or for an item of a list by the list's and its place. */
function nameOf(at: string): string {
  const [last = '', before = ''] = at.split('/').reverse();
  const name = /^\d+$/.test(last) ? `${before}[${last}]` : last;
  return name === '' ? 'the request' : name.replaceAll('~1', '/').replaceAll('~0', '~');
}
