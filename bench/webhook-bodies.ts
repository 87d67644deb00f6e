import { createHmac } from 'node:crypto';
import { APP_ID, APP_SECRET, WABA_ID } from './accounts.js';

/** A send as the stub recorded it. */
export interface RecordedSend {
  readonly wamid: string;
  readonly to: string;
  readonly phone_number_id: string;
  readonly token: string;
}

/** A signed webhook, ready for either generator. */
export interface PreparedWebhook {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The whole HTTP/1.1 request as it goes over the wire. */
  readonly wire: Buffer;
}

/** The statuses of a message that all goes well with, in their order. */
export const STATUSES = ['sent', 'delivered', 'read'] as const;

/** Messages whose statuses are interleaved: at 3,300 statuses per second a message's life lasts about two seconds. */
const WAVE = 2000;

/**
 * One signed webhook per status: all `sent` of a wave of messages, then all `delivered`, then all `read`. The bodies
 * have the shape of Meta's (Graph v25). `host` is for the `Host` header only.
 */
export function webhooksFor(sends: readonly RecordedSend[], host: string): PreparedWebhook[] {
  const requests: PreparedWebhook[] = [];
  for (let start = 0; start < sends.length; start += WAVE) {
    const wave = sends.slice(start, start + WAVE);
    for (const status of STATUSES) for (const send of wave) requests.push(webhookFor(send, status, host));
  }
  return requests;
}

/** One signed webhook with one status. */
export function webhookFor(send: RecordedSend, status: string, host: string): PreparedWebhook {
  const body = Buffer.from(JSON.stringify(bodyOf(send, status)));
  const signature = createHmac('sha256', APP_SECRET).update(body).digest('hex');
  const path = `/webhooks/whatsapp/${APP_ID}`;
  const headers = {
    'user-agent': 'facebookexternalua',
    'content-type': 'application/json',
    'x-hub-signature-256': `sha256=${signature}`,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`POST ${path} HTTP/1.1`, `host: ${host}`, ...lines, `content-length: ${body.length}`];
  const wire = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
  return { path, headers, body: wire.subarray(wire.length - body.length), wire };
}

function bodyOf(send: RecordedSend, status: string): object {
  const isPriced = status !== 'read';
  const pricing = { billable: false, pricing_model: 'PMP', type: 'free_customer_service', category: 'service' };
  const value = {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: send.phone_number_id, phone_number_id: send.phone_number_id },
    statuses: [
      {
        id: send.wamid,
        status,
        timestamp: String(Math.floor(Date.now() / 1000)),
        recipient_id: send.to,
        biz_opaque_callback_data: send.token,
        ...(isPriced ? { pricing } : {}),
      },
    ],
  };
  return { object: 'whatsapp_business_account', entry: [{ id: WABA_ID, changes: [{ value, field: 'messages' }] }] };
}
