/** Kinds of mistakes in a body; which of Meta's codes each gets is the table's business, not the rule's. */
export type MistakeKind = 'missing' | 'unexpected' | 'form' | 'length' | 'value';

/** One mistake: where it is, relative to what was looked at, and the rule that it breaks as the end of a sentence. */
export interface Mistake {
  readonly kind: MistakeKind;
  readonly at: string;
  readonly rule: string;
  /** Code to answer with, when it is not the usual one of the kind. */
  readonly code?: number;
}

/** Looks at one value and gives its first mistake. Pure, and cheap on good values: paths are only built for bad ones. */
export type Rule = (value: unknown) => Mistake | undefined;

/** A member of an object: its rule, and whether it may be absent. */
export interface Member {
  readonly rule: Rule;
  readonly isRequired: boolean;
}

export type Members = Readonly<Record<string, Member>>;
type Fields = Readonly<Record<string, unknown>>;

/** Narrows to a JSON object. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A mistake at the value itself. */
export const mistake = (kind: MistakeKind, rule: string, at = ''): Mistake => ({ kind, at, rule });

/** The member must be there; `null` counts as absent, as Graph reads it. */
export const required = (rule: Rule): Member => ({ rule, isRequired: true });

/** The member may be absent. */
export const optional = (rule: Rule): Member => ({ rule, isRequired: false });

/** Limits of a text, in characters. */
export interface TextLimits {
  readonly max?: number;
  /** 1 when absent: Meta reads an empty text as a missing one. */
  readonly min?: number;
  readonly pattern?: readonly [RegExp, string];
}

/** A string of characters. */
export function text({ max = Number.POSITIVE_INFINITY, min = 1, pattern }: TextLimits = {}): Rule {
  return (value) => {
    if (typeof value !== 'string') return mistake('form', 'must be a string');
    if (value.length < min || (min > 0 && value.trim() === '')) return mistake('missing', 'must not be empty');
    if (value.length > max) return mistake('length', `must be at most ${max} characters long`);
    if (pattern && !pattern[0].test(value)) return mistake('value', pattern[1]);
    return undefined;
  };
}

/** `true` or `false`. */
export const flag: Rule = (value) =>
  typeof value === 'boolean' ? undefined : mistake('form', 'must be true or false');

/** One of the listed words, letter by letter. */
export function word(...words: readonly string[]): Rule {
  return (value) =>
    words.includes(value as string) ? undefined : mistake('value', `must be one of ${words.join(', ')}`);
}

/** A number, or digits in a string as much of Meta's API takes them; both ends are included. */
export function number(min: number, max: number, { whole = false } = {}): Rule {
  const range = `must be a ${whole ? 'whole number' : 'number'} from ${min} to ${max}`;
  return (value) => {
    const given = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
    if (typeof given !== 'number' || Number.isNaN(given)) return mistake('form', range);
    return given < min || given > max || (whole && !Number.isInteger(given)) ? mistake('value', range) : undefined;
  };
}

/** An absolute http or https address. */
export const url: Rule = (value) =>
  typeof value === 'string' && value.length <= 2000 && /^https?:\/\/[^\s/]+/i.test(value)
    ? undefined
    : mistake('value', 'must be an http(s) URL of at most 2000 characters');

/** Anything at all. */
export const anything: Rule = () => undefined;

/** How many of what a list holds. */
export interface ListLimits {
  readonly min?: number;
  readonly max?: number;
}

/** A list whose elements all keep a rule. */
export function list(element: Rule, { min = 1, max = Number.POSITIVE_INFINITY }: ListLimits = {}): Rule {
  return (value) => {
    if (!Array.isArray(value)) return mistake('form', 'must be an array');
    if (value.length < min || value.length > max) return mistake('value', countRule(min, max, value.length));
    for (let i = 0; i < value.length; i++) {
      const found = element(value[i]);
      if (found) return below(`[${i}]`, found);
    }
    return undefined;
  };
}

/** An object with these members and no other: Meta refuses what it does not know, so a misspelt name is found. */
export function object(members: Members): Rule {
  const entries = Object.entries(members);
  return (value) => {
    if (!isFields(value)) return mistake('form', 'must be an object');
    for (const [name, { rule, isRequired }] of entries) {
      const member = value[name];
      if (member === undefined || member === null) {
        if (isRequired) return mistake('missing', 'is mandatory', name);
        continue;
      }
      const found = rule(member);
      if (found) return below(name, found);
    }
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(members, name)) return mistake('unexpected', 'is not a known parameter here', name);
    }
    return undefined;
  };
}

/** All of several rules, the first mistake counts. */
export function all(...rules: readonly Rule[]): Rule {
  return (value) => {
    for (const rule of rules) {
      const found = rule(value);
      if (found) return found;
    }
    return undefined;
  };
}

/** Exactly one of these members is there. */
export function exactlyOneOf(...names: readonly string[]): Rule {
  return (value) => {
    const given = names.filter((name) => isFields(value) && value[name] !== undefined);
    if (given.length === 1) return undefined;
    return mistake(given.length === 0 ? 'missing' : 'value', `must have exactly one of ${names.join(' and ')}`);
  };
}

/** No two elements of a list agree in what `key` picks. */
export function unique(what: string, key: (element: unknown) => unknown): Rule {
  return (value) => {
    const seen = new Set<unknown>();
    for (const [i, element] of (value as unknown[]).entries()) {
      const picked = key(element);
      if (seen.has(picked)) return mistake('value', `must be unique (${what})`, `[${i}]`);
      seen.add(picked);
    }
    return undefined;
  };
}

/** Chooses the rule by a member that says the kind; an unknown kind is a mistake at that member. */
export function byKind(member: string, rules: Readonly<Record<string, Rule>>, { anyCase = false } = {}): Rule {
  const known = Object.keys(rules).join(', ');
  return (value) => {
    if (!isFields(value)) return mistake('form', 'must be an object');
    const given = value[member];
    if (given === undefined || given === null) return mistake('missing', 'is mandatory', member);
    const kind = anyCase && typeof given === 'string' ? given.toLowerCase() : given;
    if (typeof kind !== 'string' || !Object.hasOwn(rules, kind))
      return mistake('value', `must be one of ${known}`, member);
    return rules[kind]?.(value);
  };
}

/** The same rule, with another code for some kinds of mistakes below it. */
export function withCodes(codes: Partial<Record<MistakeKind, number>>, rule: Rule): Rule {
  return (value) => {
    const found = rule(value);
    return found && found.code === undefined && codes[found.kind] !== undefined
      ? { ...found, code: codes[found.kind] }
      : found;
  };
}

/** Puts the place of a container before a mistake in it. */
export function below(place: string, found: Mistake): Mistake {
  const separator = found.at === '' || found.at.startsWith('[') ? '' : '.';
  return { ...found, at: `${place}${separator}${found.at}` };
}

const countRule = (min: number, max: number, given: number): string =>
  max === Number.POSITIVE_INFINITY
    ? `must have at least ${min} elements, has ${given}`
    : `must have ${min} to ${max} elements, has ${given}`;
