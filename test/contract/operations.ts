import { LUCKY, SECRETS } from '../support/accounts.js';
import { aTextMessage } from '../support/factories.js';

/** How the suites call one operation of the REST interface. A new operation needs a row here, or the suites fail. */
export interface OperationCase {
  /** Who may call it: holders of an API key with the scope, anybody, or Meta (by signature). */
  readonly access: 'key' | 'public' | 'meta';
  /** A key that has another scope only. */
  readonly otherScope?: string;
  readonly body?: () => object;
  /** Values of the path's parameters that belong to another tenant. */
  readonly hasIds?: boolean;
  /** Status of a good call with the case's body. */
  readonly good: number;
}

const { messagesRead, accountsRead } = LUCKY.keys;

export const OPERATIONS: Readonly<Record<string, OperationCase>> = {
  isLive: { access: 'public', good: 200 },
  isReady: { access: 'public', good: 200 },
  getMetrics: { access: 'public', good: 200 },
  listPhoneNumbers: { access: 'key', otherScope: messagesRead, good: 200 },
  sendMessage: { access: 'key', otherScope: messagesRead, body: () => aTextMessage(), good: 202 },
  listMessages: { access: 'key', otherScope: accountsRead, good: 200 },
  getMessage: { access: 'key', otherScope: accountsRead, hasIds: true, good: 200 },
  listMessageEvents: { access: 'key', otherScope: accountsRead, hasIds: true, good: 200 },
  listEvents: { access: 'key', otherScope: messagesRead, good: 200 },
  verifyWebhook: { access: 'meta', good: 403 },
  receiveWebhook: { access: 'meta', body: () => ({ object: 'x', entry: [] }), good: 401 },
  verifyWebhookOfApp: { access: 'meta', good: 403 },
  receiveWebhookOfApp: { access: 'meta', body: () => ({ object: 'x', entry: [] }), good: 401 },
};

/** Credentials that nobody has, by what is wrong with them. */
export const BAD_CREDENTIALS: Readonly<Record<string, string | undefined>> = {
  'no credential': undefined,
  'an unknown key': 'Bearer test-key-that-nobody-was-ever-given-000000',
  'an empty key': 'Bearer ',
  'a key without its scheme': LUCKY.keys.all,
  'another scheme': `Basic ${Buffer.from(`x:${LUCKY.keys.all}`).toString('base64')}`,
  'a key in another case': `Bearer ${LUCKY.keys.all.toUpperCase()}`,
  'a longer key': `Bearer ${LUCKY.keys.all}0`,
  'a shorter key': `Bearer ${LUCKY.keys.all.slice(0, -1)}`,
  'two keys': `Bearer ${LUCKY.keys.all} ${LUCKY.keys.all}`,
  'the pepper': `Bearer ${SECRETS.API_KEY_PEPPER}`,
  'a very long key': `Bearer ${'k'.repeat(5000)}`,
};
