import type { Problem } from '../problem.js';
import { buttonProblem } from './button-agreement.js';
import { hydrated, type StoredTemplate, storedComponent, variablesOf } from './stored-template.js';

type Fields = Readonly<Record<string, unknown>>;

/** Codes for templates that exist and cannot be sent; every other status reads as no template at all (132001). */
const STATUS_CODES: Readonly<Record<string, number>> = { PAUSED: 132015, DISABLED: 132016 };

const LONGEST = { header: 60, body: 1024 } as const;
/** One-time passwords (cloud-api.md §1.3). */
const LONGEST_CODE = 15;

/** What a message says about a template, already known to be well-formed. */
export interface TemplateContent {
  readonly name: string;
  readonly language: { readonly code: string };
  readonly components?: readonly Fields[];
}

/** Judges a template message by the template it names: its state, then each component (cloud-api.md §1.3). */
export function templateProblem(template: StoredTemplate | undefined, content: TemplateContent): Problem | undefined {
  const { name, language } = content;
  if (!template) return { code: 132001, details: `template name (${name}) does not exist in ${language.code}` };
  if (template.status !== 'APPROVED') {
    const code = STATUS_CODES[template.status] ?? 132001;
    return { code, details: `template name (${name}) in ${language.code} cannot be sent: it is ${template.status}` };
  }
  return componentsProblem(template.components, content.components ?? [], template);
}

/** Judges the components of a message, or of one card of it, by those of the template. */
function componentsProblem(
  stored: readonly Fields[],
  given: readonly Fields[],
  template: StoredTemplate,
): Problem | undefined {
  return (
    headerProblem(storedComponent(stored, 'HEADER'), givenComponent(given, 'header'), template) ??
    bodyProblem(storedComponent(stored, 'BODY'), givenComponent(given, 'body'), template) ??
    offerProblem(storedComponent(stored, 'LIMITED_TIME_OFFER'), givenComponent(given, 'limited_time_offer')) ??
    buttonProblem(stored, given) ??
    cardsProblem(storedComponent(stored, 'CAROUSEL'), givenComponent(given, 'carousel'), template)
  );
}

function headerProblem(
  stored: Fields | undefined,
  given: Fields | undefined,
  template: StoredTemplate,
): Problem | undefined {
  const format = stored?.format;
  if (format === undefined || format === 'TEXT') return textProblem('header', stored?.text, given, template);
  const received = parametersOf(given)[0]?.type;
  const word = typeof received === 'string' ? received.toUpperCase() : 'UNKNOWN';
  return word === format
    ? undefined
    : { code: 132012, details: `header: Format mismatch, expected ${format}, received ${word}` };
}

function bodyProblem(
  stored: Fields | undefined,
  given: Fields | undefined,
  template: StoredTemplate,
): Problem | undefined {
  const code = template.category === 'AUTHENTICATION' ? parametersOf(given)[0]?.text : undefined;
  if (typeof code === 'string' && code.length > LONGEST_CODE)
    return { code: 132005, details: `body: a one-time password has at most ${LONGEST_CODE} characters` };
  return textProblem('body', stored?.text, given, template);
}

/** Judges the parameters of a text: as many as it has variables, under their names, and not too long once printed. */
function textProblem(
  where: 'header' | 'body',
  text: unknown,
  given: Fields | undefined,
  { parameterFormat }: StoredTemplate,
): Problem | undefined {
  const variables = variablesOf(text);
  const parameters = parametersOf(given);
  if (parameters.length !== variables.length) return countProblem(where, parameters.length, variables.length);
  const values = new Map<string, string>();
  for (const [i, parameter] of parameters.entries()) {
    const name = parameterFormat === 'NAMED' ? parameter.parameter_name : variables[i];
    if (typeof name !== 'string') return { code: 100, details: `${where}: Parameter name is missing or empty` };
    if (!variables.includes(name) || values.has(name))
      return { code: 100, details: `${where}: Parameter name ${name} is not one of {${variables.join(', ')}}` };
    values.set(name, printed(parameter));
  }
  const length = typeof text === 'string' ? hydrated(text, values).length : 0;
  return length > LONGEST[where]
    ? {
        code: 132005,
        details: `${where}: the text with its parameters has ${length} characters, ${LONGEST[where]} is the most`,
      }
    : undefined;
}

function offerProblem(stored: Fields | undefined, given: Fields | undefined): Problem | undefined {
  if (!stored) return given ? { code: 132012, details: 'limited_time_offer: the template has none' } : undefined;
  const expires = (stored.limited_time_offer as Fields | undefined)?.has_expiration === true;
  return expires && parametersOf(given).length === 0
    ? { code: 131008, details: 'limited_time_offer: the parameter expiration_time_ms is required' }
    : undefined;
}

function cardsProblem(
  stored: Fields | undefined,
  given: Fields | undefined,
  template: StoredTemplate,
): Problem | undefined {
  const cards = (stored?.cards ?? []) as readonly Fields[];
  const sent = (given?.cards ?? []) as readonly Fields[];
  if (cards.length !== sent.length) return countProblem('carousel', sent.length, cards.length, 'cards');
  for (const [i, card] of cards.entries()) {
    const found = componentsProblem(
      (card.components ?? []) as readonly Fields[],
      (sent[i]?.components ?? []) as readonly Fields[],
      template,
    );
    if (found) return { ...found, details: `carousel: card ${i}: ${found.details}` };
  }
  return undefined;
}

/** Meta's own words (cloud-api.md §5, 132000). */
const countProblem = (where: string, given: number, expected: number, what = 'params'): Problem => ({
  code: 132000,
  details: `${where}: number of localizable_params (${given}) does not match the expected number of ${what} (${expected})`,
});

const givenComponent = (given: readonly Fields[], type: string): Fields | undefined =>
  given.find((component) => String(component.type).toLowerCase() === type);

const parametersOf = (component: Fields | undefined): readonly Fields[] =>
  (component?.parameters ?? []) as readonly Fields[];

/** What a parameter puts into the text. */
function printed({ type, text, currency, date_time }: Fields): string {
  const rich = type === 'currency' ? currency : date_time;
  return typeof text === 'string' ? text : String((rich as Fields | undefined)?.fallback_value ?? '');
}
