import { beforeAll, describe, expect, it } from '@jest/globals';
import { LUCKY, OTHER } from '../support/accounts.js';
import type { Answer, CallOptions } from '../support/api-client.js';
import { aTextMessage } from '../support/factories.js';
import { type DocumentedOperation, OpenApi } from '../support/openapi.js';
import { Services } from '../support/services.js';
import { type Stack, startStack } from '../support/stack.js';
import { BAD_CREDENTIALS, EDITABLE, OPERATIONS } from './operations.js';

let stack: Stack;
let openApi: OpenApi;
let operations: DocumentedOperation[];
let ownId: string;
let foreignId: string;

beforeAll(async () => {
  const templates = [LUCKY, OTHER].flatMap((of) =>
    ['hello', ...EDITABLE].map((name) => ({ waba_id: of.wabaId, name })),
  );
  stack = await startStack({ simulator: { scenario: { templates } } });
  const { body } = await stack.api.get<ConstructorParameters<typeof OpenApi>[0]>('/openapi.json', { key: null });
  openApi = new OpenApi(body);
  operations = openApi.operations();
  // It waits, so that whatever is called can be called again.
  ownId = (await stack.api.send(aTextMessage({ send_at: '2126-01-01T00:00:00Z' }))).id;
  const theirs = aTextMessage({ phone_number_id: OTHER.phoneNumberId });
  foreignId = (await stack.api.send(theirs, { key: OTHER.keys.all })).id;
});

const call = async (operation: DocumentedOperation, options: CallOptions, id?: string): Promise<Answer> => {
  const { body, headers, make, query = '' } = OPERATIONS[operation.id] ?? {};
  const named = id ?? (await make?.(stack.api, LUCKY.keys.all)) ?? ownId;
  const path = operation.path
    .replace('{id}', named)
    .replace('{app_id}', LUCKY.appId)
    .replace('{phone_number_id}', LUCKY.phoneNumberId);
  return stack.api.call(operation.method, `${path}${query}`, {
    ...(body === undefined ? {} : { body: body() }),
    ...options,
    headers: { ...headers, ...options.headers },
  });
};
const foreignOf = async (operation: DocumentedOperation) =>
  (await OPERATIONS[operation.id]?.make?.(stack.api, OTHER.keys.all)) ?? foreignId;
const withKey = () => operations.filter((o) => OPERATIONS[o.id]?.access === 'key');
const faults = (operation: DocumentedOperation, answer: Answer) => ({
  operation: operation.id,
  status: answer.status,
  faults: openApi.faults(operation.id, answer),
});

describe('every operation of the document', () => {
  it('has a row in this suite, and every row an operation', () => {
    expect(operations.map((o) => o.id).sort()).toEqual(Object.keys(OPERATIONS).sort());
    expect(withKey().map((o) => o.id)).toEqual(operations.filter((o) => o.needsKey).map((o) => o.id));
  });

  it('answers a good call as the document says, and nothing that it does not know', async () => {
    for (const operation of operations) {
      const good = OPERATIONS[operation.id]?.good;
      const answer = await call(operation, OPERATIONS[operation.id]?.access === 'key' ? {} : { key: null });
      expect(faults(operation, answer)).toEqual({ operation: operation.id, status: good, faults: [] });
    }
  });

  it.each(Object.entries(BAD_CREDENTIALS))('is closed to %s', async (_, authorization) => {
    for (const operation of withKey()) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      const answer = await call(operation, { key: null, headers });
      expect(faults(operation, answer)).toEqual({ operation: operation.id, status: 401, faults: [] });
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it('is closed to a key that has other scopes only', async () => {
    for (const operation of withKey()) {
      for (const key of [OPERATIONS[operation.id]?.otherScope, LUCKY.keys.nothing]) {
        const answer = await call(operation, { key: key ?? '' });
        expect(faults(operation, answer)).toEqual({ operation: operation.id, status: 403, faults: [] });
      }
    }
  });

  it('does not find what belongs to another tenant, as if it did not exist', async () => {
    for (const operation of operations.filter((o) => OPERATIONS[o.id]?.hasIds)) {
      const [foreign, none] = [
        await call(operation, {}, await foreignOf(operation)),
        await call(operation, {}, OPERATIONS[operation.id]?.missingId ?? '01890000-0000-7000-8000-000000000000'),
      ];
      expect(faults(operation, foreign)).toEqual({ operation: operation.id, status: 404, faults: [] });
      expect(foreign.body).toEqual(none.body);
    }
  });

  it('names its ids in a form, and refuses another', async () => {
    for (const operation of operations.filter((o) => OPERATIONS[o.id]?.hasIds)) {
      for (const id of ['1', 'x'.repeat(36), `${ownId}0`, "'%20or%201=1--", '%00']) {
        const answer = await call(operation, {}, id);
        expect(faults(operation, answer)).toEqual({ operation: operation.id, status: 400, faults: [] });
      }
    }
  });
});

describe('a revoked or expired key', () => {
  it.each([
    ['revoked', 'revoked_at = now()'],
    ['expired', `expires_at = now() - interval '1 second'`],
  ])('is taken for no key at all: %s', async (what, change) => {
    // A key that this gateway has not seen yet, so that no remembered verdict speaks for it.
    const key = `test-key-that-will-be-${what}-0000000000000`;
    const { apiKeys } = new Services(stack.database);
    await stack.database.db.run(
      `insert into api_keys (id, portfolio_id, name, key_hash, scopes)
       select gen_random_uuid(), portfolio_id, $1, $2, '{*}' from wabas where waba_id = $3`,
      [what, apiKeys.hash(key), LUCKY.wabaId],
    );
    await stack.database.db.run(`update api_keys set ${change} where name = $1`, [what]);
    expect((await stack.api.get('/v1/messages', { key })).status).toBe(401);
  });
});

describe('tenants', () => {
  const listed = async (key: string) => (await stack.api.allMessages(key)).map((m) => m.id);

  it('see their own messages, events and numbers only', async () => {
    expect(await listed(LUCKY.keys.all)).not.toContain(foreignId);
    expect(await listed(OTHER.keys.all)).toEqual([foreignId]);
    expect((await stack.api.allEvents(OTHER.keys.all)).every((e) => e.subject === foreignId)).toBe(true);
    const numbers = await stack.api.get<{ phone_numbers: { phone_number_id: string }[] }>('/v1/phone_numbers', {
      key: OTHER.keys.all,
    });
    expect(numbers.body.phone_numbers.map((n) => n.phone_number_id)).toEqual([OTHER.phoneNumberId]);
  });

  it('cannot send from the number of another', async () => {
    const answer = await stack.api.call('POST', '/v1/messages', {
      body: aTextMessage({ phone_number_id: OTHER.phoneNumberId }),
    });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/phone_number_id' }] } });
  });

  it('cannot page into the messages of another with its cursor', async () => {
    const token = Buffer.from(foreignId.replace(/^./, 'f')).toString('base64url');
    const answer = await stack.api.get<{ messages: { id: string }[] }>(`/v1/messages?page_token=${token}`);
    expect(answer.body.messages.map((m) => m.id)).not.toContain(foreignId);
  });

  it('have idempotency keys of their own', async () => {
    const headers = { 'idempotency-key': 'one word for two' };
    const bad = await stack.api.call('POST', '/v1/messages', { body: aTextMessage(), headers });
    expect(bad.status).toBe(400);
    const good = { 'idempotency-key': 'one-word-for-two' };
    const mine = await stack.api.send(aTextMessage(), { headers: good });
    const theirs = await stack.api.send(aTextMessage({ phone_number_id: OTHER.phoneNumberId }), {
      headers: good,
      key: OTHER.keys.all,
    });
    expect(theirs.id).not.toBe(mine.id);
  });
});

describe('a path or method that does not exist', () => {
  it.each([
    ['GET', '/v1/nothing', 404],
    ['GET', '/v2/messages', 404],
    ['DELETE', '/v1/messages', 404],
    ['PUT', '/webhooks/whatsapp', 404],
    ['GET', '/v1/messages/../../etc/passwd', 404],
  ])('is answered with a problem: %s %s', async (method, path, status) => {
    const answer = await stack.api.call(method, path);
    expect(answer).toMatchObject({ status, body: { code: 'not_found', status } });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json\b/);
  });

  it('tells a caller without a key no more than one with a key', async () => {
    expect((await stack.api.get('/v1/nothing', { key: null })).status).toBe(404);
  });
});
