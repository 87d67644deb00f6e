import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, expect, it } from '@jest/globals';
import { GOOD_CONTENT } from '../contract/good-content.js';
import { bootstrapFile, LUCKY } from '../support/accounts.js';
import { stopAtEnd } from '../support/cleanup.js';
import { aRecipient } from '../support/factories.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

/** Bodies of the sends that reached the platform, by recipient. */
const received = new Map<string, Record<string, unknown>>();
let stack: Stack;

beforeAll(async () => {
  const url = await startRecorder();
  stack = await startStack({
    settings: { GRAPH_BASE_URL: url },
    bootstrap: bootstrapFile({ numbersOfLucky: [LUCKY.phoneNumberId] }),
  });
});

it('goes to Meta as it came, whatever its kind', async () => {
  const messages = GOOD_CONTENT.map(([, content]) => ({
    phone_number_id: LUCKY.phoneNumberId,
    to: aRecipient(),
    ...content,
  }));
  const { status, body } = await stack.api.call<{ accepted: number; results: unknown[] }>(
    'POST',
    '/v1/messages/batch',
    {
      body: { messages },
    },
  );
  expect({ status, accepted: body.accepted }).toEqual({ status: 202, accepted: messages.length });
  const patience = { withinMs: 60_000, what: 'every message at the platform' };
  await until(() => received.size === messages.length, patience);
  for (const { phone_number_id: _, ...sent } of messages) {
    const { biz_opaque_callback_data: token, ...rest } = received.get(sent.to) ?? {};
    expect(rest).toEqual({ messaging_product: 'whatsapp', recipient_type: 'individual', ...sent });
    expect(typeof token).toBe('string');
  }
});

/** A platform that takes everything and remembers it: what it got is the only witness. */
async function startRecorder(): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.setHeader('content-type', 'application/json');
    if (request.method !== 'POST') {
      response.writeHead(404).end('{"error":{"message":"Unsupported get request","code":100}}');
      return;
    }
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    received.set(String(body.to), body);
    response.end(JSON.stringify({ messaging_product: 'whatsapp', messages: [{ id: `wamid.${received.size}` }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stopAtEnd('the recorder', () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
