import { addFault, type JsonSchema, type Shape } from './shape.js';

/** Rules for a text. Characters are counted as people count them: one beyond the basic plane is one. */
export interface TextRules {
  /** Default 1: an empty text is no text. */
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  /** What the pattern wants, for the sentence: `must …`. */
  readonly rule?: string;
  /** A further test, for what no pattern can tell. Described by `rule` too. */
  readonly test?: (text: string) => boolean;
  readonly example?: string;
}

/** A text. */
export function text(rules: TextRules = {}): Shape {
  const { min = 1, max, pattern, rule = 'has a form that is not allowed', test } = rules;
  const lengthRule = max === undefined ? 'must not be empty' : `must have ${min} to ${max} characters`;
  return {
    schema: textSchema(rules, min),
    check: (value, at, faults) => {
      if (typeof value !== 'string') addFault(faults, at, 'must be a text');
      else if (isShorter(value, min) || (max !== undefined && isLonger(value, max))) addFault(faults, at, lengthRule);
      else if (pattern?.test(value) === false || test?.(value) === false) addFault(faults, at, rule);
    },
  };
}

/** One of some words. With `anyCase`, upper and lower case are the same. */
export function oneOf(words: readonly string[], options: { readonly anyCase?: boolean } = {}): Shape {
  const known = new Set(words);
  const rule = `must be ${words.length === 1 ? words[0] : `one of ${words.join(', ')}`}`;
  const fold = (word: string) => (options.anyCase === true ? word.toLowerCase() : word);
  return {
    schema: options.anyCase === true ? { type: 'string', example: words[0] } : { type: 'string', enum: [...words] },
    check: (value, at, faults) => {
      if (typeof value !== 'string' || !known.has(fold(value))) addFault(faults, at, rule);
    },
  };
}

/** An address on the web. `https` alone, where Meta takes nothing else. */
export function webAddress(max: number, schemes: 'http(s)' | 'https' = 'http(s)'): Shape {
  const pattern = schemes === 'https' ? /^https:\/\/[^\s/]/i : /^https?:\/\/[^\s/]/i;
  const rule = `must be an address that begins with ${schemes === 'https' ? 'https://' : 'http:// or https://'}`;
  return text({ max, pattern, test: (address) => URL.canParse(address), rule });
}

function textSchema(rules: TextRules, min: number): JsonSchema {
  return {
    type: 'string',
    ...(min > 0 ? { minLength: min } : {}),
    ...(rules.max === undefined ? {} : { maxLength: rules.max }),
    ...(rules.pattern === undefined ? {} : { pattern: rules.pattern.source }),
    ...(rules.example === undefined ? {} : { example: rules.example }),
  };
}

/** A text has at most as many characters as code units, so most texts need no count. */
function isLonger(value: string, max: number): boolean {
  return value.length > max && lengthOf(value, max) > max;
}

function isShorter(value: string, min: number): boolean {
  return value.length < min || (value.length < min * 2 && lengthOf(value, min) < min);
}

/** Characters, counted no further than needed: a text of a megabyte is too long after the first page. */
function lengthOf(value: string, enough: number): number {
  let count = 0;
  for (const _ of value) {
    count += 1;
    if (count > enough) break;
  }
  return count;
}
