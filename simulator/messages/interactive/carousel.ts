import {
  all,
  byKind,
  isFields,
  list,
  mistake,
  number,
  object,
  optional,
  type Rule,
  required,
  text,
  word,
} from '../rules.js';
import { ctaUrlAction, header, interactive } from './parts.js';

const MOST_LINE_BREAKS = 2;

const cardText: Rule = (value) =>
  typeof value === 'string' && value.split('\n').length - 1 > MOST_LINE_BREAKS
    ? mistake('value', `must have at most ${MOST_LINE_BREAKS} line breaks`)
    : undefined;

const CARD_BODY = optional(object({ text: required(all(text({ max: 160 }), cardText)) }));
const INDEX = required(number(0, 9, { whole: true }));
const PRODUCT_ACTION = object({ product_retailer_id: required(text()), catalog_id: required(text()) });

const QUICK_REPLIES = object({
  buttons: required(
    list(
      object({
        type: required(word('quick_reply')),
        quick_reply: required(object({ id: required(text({ max: 256 })), title: required(text({ max: 20 })) })),
      }),
      { max: 3 },
    ),
  ),
});

/** A card with a picture or film and the button or buttons below it. */
const mediaCard = (kind: string, action: Rule): Rule =>
  object({
    card_index: INDEX,
    type: required(word(kind)),
    header: required(header('image', 'video')),
    body: CARD_BODY,
    action: required(action),
  });

const CARD = byKind('type', {
  cta_url: mediaCard('cta_url', ctaUrlAction),
  button: mediaCard('button', QUICK_REPLIES),
  product: object({ card_index: INDEX, type: required(word('product')), action: required(PRODUCT_ACTION) }),
});

const faceOf = (card: unknown): string =>
  isFields(card) ? `${card.type}/${isFields(card.header) ? card.header.type : ''}` : '';

const allAlike: Rule = (value) => {
  const cards = value as unknown[];
  const odd = cards.findIndex((card) => faceOf(card) !== faceOf(cards[0]));
  return odd < 0
    ? undefined
    : mistake('value', 'must have the type and the kind of header of the first card', `[${odd}]`);
};

/** Two to ten cards of one kind. */
export const CAROUSEL = interactive(
  'carousel',
  1024,
  object({ cards: required(all(list(CARD, { min: 2, max: 10 }), allAlike)) }),
);
