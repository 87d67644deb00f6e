import { beforeAll, describe, expect, it } from '@jest/globals';
import { LUCKY } from '../support/accounts.js';
import type { Answer, CallOptions } from '../support/api-client.js';
import { aTextMessage } from '../support/factories.js';
import { OpenApi } from '../support/openapi.js';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;
let openApi: OpenApi;

beforeAll(async () => {
  stack = await startStack();
  const { body } = await stack.api.get<ConstructorParameters<typeof OpenApi>[0]>('/openapi.json', { key: null });
  openApi = new OpenApi(body);
});

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

async function post(body: unknown, options: CallOptions = {}): Promise<Answer<Problem>> {
  const answer = await stack.api.call<Problem>('POST', '/v1/messages', { body, ...options });
  expect({ status: answer.status, faults: openApi.faults('sendMessage', answer) }).toEqual({
    status: answer.status,
    faults: [],
  });
  return answer;
}

async function expectAccepted(body: unknown, options: CallOptions = {}): Promise<void> {
  const answer = await post(body, options);
  expect({ status: answer.status, errors: answer.body.errors }).toEqual({ status: 202, errors: [] });
}

async function expectRefused(body: unknown, pointer: string, options: CallOptions = {}): Promise<void> {
  const { status, body: problem } = await post(body, options);
  expect({ status, code: problem.code }).toEqual({ status: 400, code: 'invalid_request' });
  const about = problem.errors?.filter((e) => e.pointer === pointer) ?? [];
  expect({ pointer, all: problem.errors, about: about.length > 0 }).toMatchObject({ about: true });
  // A sentence about the field, which does not repeat what the caller gave.
  for (const { detail } of about) expect(detail).toMatch(/^\S+ .{8,}$/);
}

const x = (n: number) => 'x'.repeat(n);
describe('a message with several faults', () => {
  it('names all that is wrong at once', async () => {
    const { body } = await post(aTextMessage({ to: '1', text: { body: '' }, priority: 'x', extra: 1 }));
    const pointers = body.errors?.map((e) => e.pointer) ?? [];
    expect(pointers).toEqual(expect.arrayContaining(['/to', '/text/body', '/priority', '/extra']));
  });

  it('is not repeated in the answer: neither its number nor its text', async () => {
    const answer = await post(aTextMessage({ to: '6505550042', text: { body: `secret ${x(4096)}` } }));
    expect(JSON.stringify(answer.body)).not.toMatch(/6505550042|secret/);
  });
});

describe('null in place of an optional field', () => {
  it.each(['send_at', 'expires_at', 'callback_data', 'metadata', 'context', 'priority', 'on_unknown'])(
    'counts as absent or is refused, and never becomes a value: %s',
    async (field) => {
      const answer = await post(aTextMessage({ [field]: null }));
      if (answer.status === 400) {
        expect(answer.body.errors?.map((e) => e.pointer)).toContain(`/${field}`);
        return;
      }
      const plain = await post(aTextMessage());
      const of = (a: Answer<Problem>) => (a.body as unknown as Record<string, unknown>)[field];
      expect(of(answer)).toEqual(of(plain));
    },
  );
});

describe('texts that cannot be stored', () => {
  it.each<[string, string, string]>([
    ['U+0000 in the body', '/text/body', '{"body":"a\\u0000b"}'],
    ['a lone surrogate in the body', '/text/body', '{"body":"a\\ud83db"}'],
    ['U+0000 in a key', '/text/k\ufffd', '{"body":"x","k\\u0000":1}'],
  ])('are refused with their place: %s', async (_, pointer, content) => {
    const { text: _replaced, ...rest } = aTextMessage();
    const body = `${JSON.stringify(rest).slice(0, -1)},"text":${content}}`;
    await expectRefused(body, pointer, { headers: { 'content-type': 'application/json' } });
  });

  it.each(['/v1/messages?wamid=%00', '/v1/events?after=%00', '/v1/messages?wamid=%ED%A0%80', '/v1/messages?state=%'])(
    'are refused in a query: %s',
    async (path) => {
      expect((await stack.api.get(path)).status).toBeLessThan(500);
    },
  );
});

describe('keys that would reach a prototype', () => {
  const raw = (fragment: string) => `${JSON.stringify(aTextMessage()).slice(0, -1)},${fragment}}`;

  it.each([
    '"__proto__":{"polluted":true}',
    '"constructor":{"prototype":{"polluted":true}}',
    '"metadata":{"__proto__":{"polluted":true}}',
    '"metadata":{"constructor":{"prototype":{"polluted":true}}}',
    '"context":{"message_id":"x","__proto__":{"polluted":true}}',
    '"\\u005f_proto__":{"polluted":true}',
    '"toString":1',
    '"hasOwnProperty":1',
  ])('are refused and change nothing: %s', async (fragment) => {
    const answer = await post(raw(fragment), { headers: { 'content-type': 'application/json' } });
    expect(answer.status).toBe(400);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('an Idempotency-Key', () => {
  const withKey = (key: string) => ({ headers: { 'idempotency-key': key } });
  const unique = (length: number) => `${Math.random().toString(36).slice(2)}${x(300)}`.slice(0, length);

  it.each([
    ['one character', () => '~'],
    ['255 characters', () => unique(255)],
    ['quotes', () => `"${unique(20)}"`],
    ['signs', () => `a/b:c;d,e=f?${unique(10)}`],
  ])('is taken with %s', async (_, key) => expectAccepted(aTextMessage(), withKey(key())));

  it.each([
    ['nothing in it', ''],
    ['nothing between the quotes', '""'],
    ['256 characters', x(256)],
    ['a blank', 'a b'],
    ['a letter that is not ASCII', 'caf\u00e9'],
  ])('is refused with %s, not ignored', async (_, key) => {
    await expectRefused(aTextMessage(), '/Idempotency-Key', withKey(key));
  });
});

describe('a body that is no message', () => {
  const json = { 'content-type': 'application/json' };

  it.each<[string, string | Buffer, Record<string, string>, number]>([
    ['nothing', '', json, 400],
    ['no JSON', '{"to": ', json, 400],
    ['a list', '[]', json, 400],
    ['null', 'null', json, 400],
    ['a text', '"x"', json, 400],
    ['a number', '1e400', json, 400],
    ['one byte over a megabyte', `"${x(1024 * 1024 - 1)}"`, json, 413],
    ['plain text', 'x', { 'content-type': 'text/plain' }, 415],
    ['a form', 'to=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['XML', '<to/>', { 'content-type': 'application/xml' }, 415],
    ['something without a name', 'x', { 'content-type': '' }, 415],
    ['200,000 levels of lists', `{"metadata":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`, json, 400],
    ['10,000 levels of objects', `${'{"metadata":'.repeat(10_000)}{}${'}'.repeat(10_000)}`, json, 400],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]), json, 400],
  ])('is refused with its reason: %s', async (_, body, headers, status) => {
    const answer = await post(body, { headers });
    expect(answer).toMatchObject({ status, body: { code: expect.any(String), detail: expect.any(String) } });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json\b/);
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:|at .*\(/);
  });
});

describe('a path', () => {
  it.each([
    ['an id of 10,000 characters', `/v1/messages/${x(10_000)}`],
    ['an id that is no UTF-8', '/v1/messages/%ff'],
    ['half an escape', '/v1/messages/%4'],
    ['an escaped slash', '/v1/messages/a%2Fb'],
  ])('with %s is refused as everything else is, and not repeated', async (_, path) => {
    const answer = await stack.api.get<Problem>(path);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json\b/);
    expect(answer.body.detail).not.toContain('/v1/messages');
  });
});

describe('lists', () => {
  const token = (content: string) => Buffer.from(content).toString('base64url');
  const get = async (operation: string, path: string) => {
    const answer = await stack.api.get<Problem>(path);
    expect({ path, faults: openApi.faults(operation, answer) }).toEqual({ path, faults: [] });
    return answer;
  };

  it.each([
    ['listMessages', '/v1/messages?page_size=1'],
    ['listMessages', '/v1/messages?page_size=1000'],
    ['listMessages', '/v1/messages?state=queued&status=read&phone_number_id=1&wamid=x'],
    ['listEvents', '/v1/events?limit=1'],
    ['listEvents', '/v1/events?limit=1000'],
  ])('take what is within the limits: %s %s', async (operation, path) => {
    expect((await get(operation, path)).status).toBe(200);
  });

  it.each([
    ['listMessages', '/v1/messages?page_size=0', '/page_size'],
    ['listMessages', '/v1/messages?page_size=1001', '/page_size'],
    ['listMessages', '/v1/messages?page_size=-1', '/page_size'],
    ['listMessages', '/v1/messages?page_size=1.5', '/page_size'],
    ['listMessages', '/v1/messages?page_size=many', '/page_size'],
    ['listMessages', '/v1/messages?page_size=1&page_size=2', '/page_size'],
    ['listMessages', '/v1/messages?page_token=%21', '/page_token'],
    ['listMessages', `/v1/messages?page_token=${token('-'.repeat(36))}`, '/page_token'],
    ['listMessages', `/v1/messages?page_token=${token('x')}`, '/page_token'],
    ['listMessages', `/v1/messages?page_token=${x(201)}`, '/page_token'],
    ['listMessages', '/v1/messages?state=lost', '/state'],
    ['listMessages', '/v1/messages?status=lost', '/status'],
    ['listMessages', `/v1/messages?wamid=${x(129)}`, '/wamid'],
    ['listMessages', '/v1/messages?phone_number_id=abc', '/phone_number_id'],
    ['listMessages', '/v1/messages?sort=id', '/sort'],
    ['listEvents', '/v1/events?limit=0', '/limit'],
    ['listEvents', '/v1/events?limit=1001', '/limit'],
    ['listEvents', '/v1/events?after=x', '/after'],
    ['listEvents', `/v1/events?after=${token('99999999999999999999~1')}`, '/after'],
    ['listEvents', `/v1/events?after=${token('1~x')}`, '/after'],
  ])('refuse what is not: %s %s', async (operation, path, pointer) => {
    const answer = await get(operation, path);
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map((e) => e.pointer)).toContain(pointer);
  });

  it('page through everything with the tokens that they give', async () => {
    const sent = await stack.api.sendAll(Array.from({ length: 5 }, () => aTextMessage()));
    const seen: string[] = [];
    for (let page = '/v1/messages?page_size=2'; page !== ''; ) {
      const { body } = await stack.api.get<{ messages: { id: string }[]; next_page_token: string }>(page);
      seen.push(...body.messages.map((m) => m.id));
      page = body.next_page_token === '' ? '' : `/v1/messages?page_size=2&page_token=${body.next_page_token}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual([...seen].sort().reverse());
    expect(seen).toEqual(expect.arrayContaining(sent.map((m) => m.id)));
    expect(LUCKY.phoneNumberId).toBe(sent[0]?.phone_number_id);
  });
});
