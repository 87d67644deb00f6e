import {
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
import {
  BODY_PARAMETER,
  BUTTON_PARAMETERS,
  HEADER_PARAMETER,
  OFFER_PARAMETER,
  TAP_TARGET_PARAMETER,
} from './parameters.js';

/** Names of components and kinds of buttons come in any case (cloud-api.md §1.3). */
const anyCase =
  (wanted: string): Rule =>
  (value) =>
    typeof value === 'string' && value.toLowerCase() === wanted ? undefined : word(wanted)(value);

const component = (type: string, parameter: Rule, most?: number): Rule =>
  object({ type: required(anyCase(type)), parameters: optional(list(parameter, { min: 0, max: most })) });

const button = (subType: string, parameter: Rule): Rule =>
  object({
    type: required(anyCase('button')),
    sub_type: required(anyCase(subType)),
    // A number or a string of digits.
    index: required(number(0, 9, { whole: true })),
    parameters: optional(list(parameter, { min: 0 })),
  });

const BUTTONS = byKind(
  'sub_type',
  Object.fromEntries(Object.entries(BUTTON_PARAMETERS).map(([kind, parameter]) => [kind, button(kind, parameter)])),
  { anyCase: true },
);

const FACES = {
  header: component('header', HEADER_PARAMETER, 1),
  body: component('body', BODY_PARAMETER),
  button: BUTTONS,
} as const satisfies Record<string, Rule>;

const CARD = object({
  card_index: required(number(0, 9, { whole: true })),
  components: required(list(byKind('type', FACES, { anyCase: true }))),
});

const COMPONENTS = {
  ...FACES,
  limited_time_offer: component('limited_time_offer', OFFER_PARAMETER, 1),
  carousel: object({ type: required(anyCase('carousel')), cards: required(list(CARD, { max: 10 })) }),
  tap_target_configuration: component('tap_target_configuration', TAP_TARGET_PARAMETER, 1),
} as const satisfies Record<string, Rule>;

/** Each component once, each button index once. */
const eachOnce: Rule = (value) => {
  const seen = new Set<string>();
  for (const [i, component] of (value as unknown[]).entries()) {
    if (!isFields(component)) continue;
    const type = String(component.type).toLowerCase();
    const key = type === 'button' ? `${type} ${component.index}` : type;
    if (seen.has(key)) return mistake('value', `must not repeat the component ${key}`, `[${i}]`);
    seen.add(key);
  }
  return undefined;
};

const components: Rule = (value) =>
  list(byKind('type', COMPONENTS, { anyCase: true }), { min: 0 })(value) ?? eachOnce(value);

/** `template`: what can be said of it without knowing the template. */
export const TEMPLATE = object({
  name: required(text({ max: 512 })),
  namespace: optional(text()),
  language: required(object({ code: required(text()), policy: optional(word('deterministic')) })),
  components: optional(components),
});
