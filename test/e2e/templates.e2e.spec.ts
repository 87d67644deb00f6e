import { beforeAll, describe, expect, it } from '@jest/globals';
import { LUCKY } from '../support/accounts.js';
import { aRecipient, aTemplateMessage } from '../support/factories.js';
import { askOracle } from '../support/oracle.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

interface Template {
  readonly id: string;
  readonly status: string;
  readonly quality_score: string;
  readonly category: string;
  readonly history: readonly { field: string; before: string | null; after: string | null; source: string }[];
}

const BODY = { type: 'BODY', text: 'Hi {{1}}, it is on its way.', example: { body_text: [['Pablo']] } };
let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});

/** Adds a template to the account at Meta, and has it read. */
async function given(name: string, over: Record<string, unknown> = {}): Promise<string> {
  const url = `${stack.simulator.url}/_simulator/templates`;
  const body = JSON.stringify({ waba_id: LUCKY.wabaId, name, category: 'UTILITY', components: [BODY], ...over });
  const { id } = (await (await fetch(url, { method: 'POST', body })).json()) as { id: string };
  expect(await stack.api.call('POST', '/v1/templates/sync')).toMatchObject({ status: 200 });
  return id;
}

const read = async (id: string) => (await stack.api.get<Template>(`/v1/templates/${id}`)).body;
const content = (name: string, ...values: string[]) => ({
  name,
  language: { code: 'en_US' },
  components: [{ type: 'body', parameters: values.map((text) => ({ type: 'text', text })) }],
});
const send = (template: object, over: object = {}) =>
  stack.api.call<{ id: string; priority: string }>('POST', '/v1/messages', {
    body: aTemplateMessage({ template, ...over }),
  });

describe('templates', () => {
  it('are read from Meta and listed by what they are', async () => {
    const id = await given('listed_one');
    await given('listed_two', { category: 'MARKETING' });
    const list = async (query: string) =>
      (await stack.api.get<{ templates: { name: string }[]; next_page_token: string }>(`/v1/templates${query}`)).body;
    expect((await list('?category=MARKETING')).templates.map((t) => t.name)).toEqual(['listed_two']);
    const first = await list('?page_size=1');
    const second = await list(`?page_size=1&page_token=${first.next_page_token}`);
    expect([...first.templates, ...second.templates].map((t) => t.name)).toEqual(['listed_one', 'listed_two']);
    expect(await read(id)).toMatchObject({ status: 'APPROVED', category: 'UTILITY', components: [{ type: 'BODY' }] });
  });

  it('hold a message to their variables, before it is accepted and naming the place', async () => {
    await given('with_a_variable');
    expect(await send(content('with_a_variable', 'Pablo'))).toMatchObject({
      status: 202,
      body: { priority: 'utility' },
    });
    expect(await send(content('with_a_variable', 'Pablo', 'Ada'))).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ pointer: '/template/components/0/parameters' }] },
    });
    const german = { ...content('with_a_variable', 'Pablo'), language: { code: 'de' } };
    expect(await send(german)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/template/language/code' }] },
    });
    expect(await send(content('nobody_knows_it', 'Pablo'))).toMatchObject({ status: 202 });
  });

  it('are refused within seconds of Meta’s webhook that disables them, also in a batch, and replays are answered', async () => {
    const id = await given('soon_disabled');
    const message = aTemplateMessage({ template: content('soon_disabled', 'Pablo') });
    const again = { body: message, headers: { 'idempotency-key': 'before-it-was-disabled' } };
    const first = await stack.api.call<{ id: string }>('POST', '/v1/messages', again);
    expect(first.status).toBe(202);
    await stack.control(`templates/${id}`, { event: 'DISABLED' });
    await until(async () => (await read(id)).status === 'DISABLED');
    expect((await read(id)).history).toContainEqual(
      expect.objectContaining({ field: 'status', before: 'APPROVED', after: 'DISABLED', source: 'webhook' }),
    );
    await until(async () => (await send(content('soon_disabled', 'Pablo'))).status === 400);
    expect(await send(content('soon_disabled', 'Pablo'))).toMatchObject({
      body: { errors: [{ pointer: '/template/name', detail: expect.stringContaining('DISABLED') }] },
    });
    const batch = await stack.api.call('POST', '/v1/messages/batch', {
      body: { messages: [aTemplateMessage({ template: content('soon_disabled', 'Pablo') })] },
    });
    expect(batch.body).toMatchObject({ results: [{ problem: { code: 'invalid_request' } }] });
    expect(await stack.api.call('POST', '/v1/messages', again)).toMatchObject({
      status: 202,
      body: { id: first.body.id },
    });
  });
});

describe('a template that changes after its message was accepted', () => {
  const later = () => ({ send_at: new Date(Date.now() + 3_600_000).toISOString() });
  const explained = async (id: string) =>
    (await stack.api.get<{ waiting_for: { limit: string; reason: string }[] }>(`/v1/messages/${id}/explain`)).body
      .waiting_for;
  const tellsOf = (id: string, what: string) =>
    until(async () => (await explained(id)).some((h) => h.limit === 'template' && h.reason.includes(what)), {
      withinMs: 30_000,
      what: `a hold that says ${what}`,
    });
  /** The time of the message has come. */
  const comes = (id: string) => stack.database.db.run(`update messages set due_at = now() where id = $1`, [id]);
  /** Accepts a message of a new template for later. */
  async function waiting(name: string): Promise<{ id: string; template: string; to: string }> {
    const template = await given(name);
    const to = aRecipient();
    const { status, body } = await send(content(name, 'Pablo'), { to, ...later() });
    expect(status).toBe(202);
    return { id: body.id, template, to };
  }
  const sends = async (to: string) => (await askOracle(stack.simulator)).sends(to);

  it('keeps the message while Meta pauses it, says so, and sends it once when the pause has ended', async () => {
    const { id, template, to } = await waiting('paused_meanwhile');
    await stack.control(`templates/${template}`, { quality_score: 'RED' });
    await tellsOf(id, 'PAUSED');
    const beforeIt = await stack.database.db.rows<{ now: Date }>(`select clock_timestamp() as now`);
    await comes(id);
    // The worker has looked at it when it has put it off.
    await until(
      async () =>
        (
          await stack.database.db.rows(
            `select 1 from messages where id = $1 and due_at > $2::timestamptz + interval '1 minute'`,
            [id, beforeIt[0]?.now],
          )
        ).length > 0,
      { withinMs: 30_000, what: 'the message to be put off' },
    );
    expect(await sends(to)).toHaveLength(0);
    await stack.control(`templates/${template}`, { event: 'UNPAUSED' });
    await until(async () => (await explained(id)).every((h) => h.limit !== 'template'), { withinMs: 30_000 });
    await until(
      async () => {
        await comes(id);
        return (await sends(to)).length > 0;
      },
      { withinMs: 30_000, what: 'the message' },
    );
    await stack.api.untilMessage(id, (m) => m.state === 'submitted');
    expect(await sends(to)).toHaveLength(1);
  });

  it('ends the message without an attempt when Meta disables it, under Meta’s code and with the reason', async () => {
    const { id, template, to } = await waiting('disabled_meanwhile');
    await stack.control(`templates/${template}`, { event: 'DISABLED' });
    await tellsOf(id, 'ends as rejected');
    await comes(id);
    expect(await stack.api.untilMessage(id, (m) => m.state === 'rejected')).toMatchObject({
      attempts: [],
      errors: [{ code: 132016, details: expect.stringContaining('DISABLED') }],
    });
    const last = (await stack.api.history(id)).at(-1);
    expect(last).toMatchObject({ type: 'io.heliograph.message.rejected.v1', data: { withheld: true } });
    expect(await sends(to)).toHaveLength(0);
  });
});

it('refuses a template that nobody knows when it is strict, and nothing when it is off', async () => {
  const { api: strict } = await stack.addGateway({ TEMPLATE_CHECK: 'strict' });
  const { api: off } = await stack.addGateway({ TEMPLATE_CHECK: 'off' });
  const body = aTemplateMessage({ template: content('nobody_knows_it', 'Pablo') });
  expect(await strict.call('POST', '/v1/messages', { body })).toMatchObject({
    status: 400,
    body: { errors: [{ pointer: '/template/name' }] },
  });
  await given('any_parameters');
  const wrong = aTemplateMessage({ template: content('any_parameters', 'a', 'b', 'c') });
  expect(await off.call('POST', '/v1/messages', { body: wrong })).toMatchObject({ status: 202 });
});
