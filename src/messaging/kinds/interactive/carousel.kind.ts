import { header, interactive } from '../../../core/content/interactive-parts.js';
import type { FieldError } from '../../../core/gateway-error.js';
import { list } from '../../../core/shape/list-shape.js';
import { isFields, object, variant } from '../../../core/shape/object-shape.js';
import { addFault, optional } from '../../../core/shape/shape.js';
import { oneOf, text } from '../../../core/shape/text-shape.js';
import { integer } from '../../../core/shape/value-shapes.js';
import { ctaUrlAction } from './cta-url.kind.js';
import { productAction } from './product.kind.js';

/** Cards of a carousel, and characters on one of them (Meta, "Interactive media carousel messages"). */
const CARDS = { min: 2, max: 10, longestBody: 160, mostLineBreaks: 2 };

const cardText = text({
  max: CARDS.longestBody,
  test: (body) => body.split('\n').length - 1 <= CARDS.mostLineBreaks,
  rule: `must have at most ${CARDS.mostLineBreaks} line breaks`,
});

const cardIndex = integer({ min: 0, max: CARDS.max - 1 });

const card = variant('type', {
  cta_url: object({
    card_index: cardIndex,
    type: oneOf(['cta_url']),
    header: header('image', 'video'),
    body: optional(object({ text: cardText })),
    action: ctaUrlAction,
  }),
  product: object({ card_index: cardIndex, type: oneOf(['product']), action: productAction }),
});

/** Cards to swipe through, all of one kind (Cloud API, "Interactive carousel messages", 2025). */
export const carousel = interactive('carousel', {
  description: 'Two to ten cards to swipe through.',
  action: object({ cards: list(card, { min: CARDS.min, max: CARDS.max, rules: [numberedInOrder, ofOneKind] }) }),
});

/** Each card says its place, and no place is taken twice. */
function numberedInOrder(cards: readonly unknown[], at: string, faults: FieldError[]): void {
  cards.forEach((each, i) => {
    if (!isFields(each) || typeof each.card_index !== 'number') return;
    if (each.card_index !== i) addFault(faults, `${at}/${i}/card_index`, `must be ${i}, the place of the card`);
  });
}

/** All cards have the same type, and all headers are of the same kind. */
function ofOneKind(cards: readonly unknown[], at: string, faults: FieldError[]): void {
  const typeOf = (value: unknown) => (isFields(value) ? value.type : undefined);
  const headerOf = (value: unknown) => (isFields(value) ? typeOf(value.header) : undefined);
  cards.forEach((each, i) => {
    if (typeOf(each) !== typeOf(cards[0])) addFault(faults, `${at}/${i}/type`, 'must be the same on all cards');
    else if (headerOf(each) !== headerOf(cards[0])) {
      addFault(faults, `${at}/${i}/header/type`, 'must be the same on all cards');
    }
  });
}
