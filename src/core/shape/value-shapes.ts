import { addFault, type JsonSchema, type Shape } from './shape.js';

/** True or false. */
export function flag(): Shape {
  return {
    schema: { type: 'boolean' },
    check: (value, at, faults) => {
      if (typeof value !== 'boolean') addFault(faults, at, 'must be true or false');
    },
  };
}

/** Bounds of a number, both included. */
export interface NumberRules {
  readonly min: number;
  readonly max: number;
  /** Takes it as text too, such as "0": Meta's own samples write both. */
  readonly orText?: boolean;
}

const WHOLE = /^-?\d{1,16}$/;
const DECIMAL = /^-?\d{1,16}(\.\d{1,32})?$/;

/** A whole number. */
export function integer(rules: NumberRules): Shape {
  return numberShape('integer', 'a whole number', rules, (n) => Number.isSafeInteger(n), WHOLE);
}

/** A number with or without a fraction. */
export function decimal(rules: NumberRules): Shape {
  return numberShape('number', 'a number', rules, (n) => Number.isFinite(n), DECIMAL);
}

/** Whatever JSON can hold: for what Meta hands through to the caller's own code. */
export function anything(): Shape {
  return { schema: {}, check: () => {} };
}

function numberShape(
  type: 'integer' | 'number',
  name: string,
  rules: NumberRules,
  isOne: (n: number) => boolean,
  written: RegExp,
): Shape {
  const { min, max, orText = false } = rules;
  const rule = `must be ${name} from ${min} to ${max}`;
  const number: JsonSchema = { type, minimum: min, maximum: max };
  return {
    schema: orText ? { oneOf: [number, { type: 'string', pattern: written.source }] } : number,
    check: (value, at, faults) => {
      const n = orText && typeof value === 'string' && written.test(value) ? Number(value) : value;
      if (typeof n !== 'number' || !isOne(n) || n < min || n > max) addFault(faults, at, rule);
    },
  };
}
