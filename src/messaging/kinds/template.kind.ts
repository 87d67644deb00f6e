import {
  bodyParameters,
  buttonComponent,
  headerParameters,
  offerParameters,
  orderStatusParameters,
  tapTargetParameters,
} from '../../core/content/template-parameters.js';
import { distinct, list } from '../../core/shape/list-shape.js';
import { object, variant } from '../../core/shape/object-shape.js';
import { described, optional, type Shape } from '../../core/shape/shape.js';
import { oneOf, text } from '../../core/shape/text-shape.js';
import { integer } from '../../core/shape/value-shapes.js';
import { defineKind } from './define-kind.js';

/** Components of one message, and cards of a carousel. A template with everything has 15 components. */
const MOST = { components: 20, cards: 10 };

const language = object({
  code: described(
    text({
      max: 12,
      pattern: /^[a-z]{2,3}(_[A-Za-z0-9]{2,4}){0,2}$/,
      rule: 'must be a language code such as en_US',
      example: 'en_US',
    }),
    'Exactly the code under which the template was approved: `en` is not `en_US` (Meta, error 132001).',
  ),
  policy: optional(oneOf(['deterministic'])),
});

const named = (type: string) => oneOf([type], { anyCase: true });
const withParameters = (type: string, parameters: Shape) => object({ type: named(type), parameters });

const onCards = {
  header: withParameters('header', optional(headerParameters)),
  body: withParameters('body', optional(bodyParameters)),
  button: buttonComponent,
};

const card = object({
  card_index: integer({ min: 0, max: MOST.cards - 1, orText: true }),
  components: list(variant('type', onCards, { anyCase: true }), { min: 0, max: MOST.components }),
});

const component = variant(
  'type',
  {
    ...onCards,
    limited_time_offer: withParameters('limited_time_offer', offerParameters),
    carousel: object({
      type: named('carousel'),
      cards: list(card, { min: 1, max: MOST.cards, rules: [distinct('card_index')] }),
    }),
    tap_target_configuration: withParameters('tap_target_configuration', tapTargetParameters),
    order_status: withParameters('order_status', orderStatusParameters),
  },
  { anyCase: true },
);

/** An approved template with values for its variables (Cloud API, "Message templates"). */
export const template = defineKind({
  kind: 'template',
  schemaName: 'TemplateContent',
  content: object({
    name: described(
      text({
        max: 512,
        pattern: /^[a-z0-9_]+$/,
        rule: 'must be lower-case letters, digits and underscores',
        example: 'order_shipped',
      }),
      'Name of an approved template.',
    ),
    language,
    components: optional(list(component, { min: 0, max: MOST.components })),
  }),
});
