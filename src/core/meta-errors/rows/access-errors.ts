import { type MetaErrorRow, type MetaErrorRows, rejected, retry } from '../meta-error-row.js';

const MINUTE_MS = 60_000;

/** Codes 200 to 299, which Meta documents as one. */
export const API_PERMISSION: MetaErrorRow = rejected(
  'API Permission',
  'The token lacks a permission, or none was given, so check its scopes and the assets assigned to its user.',
  { alert: 'operator' },
);

/** Codes about tokens, permissions and set-up of the app. */
export const ACCESS_ERRORS: MetaErrorRows = {
  // Not accepted for certain, and no fault of the message: it stays queued while somebody mends the token.
  0: retry(
    'AuthException',
    'The token was not accepted, so give the account a new system-user token; its messages wait meanwhile.',
    MINUTE_MS,
    { slow: 'waba', alert: 'operator' },
  ),
  190: retry(
    'Access token has expired',
    'The token has expired or cannot be read, so give the account a new one; its messages wait meanwhile.',
    MINUTE_MS,
    { slow: 'waba', alert: 'operator' },
  ),
  3: rejected('API Method', 'The app or token lacks a capability, so check its scopes; the HTTP 500 means nothing.', {
    alert: 'operator',
  }),
  10: rejected(
    'Permission Denied',
    'A permission was not granted or has been taken away, so check those of the token.',
    {
      alert: 'operator',
    },
  ),
  104: rejected('An access token is required', 'The request carried no token, which is a fault of this gateway.', {
    alert: 'operator',
    source: 'spec',
  }),
  803: rejected(
    'Object not found',
    'An id in the request names nothing this token can see, so check the ids on record.',
    {
      alert: 'operator',
      source: 'spec',
    },
  ),
  131005: rejected(
    'Access denied',
    'The token may not use this number, so check that the account is assigned to its system user and read its health.',
    { alert: 'operator' },
  ),
  134011: rejected(
    'Payments terms not accepted',
    'The business must accept the payments terms before it can do this.',
    {
      alert: 'business',
    },
  ),
  138006: rejected('Call permission missing', 'The person has not allowed the business to call.', { source: 'wild' }),
  1752041: rejected('Duplicate request', 'The same onboarding request has been made before.'),
  2593107: rejected('Synchronization limit exceeded', 'The data of the Business app was asked for too often.'),
  2593108: rejected(
    'Synchronization window has passed',
    'The data of the Business app can be synchronized only within 24 hours of onboarding.',
  ),
};
