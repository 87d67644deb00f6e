import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { parseWebhook } from '../src/core/webhook/parse-webhook.js';
import { verifySignature } from '../src/core/webhook/signature.js';
import { APP_SECRET } from './accounts.js';
import { GENERATORS, openConnections } from './exchange.js';
import { asFastAsPossible, atRate } from './load.js';
import { type PreparedWebhook, webhookFor, webhooksFor } from './webhook-bodies.js';

const send = { wamid: 'wamid.A', to: '12065550100', phone_number_id: '106540352240000', token: 'w1.a.1.b' };

describe('webhooks of the benchmark', () => {
  it('are ones that the gateway believes and knows every key of', () => {
    const { body, headers } = webhookFor(send, 'delivered', 'localhost');
    expect(verifySignature(body, headers['x-hub-signature-256'], [APP_SECRET])).toBe(true);
    const { events, unknownKeys } = parseWebhook(body);
    expect(unknownKeys).toEqual([]);
    expect(events).toMatchObject([{ kind: 'status', status: 'delivered', wamid: 'wamid.A', callbackData: 'w1.a.1.b' }]);
  });

  it('bring each message sent, delivered and read, in this order', () => {
    const texts = webhooksFor([send, { ...send, wamid: 'wamid.B' }], 'localhost').map((w) => w.body.toString());
    expect(texts.map((text) => /"status":"(\w+)"/.exec(text)?.[1])).toEqual([
      'sent',
      'sent',
      'delivered',
      'delivered',
      'read',
      'read',
    ]);
  });

  it.each(GENERATORS)('arrive once each with %s load, and refusals are counted', async (generator) => {
    const received: string[] = [];
    await withServer(received, async (port) => {
      const webhooks = webhooksFor(
        Array.from({ length: 40 }, (_, i) => ({ ...send, wamid: `wamid.${i}` })),
        'localhost',
      );
      const connections = await openConnections(generator, port, 4);
      const fast = await asFastAsPossible(connections, webhooks);
      const steady = await atRate(connections, webhooks, 2000);
      await connections.close();
      expect(fast).toMatchObject({ answered: 120, refused: 1 });
      expect(steady).toMatchObject({ answered: 120, refused: 0 });
      expect(steady.seconds).toBeGreaterThanOrEqual(119 / 2000);
    });
    expect(received.sort()).toEqual(
      twice(
        webhooksFor(
          Array.from({ length: 40 }, (_, i) => ({ ...send, wamid: `wamid.${i}` })),
          'localhost',
        ),
      ),
    );
  });
});

function twice(webhooks: readonly PreparedWebhook[]): string[] {
  const keys = webhooks.map((w) => keyOf(w.body.toString()));
  return [...keys, ...keys].sort();
}

const keyOf = (text: string) => `${/"id":"(wamid[^"]+)"/.exec(text)?.[1]} ${/"status":"(\w+)"/.exec(text)?.[1]}`;

/** Refuses the fifth request, takes all others. */
async function withServer(received: string[], work: (port: number) => Promise<void>): Promise<void> {
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    received.push(keyOf(Buffer.concat(chunks).toString()));
    res.writeHead(received.length === 5 ? 503 : 200, { 'content-length': 0 }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await work((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
