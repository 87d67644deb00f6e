import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Gateway } from './gateway.js';
import { outgoing, type Plan, sendMessages } from './send-messages.js';
import type { AcceptedPost } from './wire.js';

const PLAN: Plan = { messages: 5, phoneNumberId: '1', firstRecipient: 100_000, runId: 'run' };

/** What the server does with one request: a status, or nothing but a closed connection. */
type Answer = number | 'cut';

let stop: () => Promise<void> = async () => undefined;
afterEach(() => stop());

/** A gateway that gives these answers first and 202 ever after; keeps the keys it saw. */
async function gateway(answers: Answer[]): Promise<{ gateway: Gateway; keys: string[] }> {
  const keys: string[] = [];
  const server: Server = createServer((request, response) => {
    request.resume();
    const key = String(request.headers['idempotency-key']);
    keys.push(key);
    const answer = answers.shift() ?? 202;
    if (answer === 'cut') return void request.socket.destroy();
    const headers = { 'content-type': 'application/json', ...(answer === 429 ? { 'retry-after': '0' } : {}) };
    response.writeHead(answer, headers).end(JSON.stringify({ id: `id of ${key}`, detail: 'the reason' }));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const made = new Gateway(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'key', 1);
  stop = async () => {
    await made.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { gateway: made, keys };
}

async function send(to: Gateway, over: { giveUpAfterMs?: number; signal?: AbortSignal } = {}): Promise<AcceptedPost[]> {
  const accepted: AcceptedPost[] = [];
  await sendMessages({
    plan: PLAN,
    post: (body, key) => to.post(body, key),
    onAccepted: (post) => accepted.push(post),
    concurrency: 1,
    giveUpAfterMs: 5000,
    signal: new AbortController().signal,
    ...over,
  });
  return accepted;
}

describe('sending', () => {
  it('posts every message once when nothing goes wrong', async () => {
    const { gateway: to, keys } = await gateway([]);
    expect((await send(to)).map(({ id }) => id)).toEqual(keys.map((key) => `id of ${key}`));
    expect(keys).toEqual(['run-0', 'run-1', 'run-2', 'run-3', 'run-4']);
  });

  it.each<[string, Answer]>([
    ['an answer 503', 503],
    ['an answer 429', 429],
    ['a cut connection', 'cut'],
  ])('repeats a message with the same key after %s', async (_what, answer) => {
    const { gateway: to, keys } = await gateway([202, answer]);
    expect(await send(to)).toHaveLength(PLAN.messages);
    expect(keys).toEqual(['run-0', 'run-1', 'run-1', 'run-2', 'run-3', 'run-4']);
  });

  it('does not repeat what will not get better, and quotes the answer', async () => {
    const { gateway: to, keys } = await gateway([400]);
    await expect(send(to)).rejects.toThrow('the reason');
    expect(keys).toEqual(['run-0']);
  });

  it('gives up when a message is refused for too long', async () => {
    const { gateway: to } = await gateway(Array.from({ length: 50 }, () => 503));
    await expect(send(to, { giveUpAfterMs: 0 })).rejects.toThrow('HTTP 503');
  });

  it('stops when it is told to', async () => {
    const { gateway: to, keys } = await gateway([]);
    await expect(send(to, { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(keys).toEqual([]);
  });
});

describe('a message of a run', () => {
  it('has a recipient and a key of its own', () => {
    const made = Array.from({ length: 2000 }, (_, n) => outgoing(PLAN, n));
    expect(new Set(made.map(({ to }) => to)).size).toBe(made.length);
    expect(new Set(made.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(made.length);
  });

  it('goes to a number that nobody has', () => {
    expect(outgoing(PLAN, 7).to).toBe('+15550100007');
    expect(() => outgoing(PLAN, 9_900_000)).toThrow(RangeError);
  });
});
