import type { JsonObject, ParameterFormat } from './template.js';
import { fault, firstFault, type TemplateFault } from './template-fault.js';

/** The names between double braces, in order of appearance, without the braces and the blanks around them. */
export const variablesOf = (text: string): string[] =>
  [...text.matchAll(/\{\{([^{}]*)\}\}/g)].map(([, name = '']) => name.trim());

/** What a text of a template must keep to. */
export interface TextRule {
  readonly field: string;
  readonly longest: number;
  /** Variables it may have at most. */
  readonly variables: number;
  /** Subcode for what is wrong with its form. */
  readonly subcode: number;
  readonly format: ParameterFormat;
  /** The rules that Meta applies to bodies alone: no variable at an end, words enough around the variables. */
  readonly isBody: boolean;
}

/** Judges a text of a template by everything Meta checks before a review (cloud-api.md §3.3, §3.4). */
export function textFault(text: unknown, rule: TextRule): TemplateFault | undefined {
  const { field, longest, subcode } = rule;
  if (typeof text !== 'string' || text.trim() === '') return fault(subcode, field, `${field} is required`);
  return firstFault(
    () =>
      [...text].length > longest
        ? fault(2388040, field, `${field} can have at most ${longest} characters, this has ${[...text].length}`)
        : undefined,
    () => braceFault(text, rule),
    () => variableFault(text, rule),
    () =>
      /\n{5,}/.test(text) ? fault(subcode, field, `${field} can't have more than four newlines in a row`) : undefined,
    () => (rule.isBody ? placementFault(text, field, subcode) : undefined),
  );
}

function braceFault(text: string, { field, subcode }: TextRule): TemplateFault | undefined {
  const rest = text.replace(/\{\{[^{}]*\}\}/g, '');
  return rest.includes('{{') || rest.includes('}}')
    ? fault(subcode, field, `${field} has mismatched curly braces`)
    : undefined;
}

function variableFault(text: string, rule: TextRule): TemplateFault | undefined {
  const { field, subcode, format } = rule;
  const names = [...new Set(variablesOf(text))];
  if (names.length > rule.variables) {
    return fault(subcode, field, `${field} can have at most ${rule.variables} variables, this has ${names.length}`);
  }
  const form = format === 'NAMED' ? /^[a-z][a-z0-9_]*$/ : /^[1-9]\d*$/;
  const odd = names.find((name) => !form.test(name));
  if (odd !== undefined) {
    const wanted = format === 'NAMED' ? 'lowercase letters, digits and underscores' : 'a number in double braces';
    return fault(subcode, field, `${field}: the variable {{${odd}}} must be ${wanted}`);
  }
  if (format === 'NAMED') return undefined;
  // Numbers must run from 1 without a gap, in any order of appearance.
  const missing = names.findIndex((_, i) => !names.includes(String(i + 1)));
  return missing < 0
    ? undefined
    : fault(subcode, field, `${field}: variables must be sequential, {{${missing + 1}}} is missing`);
}

/** Words that stand outside variables; figures and marks count as words when they stand alone. */
const fixedWords = (text: string): number =>
  text
    .replace(/\{\{[^{}]*\}\}/g, ' ')
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

/** Characters that leave a variable at an end "at the end" for Meta: marks and blanks, not letters or digits. */
const EDGE = '[^\\p{L}\\p{N}{}]*';
const LEADING = new RegExp(`^${EDGE}\\{\\{`, 'u');
const TRAILING = new RegExp(`\\}\\}${EDGE}$`, 'u');

function placementFault(text: string, field: string, subcode: number): TemplateFault | undefined {
  const count = variablesOf(text).length;
  if (count === 0) return undefined;
  if (LEADING.test(text) || TRAILING.test(text)) {
    return fault(2388299, field, `${field} can't start or end with a variable; punctuation around it does not count`);
  }
  if (/\}\}\s*\{\{/.test(text)) return fault(subcode, field, `${field} can't have two variables next to each other`);
  // 3n + 1 is what the community measured; Meta publishes no figure.
  const needed = 3 * count + 1;
  const has = fixedWords(text);
  if (has >= needed) return undefined;
  return fault(
    2388293,
    field,
    `${field} has too many variables for its length: ${count} variables need ${needed} words`,
  );
}

/** Judges the examples that a text with variables must come with. `key` is body_text or header_text. */
export function exampleFault(
  component: JsonObject,
  text: string,
  key: 'body_text' | 'header_text',
  format: ParameterFormat,
): TemplateFault | undefined {
  const names = [...new Set(variablesOf(text))];
  if (names.length === 0) return undefined;
  const example = (component.example ?? {}) as JsonObject;
  const field = key === 'body_text' ? 'components[BODY].example' : 'components[HEADER].example';
  const missing = fault(2388043, field, `${field} must have a sample for each of the ${names.length} variables`);
  if (format === 'NAMED') {
    const given = example[`${key}_named_params`];
    const known = Array.isArray(given)
      ? given.filter((item) => item?.example !== undefined && item.example !== '')
      : [];
    return names.every((name) => known.some((item) => item.param_name === name)) ? undefined : missing;
  }
  return samplesIn(example[key]).length >= names.length ? undefined : missing;
}

/** Samples in all the forms Meta's own pages show: `"a"`, `["a","b"]` and `[["a","b"]]`. */
function samplesIn(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (!Array.isArray(value)) return [];
  const first: unknown = value[0];
  return Array.isArray(first)
    ? samplesIn(first)
    : value.filter((item): item is string => typeof item === 'string' && item !== '');
}
