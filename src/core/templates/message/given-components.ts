import { type Fields, isFields } from '../../shape/object-shape.js';

/** A component that a message brings, with its place in the request. */
export interface GivenComponent {
  /** In lower case: header, body, button, carousel, limited_time_offer, … */
  readonly type: string;
  readonly subType: string;
  /** Of a button; 0 when it has none. */
  readonly index: number;
  readonly parameters: readonly unknown[];
  readonly cards: readonly GivenCard[];
  /** JSON pointer to it. */
  readonly at: string;
}

/** A card of a carousel that a message brings. */
export interface GivenCard {
  readonly index: number;
  readonly components: readonly GivenComponent[];
  readonly at: string;
}

/** Reads the components of a message. Never throws: the shape of the kind has been checked before. */
export function givenComponents(components: unknown, at: string): GivenComponent[] {
  return items(components).map(([component, i]) => ({
    type: word(component.type),
    subType: word(component.sub_type),
    index: numberOf(component.index ?? 0),
    parameters: Array.isArray(component.parameters) ? component.parameters : [],
    cards: items(component.cards).map(([card, n]) => ({
      index: numberOf(card.card_index),
      components: givenComponents(card.components, `${at}/${i}/cards/${n}/components`),
      at: `${at}/${i}/cards/${n}`,
    })),
    at: `${at}/${i}`,
  }));
}

function items(list: unknown): [Fields, number][] {
  return Array.isArray(list) ? list.flatMap((item, i): [Fields, number][] => (isFields(item) ? [[item, i]] : [])) : [];
}

/** Meta takes an index as a number and as text; NaN is none. */
function numberOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
}

function word(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : '';
}
