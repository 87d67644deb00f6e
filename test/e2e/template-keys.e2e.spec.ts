import { beforeAll, describe, expect, it } from '@jest/globals';
import { LUCKY } from '../support/accounts.js';
import type { ApiClient } from '../support/api-client.js';
import { type Stack, startStack } from '../support/stack.js';

interface Created {
  readonly id: string;
  readonly already_there: boolean;
}

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});

const aTemplate = (name: string) => ({
  waba_id: LUCKY.wabaId,
  name,
  language: 'en_US',
  category: 'UTILITY',
  components: [{ type: 'BODY', text: 'Hi {{1}}, it is on its way.', example: { body_text: [['Pablo']] } }],
});
const create = (name: string, key: string, api: ApiClient = stack.api) =>
  api.call<Created>('POST', '/v1/templates', { body: aTemplate(name), headers: { 'idempotency-key': key } });
/** What Meta has of this name. */
const atMeta = async (name: string) => {
  const all = (await (await fetch(`${stack.simulator.url}/_simulator/templates`)).json()) as {
    data: { id: string; name: string }[];
  };
  return all.data.filter((template) => template.name === name);
};

describe('a template that is created under an idempotency key', () => {
  it('is made once when the process dies after Meta has taken it, and its key goes on with what Meta has', async () => {
    const doomed = await stack.addChild({ CRASH_AT: 'template-submitted:1', ROLES: 'api' });
    await expect(create('crash', 'key-crash', doomed.api)).rejects.toThrow();
    expect(await atMeta('crash')).toHaveLength(1);
    // As long as it may still run, nobody else begins.
    const early = await create('crash', 'key-crash');
    expect(early).toMatchObject({ status: 409, body: { code: 'already_running', retryable: true } });
    expect(early.headers['retry-after']).toBe('1');
    await stack.database.db.run(`update idempotency_keys set running_until = now() where key = 'key-crash'`);
    const [template] = await atMeta('crash');
    const again = await create('crash', 'key-crash');
    expect(again).toMatchObject({ status: 200, body: { id: template?.id, already_there: true } });
    expect(await create('crash', 'key-crash')).toMatchObject({ status: 200, body: again.body });
    expect(await atMeta('crash')).toHaveLength(1);
  });

  it('is found under its key after Meta’s answer and its list were lost, and the key is nobody else’s meanwhile', async () => {
    const path = '*/message_templates';
    await stack.control('calls', {
      calls: [
        { method: 'POST', path, nth: 1, reset: 'after' },
        { method: 'GET', path, status: 503 },
      ],
    });
    expect(await create('lost', 'key-lost')).toMatchObject({ status: 502, body: { code: 'meta_unavailable' } });
    await stack.control('calls', { calls: [] });
    expect(await create('another', 'key-lost')).toMatchObject({
      status: 422,
      body: { code: 'idempotency_mismatch' },
    });
    const [template] = await atMeta('lost');
    const found = await create('lost', 'key-lost');
    expect(found).toMatchObject({ status: 200, body: { id: template?.id, already_there: true } });
    expect(await atMeta('lost')).toHaveLength(1);
    expect(await atMeta('another')).toEqual([]);
  });

  it('is made once by racers, each of whom is answered alike or told to come again', async () => {
    const racers = await Promise.all(Array.from({ length: 10 }, () => create('raced', 'key-raced')));
    const answered = racers.filter((racer) => racer.status === 200);
    const waiting = racers.filter((racer) => racer.status === 409);
    expect(answered.length + waiting.length).toBe(racers.length);
    expect(answered.length).toBeGreaterThan(0);
    const { body } = await create('raced', 'key-raced');
    for (const racer of answered) expect(racer.body).toEqual(body);
    expect(body.already_there).toBe(false);
    expect(await atMeta('raced')).toHaveLength(1);
  });
});
