import { LUCKY, SECRETS } from '../support/accounts.js';
import type { ApiClient } from '../support/api-client.js';
import { aRecipient, aTextMessage } from '../support/factories.js';
import { aForm, aPng } from '../support/files.js';

/** How the suites call one operation of the REST interface. A new operation needs a row here, or the suites fail. */
export interface OperationCase {
  /** Who may call it: holders of an API key with the scope, anybody, or Meta (by signature). */
  readonly access: 'key' | 'public' | 'meta';
  /** A key that has another scope only. */
  readonly otherScope?: string;
  readonly body?: () => object;
  readonly headers?: Readonly<Record<string, string>>;
  /** What follows the path, with its question mark. */
  readonly query?: string;
  /** Values of the path's parameters that belong to another tenant. */
  readonly hasIds?: boolean;
  /** An id that is well formed and names nothing; absent: a UUID. */
  readonly missingId?: string;
  /** Makes what the path names, for the holder of a key; absent: a message. */
  readonly make?: (api: ApiClient, key: string) => Promise<string>;
  /** Status of a good call with the case's body. */
  readonly good: number;
  /** Its method of the protos, `MessagingService.Send`; that is also its subject on NATS. */
  readonly rpc?: string;
  /** Why an operation for holders of a key is on REST alone. */
  readonly onlyRest?: string;
}

const form = aForm(aPng());
const aFile = async (api: ApiClient, key: string) =>
  (await api.call<{ id: string }>('POST', '/v1/media', { ...form, key })).body.id;

/** Why the bytes of files are no operation of three wires. */
const BYTES = 'a file is a stream of bytes, which request and reply cannot carry; gRPC has Upload and Download';

/** Methods of the protos that are no operation of REST, with the reason. */
export const ONLY_RPC: Readonly<Record<string, string>> = {
  'MediaService.Upload': 'REST has it as a form in uploadMedia',
  'MediaService.Download': 'REST has it as the body of getMediaContent',
  'MessagingService.StreamSend': 'REST has it as NDJSON in sendBatch',
  'MessagingService.WatchStatuses': 'REST reads the same events page by page in listEvents',
};

const aTemplate = async (api: ApiClient, key: string) => {
  await api.call('POST', '/v1/templates/sync', { key });
  return (
    (await api.call<{ templates: { id: string }[] }>('GET', '/v1/templates', { key })).body.templates[0]?.id ??
    '400000000000009'
  );
};

/** Templates that Meta lets be edited, once each; a stack that calls every operation has them in its scenario. */
export const EDITABLE = ['to_edit_0', 'to_edit_1', 'to_edit_2'];
let edits = 0;
const aTemplateToEdit = async (api: ApiClient, key: string) => {
  await api.call('POST', '/v1/templates/sync', { key });
  const name = EDITABLE[edits++ % EDITABLE.length];
  const { body } = await api.call<{ templates: { id: string }[] }>('GET', `/v1/templates?name=${name}`, { key });
  return body.templates[0]?.id ?? '400000000000009';
};

/** A pool with a name that no other has. */
const aPool = () => ({ name: `Pool ${aRecipient()}`, phone_number_ids: [LUCKY.phoneNumberId] });
const aPoolOf = async (api: ApiClient, key: string) => {
  const { body: numbers } = await api.call<{ phone_numbers: { phone_number_id: string }[] }>(
    'GET',
    '/v1/phone_numbers',
    { key },
  );
  const phone_number_ids = numbers.phone_numbers.map((n) => n.phone_number_id).slice(0, 1);
  return (await api.call<{ id: string }>('POST', '/v1/pools', { body: { ...aPool(), phone_number_ids }, key })).body.id;
};

const { messagesRead, accountsRead } = LUCKY.keys;

/** A message that waits does not change between two calls that read it. */
export const LATER = { send_at: '2126-12-01T09:00:00Z' };

export const OPERATIONS: Readonly<Record<string, OperationCase>> = {
  isLive: { access: 'public', good: 200 },
  isReady: { access: 'public', good: 200 },
  getMetrics: { access: 'public', good: 200 },
  listPhoneNumbers: { access: 'key', otherScope: messagesRead, good: 200, rpc: 'AccountsService.ListPhoneNumbers' },
  normalizePhoneNumbers: {
    access: 'key',
    otherScope: accountsRead,
    body: () => ({ phone_numbers: ['+886912345678'] }),
    good: 200,
    rpc: 'AccountsService.NormalizePhoneNumbers',
  },
  listPools: { access: 'key', otherScope: messagesRead, good: 200, rpc: 'AccountsService.ListPools' },
  createPool: {
    access: 'key',
    otherScope: messagesRead,
    body: aPool,
    good: 201,
    rpc: 'AccountsService.CreatePool',
  },
  getPool: {
    access: 'key',
    otherScope: messagesRead,
    hasIds: true,
    make: aPoolOf,
    good: 200,
    rpc: 'AccountsService.GetPool',
  },
  updatePool: {
    access: 'key',
    otherScope: messagesRead,
    body: aPool,
    hasIds: true,
    make: aPoolOf,
    good: 200,
    rpc: 'AccountsService.UpdatePool',
  },
  removePool: {
    access: 'key',
    otherScope: messagesRead,
    hasIds: true,
    make: aPoolOf,
    good: 204,
    rpc: 'AccountsService.RemovePool',
  },
  listPoolChanges: {
    access: 'key',
    otherScope: messagesRead,
    hasIds: true,
    make: aPoolOf,
    good: 200,
    rpc: 'AccountsService.ListPoolChanges',
  },
  lintTemplate: {
    access: 'key',
    otherScope: messagesRead,
    body: () => ({ name: 'x' }),
    good: 200,
    rpc: 'TemplatesService.Lint',
  },
  syncTemplates: { access: 'key', otherScope: messagesRead, good: 200, rpc: 'TemplatesService.Sync' },
  listTemplates: { access: 'key', otherScope: messagesRead, good: 200, rpc: 'TemplatesService.List' },
  getTemplate: {
    access: 'key',
    otherScope: messagesRead,
    hasIds: true,
    missingId: '400000000000008',
    make: aTemplate,
    good: 200,
    rpc: 'TemplatesService.Get',
  },
  createTemplate: {
    access: 'key',
    otherScope: messagesRead,
    body: () => ({
      waba_id: LUCKY.wabaId,
      name: 'made_by_the_suite',
      language: 'en_US',
      category: 'UTILITY',
      components: [{ type: 'BODY', text: 'Your order is on its way.' }],
    }),
    good: 200,
    rpc: 'TemplatesService.Create',
  },
  editTemplate: {
    access: 'key',
    otherScope: messagesRead,
    hasIds: true,
    missingId: '400000000000008',
    make: aTemplateToEdit,
    body: () => ({ components: [{ type: 'BODY', text: 'Your order has come.' }] }),
    good: 200,
    rpc: 'TemplatesService.Edit',
  },
  deleteTemplate: {
    access: 'key',
    otherScope: messagesRead,
    hasIds: true,
    missingId: '400000000000008',
    make: aTemplate,
    good: 204,
    rpc: 'TemplatesService.Delete',
  },
  previewTemplate: {
    access: 'key',
    otherScope: messagesRead,
    hasIds: true,
    missingId: '400000000000008',
    make: aTemplate,
    good: 200,
    rpc: 'TemplatesService.Preview',
  },
  sendMessage: {
    access: 'key',
    otherScope: messagesRead,
    body: () => aTextMessage(LATER),
    good: 202,
    rpc: 'MessagingService.Send',
  },
  sendBatch: {
    access: 'key',
    otherScope: messagesRead,
    body: () => ({ messages: [aTextMessage(LATER)] }),
    good: 202,
    rpc: 'MessagingService.BatchSend',
  },
  markMessageRead: {
    access: 'key',
    otherScope: messagesRead,
    body: () => ({ phone_number_id: LUCKY.phoneNumberId, message_id: 'wamid.HBgLMTY1MDU1NTEyMzQ' }),
    good: 200,
    rpc: 'MessagingService.MarkRead',
  },
  cancelMessage: { access: 'key', otherScope: messagesRead, hasIds: true, good: 200, rpc: 'MessagingService.Cancel' },
  // The message of the suite is in no doubt.
  resendMessage: { access: 'key', otherScope: messagesRead, hasIds: true, good: 409, rpc: 'MessagingService.Resend' },
  listOptOuts: { access: 'key', otherScope: messagesRead, good: 200, rpc: 'MessagingService.ListOptOuts' },
  putOptOut: {
    access: 'key',
    otherScope: messagesRead,
    body: () => ({ to: aRecipient() }),
    good: 200,
    rpc: 'MessagingService.PutOptOut',
  },
  removeOptOut: {
    access: 'key',
    otherScope: messagesRead,
    query: '?to=%2B16505551234',
    good: 204,
    rpc: 'MessagingService.RemoveOptOut',
  },
  erasePerson: {
    access: 'key',
    otherScope: messagesRead,
    body: () => ({ to: aRecipient() }),
    good: 200,
    rpc: 'MessagingService.Erase',
  },
  explainMessage: { access: 'key', otherScope: accountsRead, hasIds: true, good: 200, rpc: 'MessagingService.Explain' },
  checkMessages: {
    access: 'key',
    otherScope: messagesRead,
    body: () => ({ messages: [aTextMessage()] }),
    good: 200,
    rpc: 'RateLimitService.Check',
  },
  getRateLimits: { access: 'key', otherScope: messagesRead, good: 200, rpc: 'RateLimitService.GetRateLimits' },
  listStops: { access: 'key', otherScope: messagesRead, good: 200, rpc: 'RateLimitService.ListStops' },
  // The suite has no stop.
  releaseStop: {
    access: 'key',
    otherScope: messagesRead,
    hasIds: true,
    good: 404,
    rpc: 'RateLimitService.ReleaseStop',
  },
  listPolicyChoices: { access: 'key', otherScope: messagesRead, good: 200, rpc: 'RateLimitService.ListPolicyChoices' },
  getPolicy: { access: 'key', otherScope: messagesRead, good: 200, rpc: 'RateLimitService.GetPolicy' },
  putPolicy: {
    access: 'key',
    otherScope: messagesRead,
    body: () => ({
      warm_up: 'guide',
      max_mps: 20,
      marketing_cap: 100,
      marketing_cap_days: 1,
      fairness_weights: { spring: 3 },
      full_hour_spread_ms: 0,
    }),
    good: 200,
    rpc: 'RateLimitService.PutPolicy',
  },
  removePolicy: { access: 'key', otherScope: messagesRead, good: 204, rpc: 'RateLimitService.RemovePolicy' },
  listPolicyChanges: { access: 'key', otherScope: messagesRead, good: 200, rpc: 'RateLimitService.ListPolicyChanges' },
  listMessages: { access: 'key', otherScope: accountsRead, good: 200, rpc: 'MessagingService.List' },
  getMessage: { access: 'key', otherScope: accountsRead, hasIds: true, good: 200, rpc: 'MessagingService.Get' },
  listMessageEvents: {
    access: 'key',
    otherScope: accountsRead,
    hasIds: true,
    good: 200,
    rpc: 'MessagingService.History',
  },
  listEvents: { access: 'key', otherScope: messagesRead, good: 200, rpc: 'MessagingService.ListEvents' },
  uploadMedia: {
    access: 'key',
    otherScope: messagesRead,
    body: () => form.body,
    headers: form.headers,
    good: 201,
    onlyRest: BYTES,
  },
  getMedia: { access: 'key', otherScope: messagesRead, hasIds: true, make: aFile, good: 200, rpc: 'MediaService.Get' },
  getMediaContent: { access: 'key', otherScope: messagesRead, hasIds: true, make: aFile, good: 200, onlyRest: BYTES },
  deleteMedia: {
    access: 'key',
    otherScope: messagesRead,
    hasIds: true,
    make: aFile,
    good: 204,
    rpc: 'MediaService.Delete',
  },
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
