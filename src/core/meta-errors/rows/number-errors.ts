import { type MetaErrorRows, rejected } from '../meta-error-row.js';

/** Codes about the business's own number: its registration, its name, its PIN. */
export const NUMBER_ERRORS: MetaErrorRows = {
  33: rejected('Parameter value is not valid', 'The business number was deleted or is out of sight of this token.', {
    slow: 'number',
    alert: 'business',
  }),
  131030: rejected(
    'Recipient phone number not in allowed list',
    'A test number of Meta may write only to the recipients on its list.',
    { source: 'wild' },
  ),
  131037: rejected('Display name approval needed', 'The number sends nothing until its display name is approved.', {
    slow: 'number',
    alert: 'business',
  }),
  131045: rejected('Incorrect certificate', 'The number is not registered properly; the HTTP 500 means nothing.', {
    slow: 'number',
    alert: 'operator',
  }),
  133000: rejected('Incomplete deregistration', 'An earlier deregistration did not finish, so deregister again.', {
    alert: 'operator',
  }),
  133005: rejected('Two-step PIN mismatch', 'The PIN is wrong, so ask the business for the right one.', {
    alert: 'business',
  }),
  133006: rejected(
    'Phone number re-verification needed',
    'The number must be verified again before it is registered.',
    {
      slow: 'number',
      alert: 'business',
    },
  ),
  133008: rejected(
    'Too many two-step PIN guesses',
    'The PIN was wrong too often, so wait as long as the details say.',
    {
      alert: 'business',
    },
  ),
  133009: rejected('Two-step PIN guessed too fast', 'The PIN was tried too fast, so wait as long as the details say.', {
    alert: 'business',
  }),
  133010: rejected('Phone number not registered', 'The number is not registered with the Cloud API, so register it.', {
    slow: 'number',
    alert: 'operator',
  }),
  133015: rejected(
    'Wait before registering',
    'The number was deleted a short while ago, so register it in 5 minutes.',
    {
      alert: 'operator',
    },
  ),
  133016: rejected(
    'Account register deregister rate limit exceeded',
    'The number was registered 10 times within 72 hours and is locked for another 72.',
    { alert: 'operator' },
  ),
  136024: rejected('Request code error', 'The verification code could not be sent, so ask for it again later.', {
    alert: 'business',
    source: 'wild',
  }),
  136025: rejected('Verify code error', 'The verification code is wrong or has expired, so ask for a new one.', {
    alert: 'business',
    source: 'wild',
  }),
  138024: rejected('SIP is not enabled', 'Calls by SIP are not enabled for this number.', { source: 'wild' }),
};
