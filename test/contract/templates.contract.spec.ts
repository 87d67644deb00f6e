import { beforeAll, expect, it } from '@jest/globals';
import { LUCKY, OTHER } from '../support/accounts.js';
import { describeWithNats } from '../support/nats.js';
import type { Route } from '../support/transports/http-client.js';
import { type CallOptions, type Outcome, sameOnAllWires } from '../support/transports/outcome.js';
import { ThreeWires } from '../support/transports/three-wires.js';
import { until } from '../support/until.js';

interface Operation {
  readonly name: string;
  readonly route: Route;
}
const LIST: Operation = { name: 'TemplatesService.List', route: 'GET /v1/templates' };
const GET: Operation = { name: 'TemplatesService.Get', route: 'GET /v1/templates/{id}' };
const CREATE: Operation = { name: 'TemplatesService.Create', route: 'POST /v1/templates' };
const EDIT: Operation = { name: 'TemplatesService.Edit', route: 'PATCH /v1/templates/{id}' };
const DELETE: Operation = { name: 'TemplatesService.Delete', route: 'DELETE /v1/templates/{id}' };
const PREVIEW: Operation = { name: 'TemplatesService.Preview', route: 'POST /v1/templates/{id}/preview' };
const SYNC: Operation = { name: 'TemplatesService.Sync', route: 'POST /v1/templates/sync' };

const BODY = { type: 'BODY', text: 'Hi {{1}}, it is on its way.', example: { body_text: [['Pablo']] } };
const OURS = ['first', 'second', 'third'].map((name) => ({ waba_id: LUCKY.wabaId, name, components: [BODY] }));
const EDITABLE = ['editable_one', 'editable_two'].map((name) => ({ waba_id: LUCKY.wabaId, name, components: [BODY] }));
const TEMPLATES = [...OURS, ...EDITABLE, { waba_id: OTHER.wabaId, name: 'theirs' }];

describeWithNats('templates, on three wires,', () => {
  let wires: ThreeWires;

  /** What every wire answers alike. */
  const alike = async (operation: Operation, data: object = {}, options: CallOptions = {}): Promise<Outcome> => {
    const { http, grpc, nats } = await wires.callAll(
      operation,
      () => data,
      () => options,
    );
    const told = (o: Outcome | null) => (o?.ok === true ? sameOnAllWires(o.value) : o);
    expect({ grpc: told(grpc), nats: told(nats) }).toEqual({ grpc: told(http), nats: told(http) });
    return http;
  };
  const list = async (data: object = {}) => {
    const outcome = await alike(LIST, data);
    return (outcome.ok ? outcome.value : outcome) as unknown as {
      templates: { id: string; name: string }[];
      next_page_token: string;
    };
  };

  beforeAll(async () => {
    wires = await ThreeWires.start({ simulator: { scenario: { templates: TEMPLATES } } });
    const synced = { wabas: [{ waba_id: LUCKY.wabaId, result: 'synced', templates: 5 }] };
    expect(await alike(SYNC)).toEqual({ ok: true, value: synced });
  });

  it('are listed, by page and by what they are', async () => {
    expect((await list()).templates.map((t) => t.name)).toEqual([
      'editable_one',
      'editable_two',
      'first',
      'second',
      'third',
    ]);
    const page = await list({ page_size: 4 });
    expect((await list({ page_token: page.next_page_token })).templates.map((t) => t.name)).toEqual(['third']);
    expect((await list({ name: 'second', status: 'APPROVED' })).templates).toHaveLength(1);
    expect((await list({ waba_id: OTHER.wabaId })).templates).toEqual([]);
  });

  it.each<[string, object]>([
    ['page_size', { page_size: 201 }],
    ['page_size', { page_size: 0 }],
    ['page_token', { page_token: 'x' }],
    ['name', { name: 'Not A Name' }],
    ['status', { status: 'approved' }],
  ])('are not listed by what no template has, and the field is named: %s', async (field, data) => {
    const refusal = await alike(LIST, data);
    expect(refusal).toMatchObject({ ok: false, code: 'invalid_request', fields: [{ pointer: `/${field}` }] });
  });

  it('are read whole, with what changed of them', async () => {
    const [first] = (await list({ name: 'first' })).templates;
    const { id } = first as { id: string };
    await wires.stack.control(`templates/${id}`, { event: 'DISABLED' });
    const disabled = await until(async () => {
      const outcome = await wires.http.call(GET.route, { id });
      return outcome.ok && outcome.value.status === 'DISABLED';
    });
    expect(disabled).toBe(true);
    const { value } = (await alike(GET, { id })) as { value?: { history: unknown[] } };
    expect(value).toMatchObject({ id, name: 'first', components: [BODY], status: 'DISABLED' });
    expect(value?.history.at(-1)).toMatchObject({ field: 'status', before: 'APPROVED', after: 'DISABLED' });
    expect(await alike(GET, { id }, { key: OTHER.keys.all })).toMatchObject({ ok: false, code: 'not_found' });
  });

  it('are shown with the values of a message, and what is missing or not wanted is named', async () => {
    const [second] = (await list({ name: 'second' })).templates;
    const { id } = second as { id: string };
    const shown = (...values: string[]) => {
      const parameters = values.map((text) => ({ type: 'text', text }));
      return alike(PREVIEW, { id, components: [{ type: 'body', parameters }] });
    };
    const body = 'Hi Pablo, it is on its way.';
    expect(await shown('Pablo')).toMatchObject({ ok: true, value: { body } });
    expect(await alike(PREVIEW, { id })).toMatchObject({
      ok: true,
      value: {
        body: BODY.text,
        missing: [{ pointer: '/components/0/text', name: '1' }],
        errors: [{ pointer: '/components' }],
      },
    });
    expect(await shown('Pablo', 'Ada')).toMatchObject({
      ok: true,
      value: { body, superfluous: [{ pointer: '/components/0/parameters/1', name: '2' }], errors: [{}] },
    });
    expect(await alike(PREVIEW, { id }, { key: OTHER.keys.all })).toMatchObject({ ok: false, code: 'not_found' });
    const fields = [{ pointer: '/components' }];
    const tooMany = Array.from({ length: 21 }, () => ({ type: 'body' }));
    expect(await alike(PREVIEW, { id, components: tooMany })).toMatchObject({ code: 'invalid_request', fields });
  });

  it('are submitted once, whichever wire asks again, and deleted', async () => {
    const wanted = {
      waba_id: LUCKY.wabaId,
      name: 'made_here',
      language: 'en_US',
      category: 'UTILITY',
      components: [BODY],
    };
    const first = await wires.http.call(CREATE.route, wanted);
    expect(first).toMatchObject({ ok: true, value: { already_there: false, waba_id: LUCKY.wabaId } });
    const { id } = (first as { value: Record<string, unknown> }).value as { id: string };
    // Its review may end between two calls, so the wires are compared by what does not change.
    const again = await wires.callAll(CREATE, () => wanted);
    const known = { ok: true, value: { id, already_there: true } };
    expect(again).toMatchObject({ http: known, grpc: known, nats: known });
    const other = { ...wanted, components: [{ ...BODY, text: 'Hi {{1}}, it has come already.' }] };
    expect(await alike(CREATE, other)).toMatchObject({ code: 'wrong_state', fields: [{ pointer: '/name' }] });
    // Each wire has its own way to say nothing.
    const gone = await wires.callAll(DELETE, () => ({ id }));
    expect(gone).toMatchObject({ http: { ok: true }, grpc: { ok: true }, nats: { ok: true } });
    expect((await list({ name: 'made_here' })).templates).toMatchObject([
      { id, status: expect.stringMatching(/DELET/) },
    ]);
  });

  it('are edited once, whose answer may be lost, and what cannot be edited is refused by field', async () => {
    const idOf = async (name: string) => (await list({ name })).templates[0]?.id as string;
    const [first, second] = [await idOf('editable_one'), await idOf('editable_two')];
    const components = [{ ...BODY, text: 'Hi {{1}}, it has left our house.' }];
    const refused = (pointer: string, code = 'invalid_request') => ({ ok: false, code, fields: [{ pointer }] });
    expect(await alike(EDIT, { id: first })).toMatchObject(refused(''));
    expect(await alike(EDIT, { id: first, category: 'OTHER' })).toMatchObject(refused('/category'));
    expect(await alike(EDIT, { id: first, category: 'MARKETING' })).toMatchObject(refused('/category', 'wrong_state'));
    const bare = [{ type: 'BODY', text: 'Your order comes to you on {{1}}', example: { body_text: [['Monday']] } }];
    expect(await alike(EDIT, { id: first, components: bare })).toMatchObject(refused('/components/0/text'));
    const theirs = { key: OTHER.keys.all };
    expect(await alike(EDIT, { id: first, components }, theirs)).toMatchObject({ ok: false, code: 'not_found' });

    const edited = await wires.http.call(EDIT.route, { id: first, components });
    expect(edited).toMatchObject({ ok: true, value: { id: first, already_there: false } });
    const { value } = (await wires.http.call(GET.route, { id: first })) as { value?: object };
    expect(value).toMatchObject({ id: first, name: 'editable_one', components });
    // Meta edits an approved template once in 24 hours, and one that is in review not at all.
    const again = await wires.callAll(EDIT, () => ({ id: first, components: [BODY] }));
    const limit = { ok: false, code: 'meta_refused', meta: { subcode: 2388039 } };
    expect(again).toMatchObject({ http: limit, grpc: limit, nats: limit });

    const lost = { method: 'POST', path: second, nth: 1, reset: 'after' };
    await wires.stack.control('calls', { calls: [lost] });
    const found = await wires.http.call(EDIT.route, { id: second, components });
    expect(found).toMatchObject({ ok: true, value: { id: second, already_there: true } });
  });

  it('are refused before Meta is asked, or with the field that Meta means', async () => {
    const wanted = {
      waba_id: LUCKY.wabaId,
      name: 'never_made',
      language: 'en_US',
      category: 'UTILITY',
      components: [BODY],
    };
    const refused = (pointer: string) => ({ ok: false, code: 'invalid_request', fields: [{ pointer }] });
    const atTheEdge = [
      { type: 'BODY', text: 'Your order comes to you on {{1}}', example: { body_text: [['Monday']] } },
    ];
    expect(await alike(CREATE, { ...wanted, components: atTheEdge })).toMatchObject(refused('/components/0/text'));
    expect(await alike(CREATE, { ...wanted, waba_id: OTHER.wabaId })).toMatchObject(refused('/waba_id'));
    expect((await list({ name: 'never_made' })).templates).toEqual([]);
    // Meta locks the name of a deleted template that was approved for 30 days.
    const [third] = (await list({ name: 'third' })).templates;
    expect(await wires.http.call(DELETE.route, { id: third?.id })).toMatchObject({ ok: true });
    const refusal = {
      ok: false,
      code: 'meta_refused',
      fields: [{ pointer: '/name', detail: expect.stringContaining('30 days') }],
    };
    const locked = await wires.callAll(CREATE, () => ({ ...wanted, name: 'third' }));
    expect(locked).toMatchObject({ http: refusal, grpc: refusal, nats: refusal });
  });

  it('are answered as they were under an idempotency key, whichever wire asks, and another request under it is refused', async () => {
    const wanted = { waba_id: LUCKY.wabaId, name: 'keyed', language: 'en_US', category: 'UTILITY', components: [BODY] };
    const keyed = { idempotencyKey: 'template-1' };
    const first = await wires.grpcWire.call(wires.method(CREATE.name), wanted, keyed);
    expect(first).toMatchObject({ ok: true, value: { waba_id: LUCKY.wabaId } });
    const { id } = (first as unknown as { value: { id: string } }).value;
    await wires.http.call(DELETE.route, { id });
    // Without the key it is Meta that answers, which keeps the name of what was deleted to itself.
    const answer = await alike(CREATE, wanted, keyed);
    expect(answer).toMatchObject({ ok: true, value: { id, already_there: false } });
    const other = { ...wanted, name: 'keyed_other' };
    expect(await alike(CREATE, other, keyed)).toMatchObject({ ok: false, code: 'idempotency_mismatch' });
    expect((await list({ name: 'keyed_other' })).templates).toEqual([]);
    // What was refused has not used its key up.
    const bare = [{ type: 'BODY', text: 'It comes to you on {{1}}', example: { body_text: [['Monday']] } }];
    const second = { idempotencyKey: 'template-2' };
    expect(await alike(CREATE, { ...other, components: bare }, second)).toMatchObject({ code: 'invalid_request' });
    expect(await wires.http.call(CREATE.route, other, second)).toMatchObject({ ok: true });
  });

  it('are found and not made twice when Meta’s answer was lost', async () => {
    await wires.stack.control('calls', {
      calls: [{ method: 'POST', path: '*/message_templates', nth: 1, reset: 'after' }],
    });
    const wanted = {
      waba_id: LUCKY.wabaId,
      name: 'answer_lost',
      language: 'en_US',
      category: 'UTILITY',
      components: [BODY],
    };
    const outcome = await wires.http.call(CREATE.route, wanted);
    expect(outcome).toMatchObject({ ok: true, value: { already_there: true } });
    expect((await list({ name: 'answer_lost' })).templates).toHaveLength(1);
  });
});
