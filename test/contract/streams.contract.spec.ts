import type { Client, ServiceError } from '@grpc/grpc-js';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { LUCKY, OTHER } from '../support/accounts.js';
import { aTextMessage } from '../support/factories.js';
import { type Stack, startStack } from '../support/stack.js';
import { grpcMetadata } from '../support/transports/grpc-client.js';
import { publishedClient } from '../support/transports/published-client.js';

interface Sent {
  results: { index: number; id?: string; state?: string; problem?: { code: string } }[];
  accepted: number;
  refused?: number;
}
interface News {
  event: { type: string; subject: string; version: number };
  resume_token: string;
}
interface Watch extends AsyncIterable<News> {
  cancel(): void;
}
interface MessagingClient extends Client {
  StreamSend(
    metadata: unknown,
    callback: (error: ServiceError | null, sent: Sent) => void,
  ): { write(message: object): boolean; end(): void };
  WatchStatuses(request: object, metadata: unknown, options?: { deadline: Date }): Watch;
}

let stack: Stack;
let client: MessagingClient;

const connectTo = (port: number) => publishedClient<MessagingClient>(port, 'messaging', 'MessagingService');

beforeAll(async () => {
  stack = await startStack();
  client = connectTo(stack.gateways[0]?.grpcPort ?? 0);
});

const streamSend = (messages: readonly object[], key?: string | null) =>
  new Promise<Sent>((resolve, reject) => {
    const metadata = grpcMetadata(key === undefined ? {} : { key });
    const call = client.StreamSend(metadata, (error, sent) => (error === null ? resolve(sent) : reject(error)));
    for (const message of messages) call.write(message);
    call.end();
  });
const watch = (request: object = {}, options?: { deadline: Date }, key: string = LUCKY.keys.all) =>
  client.WatchStatuses(request, grpcMetadata({ key }), options);

/** Reads news until one is of the type, then hangs up. */
async function newsUntil(watching: Watch, subject: string, type: string): Promise<News[]> {
  const seen: News[] = [];
  try {
    for await (const news of watching) {
      seen.push(news);
      if (news.event.subject === subject && news.event.type.includes(`.${type}.`)) break;
    }
  } finally {
    watching.cancel();
  }
  return seen;
}

describe('StreamSend', () => {
  it('answers each message of a stream in its order, and lets a bad one cost its neighbours nothing', async () => {
    const messages = Array.from({ length: 300 }, (_, i) => (i === 7 ? aTextMessage({ to: '12' }) : aTextMessage()));
    const { results, accepted, refused } = await streamSend(messages);
    expect({ accepted, refused }).toEqual({ accepted: 299, refused: 1 });
    expect(results.map((r) => r.index)).toEqual(messages.map((_, i) => i));
    expect(results[7]).toMatchObject({ problem: { code: 'invalid_request' } });
    const kept = await stack.api.get<{ state: string }>(`/v1/messages/${results[299]?.id}`);
    expect(kept.status).toBe(200);
  });

  it('takes each request_id for the idempotency key of its message', async () => {
    const message = { ...aTextMessage(), request_id: 'stream-1' };
    const { results } = await streamSend([message, message]);
    const [again] = (await streamSend([message])).results;
    expect(new Set([...results, again].map((r) => r?.id)).size).toBe(1);
  });

  it('is closed without a key and to a key with other scopes', async () => {
    await expect(streamSend([aTextMessage()], null)).rejects.toMatchObject({ code: 16 });
    await expect(streamSend([aTextMessage()], LUCKY.keys.messagesRead)).rejects.toMatchObject({ code: 7 });
  });
});

describe('WatchStatuses', () => {
  it('tells what becomes of a message as it happens, and goes on after a token without a gap', async () => {
    const watching = watch();
    const { id } = await stack.api.send(aTextMessage());
    const seen = await newsUntil(watching, id, 'submitted');
    const own = seen.filter((n) => n.event.subject === id);
    expect(own.map((n) => n.event.version)).toEqual(own.map((_, i) => i + 1));
    const resumed = await newsUntil(watch({ resume_token: own[0]?.resume_token }), id, 'submitted');
    expect(resumed.map((n) => n.resume_token)).not.toContain(own[0]?.resume_token);
    expect(resumed.filter((n) => n.event.subject === id)[0]?.event.version).toBe(2);
  });

  it('refuses a token that is none, and a key with other scopes', async () => {
    await expect(newsUntil(watch({ resume_token: 'x' }), '', '')).rejects.toMatchObject({ code: 3 });
    await expect(newsUntil(watch({}, undefined, LUCKY.keys.accountsRead), '', '')).rejects.toMatchObject({ code: 7 });
  });

  it('ends at its deadline', async () => {
    const watching = watch({}, { deadline: new Date(Date.now() + 500) }, OTHER.keys.all);
    await expect(newsUntil(watching, '', 'never')).rejects.toMatchObject({ code: 4 });
  });

  it('ends without an error when the gateway stops', async () => {
    const gateway = await stack.addGateway();
    const watching = connectTo(gateway.grpcPort).WatchStatuses({}, grpcMetadata({ key: OTHER.keys.all }));
    const ended = newsUntil(watching, '', 'never');
    await stack.api.send(aTextMessage({ phone_number_id: OTHER.phoneNumberId }), { key: OTHER.keys.all });
    await gateway.stop();
    expect(Array.isArray(await ended)).toBe(true);
  });
});
