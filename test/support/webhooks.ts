import { createHmac } from 'node:crypto';
import { LUCKY } from './accounts.js';
import type { Answer, ApiClient } from './api-client.js';

/** Which account and number a webhook speaks of; the first tenant's when absent. */
export interface Place {
  readonly wabaId?: string;
  readonly phoneNumberId?: string;
}

/** A webhook body of Meta's with one change of the field `messages`. */
export function messagesWebhook(value: object, place: Place = {}): object {
  return { object: 'whatsapp_business_account', entry: [messagesEntry(value, place)] };
}

/** One entry of such a body. */
export function messagesEntry(
  value: object,
  { wabaId = LUCKY.wabaId, phoneNumberId = LUCKY.phoneNumberId }: Place = {},
) {
  const metadata = { display_phone_number: '15550783881', phone_number_id: phoneNumberId };
  const change = { field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } };
  return { id: wabaId, changes: [change] };
}

/** A status of Meta's. `at` is in whole seconds. */
export function aStatus(over: { id: string; status: string } & Record<string, unknown>): Record<string, unknown> {
  return { timestamp: '1793001600', recipient_id: '16505550001', ...over };
}

/** Posts a webhook, signed with the first tenant's app secret unless told otherwise. */
export function postWebhook(
  api: ApiClient,
  payload: object | string | Buffer,
  how: { secret?: string; signature?: string | null; path?: string } = {},
): Promise<Answer> {
  const isRaw = typeof payload === 'string' || Buffer.isBuffer(payload);
  const body = isRaw ? payload : JSON.stringify(payload);
  const signature = how.signature === undefined ? signatureOf(body, how.secret ?? LUCKY.appSecret) : how.signature;
  return api.call('POST', how.path ?? '/webhooks/whatsapp', {
    key: null,
    body,
    headers: signature === null ? {} : { 'x-hub-signature-256': signature },
  });
}

/** What Meta would put into `X-Hub-Signature-256`. */
export function signatureOf(body: string | Buffer, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
