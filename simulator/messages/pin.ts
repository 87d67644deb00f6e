import { number, object, optional, required, text, word } from './rules.js';

/** `pin`, in groups only (cloud-api.md §1.3). */
export const PIN = object({
  type: required(word('pin', 'unpin')),
  message_id: required(text()),
  expiration_days: optional(number(1, 30, { whole: true })),
});
