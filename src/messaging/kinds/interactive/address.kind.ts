import { actionWith, header, interactive } from '../../../core/content/interactive-parts.js';
import { list } from '../../../core/shape/list-shape.js';
import { anyObject, object } from '../../../core/shape/object-shape.js';
import { optional } from '../../../core/shape/shape.js';
import { text } from '../../../core/shape/text-shape.js';

/** Addresses to choose from. Meta names no limit; this one keeps the message readable. */
const MOST_SAVED = 100;

// What an address has differs by country, and Meta checks it: its keys are not repeated here.
const address = anyObject();

const parameters = object({
  country: text({ pattern: /^[A-Z]{2}$/, rule: 'must be the two capital letters of a country' }),
  values: optional(address),
  saved_addresses: optional(list(object({ id: text({ max: 256 }), value: address }), { min: 0, max: MOST_SAVED })),
  validation_errors: optional(anyObject()),
});

/** A form for an address; in India only (Cloud API, "Address messages"). */
export const addressMessage = interactive('address_message', {
  description: 'A form for an address; in India only.',
  header: optional(header()),
  action: actionWith('address_message', parameters),
});
