import { type MetaErrorRow, type MetaErrorRows, rejected } from './meta-error-row.js';
import { ACCESS_ERRORS, API_PERMISSION } from './rows/access-errors.js';
import { ACCOUNT_ERRORS } from './rows/account-errors.js';
import { LIMIT_ERRORS } from './rows/limit-errors.js';
import { MESSAGE_ERRORS } from './rows/message-errors.js';
import { NUMBER_ERRORS } from './rows/number-errors.js';
import { TEMPLATE_ERRORS } from './rows/template-errors.js';

/**
 * Every code of Meta's that we know, with what it means for a send. The same codes arrive in answers to sends and,
 * minutes later, in `failed` statuses. Classification is by code alone: the HTTP status of a code varies, and Meta
 * announced that titles will go. Rule: Meta, "Cloud API error codes" (2026-09); `onSend` is ours.
 */
export const META_ERRORS: MetaErrorRows = Object.freeze({
  ...ACCESS_ERRORS,
  ...LIMIT_ERRORS,
  ...ACCOUNT_ERRORS,
  ...NUMBER_ERRORS,
  ...MESSAGE_ERRORS,
  ...TEMPLATE_ERRORS,
});

// Rejected rather than retried: an error body is proof that Meta did not take the message, and nobody knows that
// trying again would help. The operator is told, so that the table learns the code.
const UNLISTED: MetaErrorRow = rejected(
  'Unlisted error code',
  'Meta answered with a code this gateway does not know, so read the details and add it to the error table.',
  { alert: 'operator', source: 'wild' },
);

/** What to do about a code. Total: 200 to 299 are permission errors, codes not in the table are rejected with an alert. */
export function reactionTo(code: number): MetaErrorRow {
  const row = Object.hasOwn(META_ERRORS, code) ? META_ERRORS[code] : undefined;
  if (row !== undefined) return row;
  return Number.isInteger(code) && code >= 200 && code <= 299 ? API_PERMISSION : UNLISTED;
}
