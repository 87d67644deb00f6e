import { PRODUCT_SECTIONS } from '../interactive/products.js';
import { LOCATION } from '../location.js';
import { mediaObject } from '../media.js';
import {
  anything,
  byKind,
  list,
  type Member,
  mistake,
  object,
  optional,
  type Rule,
  required,
  text,
  url,
  word,
} from '../rules.js';

/** What Meta does not print into a message: new lines, tabs, five spaces in a row (132018, cloud-api.md §1.3). */
const UNPRINTABLE = /[\n\r\t]| {5}/;

/** A text that is put into a template: not empty (131008), printable (132018), not too long once printed (132005). */
export function printable(max = Number.POSITIVE_INFINITY): Rule {
  const plain = text({ max });
  return (value) => {
    if (typeof value === 'string' && UNPRINTABLE.test(value)) {
      const rule = 'must not have new-line or tab characters or more than 4 consecutive spaces';
      return { ...mistake('value', rule), code: 132018 };
    }
    const found = plain(value);
    return found?.kind === 'length' ? { ...found, code: 132005 } : found;
  };
}

const NAME = optional(text());
const parameter = (type: string, members: Readonly<Record<string, Member>>): Rule =>
  object({ type: required(word(type)), parameter_name: NAME, ...members });

const textParameter = (max?: number): Rule => parameter('text', { text: required(printable(max)) });

const FILES = {
  image: parameter('image', { image: required(mediaObject()) }),
  video: parameter('video', { video: required(mediaObject()) }),
  document: parameter('document', { document: required(mediaObject({ filename: optional(text()) })) }),
  gif: parameter('gif', { gif: required(mediaObject()) }),
} as const;

/** Meta prints the fallback and nothing else any more; the older members may come along. */
const CURRENCY = parameter('currency', {
  currency: required(
    object({
      fallback_value: required(printable()),
      code: required(text({ pattern: [/^[A-Z]{3}$/, 'must be a currency code of ISO 4217'] })),
      amount_1000: required(anything),
    }),
  ),
});

const DATE_TIME = parameter('date_time', {
  date_time: required((value) => {
    const fallback = (value as { fallback_value?: unknown } | null)?.fallback_value;
    const found = fallback === undefined ? mistake('missing', 'is mandatory') : printable()(fallback);
    return found && { ...found, at: 'fallback_value' };
  }),
});

const PRODUCT = parameter('product', {
  product: required(object({ product_retailer_id: required(text()), catalog_id: required(text()) })),
});

/** Parameters of a header: one text of at most 60 characters, a file, a place or a product. */
export const HEADER_PARAMETER = byKind('type', {
  text: textParameter(60),
  ...FILES,
  location: parameter('location', { location: required(LOCATION) }),
  product: PRODUCT,
});

/** Parameters of a body. */
export const BODY_PARAMETER = byKind('type', {
  text: textParameter(1024),
  currency: CURRENCY,
  date_time: DATE_TIME,
});

const ACTION = object({
  flow_token: optional(text()),
  flow_action_data: optional(anything),
  thumbnail_product_retailer_id: optional(text()),
  sections: optional(PRODUCT_SECTIONS),
});

/** Parameters of each kind of button. */
export const BUTTON_PARAMETERS = {
  quick_reply: byKind('type', {
    payload: parameter('payload', { payload: required(text({ max: 128, min: 0 })) }),
    text: textParameter(),
  }),
  url: textParameter(2000),
  copy_code: byKind('type', {
    coupon_code: parameter('coupon_code', { coupon_code: required(text({ max: 20 })) }),
    text: textParameter(),
  }),
  flow: parameter('action', { action: required(ACTION) }),
  catalog: parameter('action', { action: required(ACTION) }),
  mpm: parameter('action', { action: required(ACTION) }),
  spm: parameter('action', { action: required(ACTION) }),
  voice_call: anything,
  order_details: anything,
} as const satisfies Record<string, Rule>;

/** The parameter of a limited-time offer. */
export const OFFER_PARAMETER = parameter('limited_time_offer', {
  limited_time_offer: required(object({ expiration_time_ms: required(anything) })),
});

/** The parameter that overrides what a tap opens. */
export const TAP_TARGET_PARAMETER = parameter('tap_target_configuration', {
  tap_target_configuration: required(list(object({ url: required(url), title: required(text()) }))),
});
