import { type Fields, isFields } from '../shape/object-shape.js';

/** Parts of one list that are looked at. Meta takes far fewer; some rules compare each with each. */
const MOST_PARTS = 100;

/** Characters of a text that are looked at: four times what fits, so that no pattern runs for long. */
const MOST_TEXT = 4096;

/** A part of a template as it was given, with the JSON pointer to it. */
export interface Part {
  readonly at: string;
  /** Its type in capitals, as Meta takes both cases; empty when it has none. */
  readonly type: string;
  readonly value: Fields;
}

/** A template as Meta's create call takes it, read without trust in its form. */
export interface Draft {
  readonly value: Fields;
  /** In capitals. */
  readonly category: string;
  /** The components, those of cards not among them. */
  readonly components: readonly Part[];
  /** The cards of its carousel, each with its components. */
  readonly cards: readonly { readonly at: string; readonly components: readonly Part[] }[];
}

/** Reads a template of any form: what is missing or wrong comes out empty, and the rules say so. */
export function readDraft(value: Fields): Draft {
  const components = partsIn(value.components, '/components');
  const carousel = components.find((part) => part.type === 'CAROUSEL');
  const cards = carousel === undefined ? [] : listOf(carousel.value.cards);
  return {
    value,
    category: capitals(value.category),
    components,
    cards: cards.map((card, i) => {
      const at = `${carousel?.at}/cards/${i}`;
      return { at, components: isFields(card) ? partsIn(card.components, `${at}/components`) : [] };
    }),
  };
}

/** All components of a type, those of cards too. */
export function partsOf(draft: Draft, type: string): Part[] {
  const all = [...draft.components, ...draft.cards.flatMap((card) => card.components)];
  return all.filter((part) => part.type === type);
}

/** The buttons of a list of components. */
export function buttonsOf(components: readonly Part[]): Part[] {
  return components
    .filter((part) => part.type === 'BUTTONS')
    .flatMap((part) => partsIn(part.value.buttons, `${part.at}/buttons`));
}

/** Every button of a template, those on cards too. */
export function allButtons(draft: Draft): Part[] {
  return [draft.components, ...draft.cards.map((card) => card.components)].flatMap(buttonsOf);
}

/** Texts that people read, with their places: header, body, footer. */
export function textsOf(draft: Draft): { readonly at: string; readonly text: string }[] {
  return ['HEADER', 'BODY', 'FOOTER']
    .flatMap((type) => partsOf(draft, type))
    .map((part) => ({ at: `${part.at}/text`, text: textOf(part.value.text) }));
}

/** A text, or nothing. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MOST_TEXT) : '';
}

/** A word in capitals, or nothing. */
export function capitals(value: unknown): string {
  return textOf(value).toUpperCase();
}

/** A list, or an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Characters as people count them. */
export function lengthOf(text: string): number {
  return [...text].length;
}

/** The names in a text's variables, in their order, `{{1}}` and `{{first_name}}` alike. */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].map((match) => match[1] as string);
}

function partsIn(value: unknown, at: string): Part[] {
  return listOf(value)
    .slice(0, MOST_PARTS)
    .map((each, i) => ({
      at: `${at}/${i}`,
      type: isFields(each) ? capitals(each.type) : '',
      value: isFields(each) ? each : {},
    }));
}
