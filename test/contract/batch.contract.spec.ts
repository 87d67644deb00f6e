import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BatchItemResult, BatchView } from '../../src/messaging/batch.dto.js';
import { LUCKY, OTHER } from '../support/accounts.js';
import type { CallOptions } from '../support/api-client.js';
import { aTemplateMessage, aTextMessage } from '../support/factories.js';
import { OpenApi } from '../support/openapi.js';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;
let openApi: OpenApi;

beforeAll(async () => {
  stack = await startStack();
  const { body } = await stack.api.get<ConstructorParameters<typeof OpenApi>[0]>('/openapi.json', { key: null });
  openApi = new OpenApi(body);
});

const PATH = '/v1/messages/batch';
const keyed = (key: string) => ({ headers: { 'idempotency-key': key } });

async function post(body: unknown, options: CallOptions = {}) {
  const answer = await stack.api.call<BatchView & { code?: string; errors?: { pointer: string }[] }>('POST', PATH, {
    body,
    ...options,
  });
  expect({ status: answer.status, faults: openApi.faults('sendBatch', answer) }).toMatchObject({ faults: [] });
  return answer;
}

async function postLines(text: string | Buffer, query = '', headers = {}) {
  const { status, body } = await stack.api.call<unknown>('POST', `${PATH}${query}`, {
    body: text,
    headers: { 'content-type': 'application/x-ndjson', ...headers },
  });
  if (typeof body !== 'string') throw new Error(`${status} ${JSON.stringify(body)}`);
  return body
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as BatchItemResult);
}

const idsOf = (results: readonly BatchItemResult[]) => results.map((r) => r.id);
const stored = async () => (await stack.api.allMessages()).length;

describe('a batch', () => {
  it('is answered message by message, in its order; the bad ones name their field, the good ones are stored', async () => {
    const { status, body } = await post({
      messages: [
        aTextMessage(),
        aTextMessage({ text: { body: '' } }),
        aTextMessage({ send_at: '2126-01-01T00:00:00Z' }),
        aTextMessage({ phone_number_id: OTHER.phoneNumberId }),
        'no message',
        aTextMessage({ text: { body: 'a\u0000b' } }),
        aTextMessage({ toString: 1 }),
        aTemplateMessage(),
      ],
    });
    expect(status).toBe(202);
    expect(body).toMatchObject({ accepted: 3, refused: 5, valid: 0 });
    expect(body.results.map((r) => [r.index, r.state ?? r.problem?.errors?.[0]?.pointer])).toEqual([
      [0, 'queued'],
      [1, '/text/body'],
      [2, 'scheduled'],
      [3, '/phone_number_id'],
      [4, ''],
      [5, '/text/body'],
      [6, '/toString'],
      [7, 'queued'],
    ]);
    for (const { id, state } of body.results.filter((r) => r.id !== undefined)) {
      const message = await stack.api.message(id ?? '');
      expect(state === 'scheduled' ? message.state : 'queued').toBe(state);
    }
  });

  it.each<[string, unknown, string]>([
    ['no messages', {}, '/messages'],
    ['an empty list', { messages: [] }, '/messages'],
    ['messages that are no list', { messages: {} }, '/messages'],
    ['one more than 1,000', { messages: Array.from({ length: 1001 }, () => ({})) }, '/messages'],
    ['an option that does not exist', { messages: [{}], dry_run: true }, '/dry_run'],
    ['validate_only that is no flag', { messages: [{}], validate_only: 'yes' }, '/validate_only'],
  ])('is refused whole with %s', async (_, body, pointer) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ pointer }] } });
  });

  it('takes 1,000 messages with every option, well past the size of a single one', async () => {
    const metadata = { note: 'x'.repeat(2000) };
    const { body } = await post({ messages: Array.from({ length: 1000 }, () => aTextMessage({ metadata })) });
    expect(body).toMatchObject({ accepted: 1000, refused: 0 });
    expect(new Set(idsOf(body.results)).size).toBe(1000);
  });

  it('keeps nothing when it is only validated', async () => {
    const before = await stored();
    const messages = [aTextMessage(), aTextMessage({ type: 'nothing' })];
    for (const answer of [
      await post({ messages, validate_only: true }, keyed('only-validated')),
      await post({ messages: messages.map((m) => ({ ...m, validate_only: true })) }),
    ]) {
      expect(answer).toMatchObject({ status: 200, body: { accepted: 0, valid: 1, refused: 1 } });
      expect(answer.body.results[0]).toEqual({ index: 0, state: 'valid' });
    }
    expect(await stored()).toBe(before);
    // The key was not spent on it.
    expect(await post({ messages: [aTextMessage()] }, keyed('only-validated'))).toMatchObject({ status: 202 });
  });

  it('sends once under its key, gives the same ids again, and refuses another batch under it', async () => {
    const messages = [aTextMessage(), aTextMessage({ text: { body: '' } }), aTextMessage()];
    const before = await stored();
    const racers = await Promise.all(Array.from({ length: 8 }, () => post({ messages }, keyed('batch-1'))));
    expect(new Set(racers.map((r) => JSON.stringify(idsOf(r.body.results)))).size).toBe(1);
    expect(await stored()).toBe(before + 2);
    const other = await post({ messages: [...messages, aTextMessage()] }, keyed('batch-1'));
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_mismatch' } });
    expect(await stored()).toBe(before + 2);
  });

  it('lets a message keep its own key, shared with single sends', async () => {
    const message = aTextMessage();
    const single = await stack.api.send(message, keyed('order-9'));
    const item = { ...message, idempotency_key: 'order-9' };
    const { body } = await post({ messages: [item, item, { ...item, text: { body: 'other' } }] }, keyed('batch-2'));
    expect(idsOf(body.results).slice(0, 2)).toEqual([single.id, single.id]);
    expect(body.results[2]?.problem).toMatchObject({ status: 422, code: 'idempotency_mismatch' });
    const bad = await post({ messages: [{ ...message, idempotency_key: 'with blank' }] });
    expect(bad.body.results[0]?.problem?.errors).toMatchObject([{ pointer: '/idempotency_key' }]);
  });
});

describe('a batch as NDJSON', () => {
  it('is answered line by line, and a bad line costs its neighbours nothing', async () => {
    const good = JSON.stringify(aTextMessage({ text: { body: 'ünïcode 👋' } }));
    const lines = [good, '', '{"broken', '[1]', '{"__proto__": {"type": "text"}}', `"${'x'.repeat(300_000)}"`, good];
    const results = await postLines(lines.join('\n'));
    expect(results.map((r) => [r.index, r.state ?? r.problem?.code])).toEqual([
      [0, 'queued'],
      [2, 'invalid_request'],
      [3, 'invalid_request'],
      [4, 'invalid_request'],
      [5, 'payload_too_large'],
      [6, 'queued'],
    ]);
    for (const result of results) {
      expect(
        openApi.faults('sendBatch', { status: 202, headers: { 'content-type': 'application/x-ndjson' }, body: result }),
      ).toEqual([]);
    }
  });

  it('takes more than a JSON batch may hold, and again under the same key without sending twice', async () => {
    const text = Array.from({ length: 5000 }, () => JSON.stringify(aTextMessage())).join('\r\n');
    const before = await stored();
    const first = await postLines(text, '', { 'idempotency-key': 'stream-1' });
    expect(first).toHaveLength(5000);
    expect(new Set(idsOf(first)).size).toBe(5000);
    expect(await postLines(text, '', { 'idempotency-key': 'stream-1' })).toEqual(first);
    expect(await stored()).toBe(before + 5000);
  });

  it('is answered line by line while the next line is still to come', async () => {
    const { hostname, port } = new URL(stack.api.url);
    const headers = { authorization: `Bearer ${LUCKY.keys.all}`, 'content-type': 'application/x-ndjson' };
    const sent = request({ hostname, port, path: PATH, method: 'POST', headers });
    const say = () => sent.write(`${JSON.stringify(aTextMessage())}\n`);
    say();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const told: string[] = [];
    for await (const line of createInterface({ input: answer })) {
      told.push(line);
      if (told.length < 4) say();
      else if (told.length === 4) sent.end();
    }
    expect(told.map((line) => (JSON.parse(line) as BatchItemResult).state)).toEqual(Array(4).fill('queued'));
  });

  it('can be only validated', async () => {
    const before = await stored();
    const results = await postLines(`${JSON.stringify(aTextMessage())}\n`, '?validate_only=true');
    expect(results).toEqual([{ index: 0, state: 'valid' }]);
    expect(await stored()).toBe(before);
  });

  it('is nothing to an operation that takes one message', async () => {
    const answer = await stack.api.call('POST', '/v1/messages', {
      body: JSON.stringify(aTextMessage()),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
  });
});

describe('a single message', () => {
  it('is not kept when it is only validated', async () => {
    const before = await stored();
    const answer = await stack.api.call('POST', '/v1/messages', { body: aTextMessage({ validate_only: true }) });
    expect({ ...answer, faults: openApi.faults('sendMessage', answer) }).toMatchObject({
      status: 200,
      body: { state: 'valid' },
      faults: [],
    });
    const bad = await stack.api.call('POST', '/v1/messages', { body: aTextMessage({ validate_only: true, to: '1' }) });
    expect(bad).toMatchObject({ status: 400, body: { errors: [{ pointer: '/to' }] } });
    expect(await stored()).toBe(before);
  });
});
