import type { FieldError } from '../gateway-error.js';
import { distinct, list, type Rule } from '../shape/list-shape.js';
import { anyObject, type Fields, isFields, object, variant } from '../shape/object-shape.js';
import { addFault, optional, type Shape } from '../shape/shape.js';
import { oneOf, text, webAddress } from '../shape/text-shape.js';
import { anything, integer } from '../shape/value-shapes.js';
import { filename, LONGEST_LINK, mediaObject } from './media-object.js';
import { place } from './place.js';
import { catalogId, productRetailerId, productSections } from './products.js';

/** Longest values (Meta, "Templates"): a header's text, and a body that is the only component of its template. */
const LONGEST = { header: 60, body: 32_768, payload: 128, couponCode: 20 };

/** Values of one component. The longest body has room for far fewer variables. */
const MOST_PARAMETERS = 100;

/** Meta answers 132018 to a value with a line break, a tab or more than four blanks in a row. */
const ONE_LINE = /^(?![\s\S]*(?:[\n\r\t]| {5}))/;

/** A value of a text variable: one line. */
function lineOfText(max: number): Shape {
  return text({ max, pattern: ONE_LINE, rule: 'must have no line break, no tab and no more than 4 blanks in a row' });
}

/** The name of a variable, in templates whose variables have names. */
const parameterName = optional(
  text({ max: 256, pattern: /^[a-z0-9_]+$/, rule: 'must be lower-case letters, digits and underscores' }),
);

const parameter = (type: string, fields: Readonly<Record<string, Shape>>) =>
  object({ type: oneOf([type]), parameter_name: parameterName, ...fields });

const currency = object({
  // Only this is shown by now.
  fallback_value: lineOfText(256),
  code: text({ pattern: /^[A-Z]{3}$/, rule: 'must be the three capital letters of a currency' }),
  amount_1000: integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, orText: true }),
});

const wordParameters = (max: number) => ({
  text: parameter('text', { text: lineOfText(max) }),
  currency: parameter('currency', { currency }),
  date_time: parameter('date_time', { date_time: anyObject([hasFallback]) }),
});

const mediaParameters = {
  image: parameter('image', { image: mediaObject() }),
  video: parameter('video', { video: mediaObject() }),
  gif: parameter('gif', { gif: mediaObject() }),
  document: parameter('document', { document: mediaObject({ filename }) }),
};

/** Values of a header: one, of the kind that the template's header has. */
export const headerParameters = list(
  variant('type', {
    ...wordParameters(LONGEST.header),
    ...mediaParameters,
    location: parameter('location', { location: place }),
    product: parameter('product', {
      product: object({ product_retailer_id: productRetailerId, catalog_id: catalogId }),
    }),
  }),
  { min: 0, max: 1 },
);

/** Values of a body, in the order of its variables or by their names. */
export const bodyParameters = list(variant('type', wordParameters(LONGEST.body)), {
  min: 0,
  max: MOST_PARAMETERS,
  rules: [distinct('parameter_name'), namedAllOrNone],
});

const action = object({
  flow_token: optional(text({ max: 1024 })),
  flow_action_data: optional(anyObject()),
  thumbnail_product_retailer_id: optional(productRetailerId),
  sections: optional(productSections),
  order_details: optional(anyObject()),
});

const BUTTON_PARAMETERS = {
  quick_reply: parameter('payload', { payload: text({ max: LONGEST.payload }) }),
  url: parameter('text', { text: lineOfText(LONGEST_LINK) }),
  copy_code: parameter('coupon_code', { coupon_code: text({ max: LONGEST.couponCode }) }),
  flow: parameter('action', { action }),
  catalog: parameter('action', { action }),
  mpm: parameter('action', { action }),
  spm: parameter('action', { action }),
  order_details: parameter('action', { action }),
  voice_call: variant('type', {
    ttl_minutes: parameter('ttl_minutes', { ttl_minutes: integer({ min: 1, max: 43_200, orText: true }) }),
    payload: parameter('payload', { payload: text({ max: 512 }) }),
  }),
  otp: parameter('text', { text: lineOfText(LONGEST_LINK) }),
};

/** The component that gives values to one button: by its place, and with what its kind needs. */
export const buttonComponent: Shape = variant(
  'sub_type',
  Object.fromEntries(
    Object.entries(BUTTON_PARAMETERS).map(([name, shape]) => [
      name,
      object({
        type: oneOf(['button'], { anyCase: true }),
        sub_type: oneOf([name], { anyCase: true }),
        index: integer({ min: 0, max: 9, orText: true }),
        parameters: optional(list(shape, { min: 0, max: name === 'voice_call' ? 2 : 1 })),
      }),
    ]),
  ),
  { anyCase: true },
);

/** The end of a limited-time offer. */
export const offerParameters = list(
  parameter('limited_time_offer', {
    limited_time_offer: object({
      expiration_time_ms: integer({ min: 1, max: Number.MAX_SAFE_INTEGER, orText: true }),
    }),
  }),
  { min: 1, max: 1 },
);

/** What opens when the header's picture is tapped. */
export const tapTargetParameters = list(
  parameter('tap_target_configuration', {
    tap_target_configuration: list(object({ url: webAddress(LONGEST_LINK), title: text({ max: 256 }) }), {
      min: 1,
      max: 1,
    }),
  }),
  { min: 1, max: 1 },
);

/** What became of an order; Meta checks the inside, which differs by country. */
export const orderStatusParameters = list(parameter('order_status', { order_status: anything() }), { min: 1, max: 1 });

function hasFallback(value: Fields, at: string, faults: FieldError[]): void {
  if (typeof value.fallback_value === 'string' && value.fallback_value !== '') return;
  addFault(faults, `${at}/fallback_value`, 'must be given, as a text');
}

/** A template has named variables or numbered ones, never both. */
function namedAllOrNone(...[parameters, at, faults]: Parameters<Rule<readonly unknown[]>>): void {
  const isNamed = (value: unknown) => isFields(value) && value.parameter_name !== undefined;
  if (!parameters.some(isNamed)) return;
  parameters.forEach((each, i) => {
    if (!isNamed(each)) addFault(faults, `${at}/${i}/parameter_name`, 'must be given for all parameters or for none');
  });
}
