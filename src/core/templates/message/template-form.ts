import { isFields } from '../../shape/object-shape.js';

/** The variables of one text: by number, or by name. */
export interface Variables {
  readonly isNamed: boolean;
  /** Each once, in the order of their first appearance. */
  readonly names: readonly string[];
}

/** A header, by what a message has to give for it. `text` with no variable wants nothing. */
export interface HeaderForm {
  /** text, image, video, gif, document, location, product; another word is one that we do not know. */
  readonly format: string;
  readonly variables: Variables;
}

/** A button of a template. */
export interface ButtonForm {
  /** Meta's word, such as URL. */
  readonly type: string;
  readonly hasVariable: boolean;
}

/** What a message of a template has to fill in. Null stands for a part whose definition we cannot read. */
export interface CardForm {
  /** Null: the template has no header. */
  readonly header: HeaderForm | null;
  readonly body: Variables | null;
  readonly buttons: readonly ButtonForm[];
}

/** As `CardForm`, for the whole template. */
export interface TemplateForm extends CardForm {
  /** Null: the template is no carousel. */
  readonly cards: readonly CardForm[] | null;
  /** A limited-time offer whose end each message names. */
  readonly hasExpiration: boolean;
}

/** A variable in a text: `{{1}}`, `{{first_name}}`. */
export const VARIABLE = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;

/**
 * Reads the components of a template as the Graph API lists them into what a message must fill in: once per template,
 * so that a check per message reads no text. Null when there is no list of components. Never throws.
 */
export function readTemplateForm(components: unknown, parameterFormat: string | null): TemplateForm | null {
  if (!Array.isArray(components)) return null;
  const card = readCard(components, parameterFormat);
  const cards = find(components, 'CAROUSEL')?.cards;
  const offer = find(components, 'LIMITED_TIME_OFFER')?.limited_time_offer;
  return {
    ...card,
    cards: Array.isArray(cards) ? cards.map((each) => readCard(componentsOf(each), parameterFormat)) : null,
    hasExpiration: isFields(offer) && offer.has_expiration === true,
  };
}

function readCard(components: readonly unknown[], format: string | null): CardForm {
  const header = find(components, 'HEADER');
  const body = find(components, 'BODY');
  const buttons = find(components, 'BUTTONS')?.buttons;
  return {
    header: header === undefined ? null : readHeader(header, format),
    // The text of an authentication template is Meta's own, and not every answer shows it.
    body: body !== undefined && typeof body.text !== 'string' ? null : variablesOf(body?.text, format),
    buttons: Array.isArray(buttons) ? buttons.map(readButton) : [],
  };
}

function readHeader(header: Component, format: string | null): HeaderForm {
  return { format: word(header.format).toLowerCase(), variables: variablesOf(header.text, format) };
}

function readButton(button: unknown): ButtonForm {
  if (!isFields(button)) return { type: '', hasVariable: false };
  const hasVariable = typeof button.url === 'string' && variablesOf(button.url, null).names.length > 0;
  return { type: word(button.type), hasVariable };
}

/** The variables of a text; none when it is no text. `format` is Meta's POSITIONAL or NAMED, null when it is not known. */
export function variablesOf(text: unknown, format: string | null): Variables {
  const found = typeof text === 'string' ? [...text.matchAll(VARIABLE)].map(([, name]) => name as string) : [];
  const names = [...new Set(found)];
  return { isNamed: format === 'NAMED' || (format === null && names.some((name) => !/^\d+$/.test(name))), names };
}

type Component = Readonly<Record<string, unknown>>;

function find(components: readonly unknown[], type: string): Component | undefined {
  return components.filter(isFields).find((each) => word(each.type) === type);
}

function componentsOf(card: unknown): readonly unknown[] {
  return isFields(card) && Array.isArray(card.components) ? card.components : [];
}

function word(value: unknown): string {
  return typeof value === 'string' ? value.toUpperCase() : '';
}
