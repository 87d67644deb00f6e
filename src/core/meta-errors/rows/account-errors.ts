import { type MetaErrorRows, rejected } from '../meta-error-row.js';

/** Codes that stop an account or a number: every further message would be refused too, and may make it worse. */
export const ACCOUNT_ERRORS: MetaErrorRows = {
  368: rejected(
    'Temporarily blocked for policies violations',
    'Meta has restricted the account for breaking a policy, so all its sends stop until it is released.',
    { slow: 'account', alert: 'business' },
  ),
  131031: rejected(
    'Account has been locked',
    'Meta has locked the account, so all its sends stop, even while its health still reads available.',
    { slow: 'account', alert: 'business' },
  ),
  131042: rejected(
    'Business eligibility payment issue',
    'The payment method, credit line, currency or time zone of the account is not in order, so nothing paid goes out.',
    { slow: 'account', alert: 'business' },
  ),
  131048: rejected(
    'Spam rate limit hit',
    'Too many messages of this number were blocked or flagged, so its campaigns stop until somebody decides.',
    { slow: 'number', alert: 'business' },
  ),
  131064: rejected(
    'Template classification messaging limit',
    'Templates of the account were in the wrong category, so they pause until the enforcement ends.',
    { slow: 'account', alert: 'business' },
  ),
  130497: rejected(
    'Business account is restricted from messaging users in this country',
    'The account may not write to people in this country, so leave the country out.',
    { alert: 'business' },
  ),
  131063: rejected(
    'Marketing disabled on Cloud API',
    'The account has switched off marketing on this endpoint, so marketing goes by marketing_messages.',
    { alert: 'business' },
  ),
  134102: rejected(
    'Template unavailable for use',
    'The account is not eligible for the Marketing Messages API; the HTTP 500 means nothing.',
    { alert: 'business' },
  ),
  141006: rejected('Payment method error', 'There is a fault in the payment method of the account.', {
    slow: 'account',
    alert: 'business',
    source: 'wild',
  }),
  141010: rejected(
    'Business not verified',
    'The business is not verified, so messages may be accepted and never delivered.',
    { alert: 'business', source: 'wild' },
  ),
};
