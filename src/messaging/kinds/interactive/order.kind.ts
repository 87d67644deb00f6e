import { actionWith, header, interactive } from '../../../core/content/interactive-parts.js';
import type { FieldError } from '../../../core/gateway-error.js';
import { anyObject, type Fields } from '../../../core/shape/object-shape.js';
import { addFault, optional } from '../../../core/shape/shape.js';

// What an order holds differs by country and by payment provider (IN, BR, SG), and Meta checks it: here only what names
// the order, because a status without its order reaches nobody.
const parameters = anyObject([hasReference]);

/** A bill that can be paid in the chat (Cloud API, "Payments"). */
export const orderDetails = interactive('order_details', {
  description: 'A bill that can be paid in the chat.',
  header: optional(header()),
  action: actionWith('review_and_pay', parameters),
});

/** What became of an order (Cloud API, "Payments"). */
export const orderStatus = interactive('order_status', {
  description: 'What became of an order.',
  header: optional(header()),
  action: actionWith('review_order', parameters),
});

function hasReference(value: Fields, at: string, faults: FieldError[]): void {
  const id = value.reference_id;
  if (typeof id !== 'string' || id === '') addFault(faults, `${at}/reference_id`, 'must be given, as a text');
}
