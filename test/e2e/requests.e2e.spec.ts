import { beforeAll, describe, expect, it } from '@jest/globals';
import { REFUSED_REQUESTS } from '../contract/cases/requests.cases.js';
import { LUCKY } from '../support/accounts.js';
import { aRecipient } from '../support/factories.js';
import { describeWithNats } from '../support/nats.js';
import { askOracle } from '../support/oracle.js';
import { formOf, type NamedRequest, printedBodies, printedForms, requestFixtures } from '../support/requests.js';
import type { Outcome } from '../support/transports/outcome.js';
import { ThreeWires } from '../support/transports/three-wires.js';
import { until } from '../support/until.js';

type Body = Readonly<Record<string, unknown>>;

const [own, printed] = [requestFixtures(), printedBodies()];
const isSend = ([, body]: NamedRequest) => body.status === undefined && body.action === undefined;
const isReceipt = ([, body]: NamedRequest) => body.status !== undefined;
const WIRES = ['drop-in', 'http', 'grpc', 'nats'] as const;

let groups = 0;
/** Somebody of its own for every send, so that it can be told from all others at the platform. */
const addressed = (body: Body): Body => ({
  ...body,
  to: body.recipient_type === 'group' ? `${String(body.to)}${groups++}` : aRecipient(),
});

describeWithNats('a request that Meta’s documents print', () => {
  let wires: ThreeWires;

  beforeAll(async () => {
    wires = await ThreeWires.start();
  });

  const dropIn = async (body: Body): Promise<Outcome> => {
    const path = `/v23.0/${LUCKY.phoneNumberId}/messages`;
    type Answer = { error?: { message: string; error_data?: { details: string } } } & Record<string, unknown>;
    const { body: answer } = await wires.stack.api.call<Answer>('POST', path, {
      body: { messaging_product: 'whatsapp', ...body },
    });
    if (answer.error === undefined) return { ok: true, value: answer };
    const said = answer.error.error_data?.details ?? answer.error.message;
    return { ok: false, code: 'invalid_request', detail: said, fields: [] };
  };
  const call = (wire: (typeof WIRES)[number], name: string, route: `${'POST'} /${string}`, data: Body) => {
    const method = wires.method(name);
    if (wire === 'http') return wires.http.call(route, data);
    return wire === 'grpc' ? wires.grpcWire.call(method, data) : wires.natsWire.call(method, data);
  };
  const send = (wire: (typeof WIRES)[number], body: Body) =>
    wire === 'drop-in'
      ? dropIn(body)
      : call(wire, 'MessagingService.Send', 'POST /v1/messages', { phone_number_id: LUCKY.phoneNumberId, ...body });
  const messages = async () => (await wires.stack.database.db.rows('select from messages')).length;
  const arrivedAt = async (to: unknown) => (await askOracle(wires.stack.simulator)).sends(String(to))[0]?.body;

  it.each([...own, ...printed].filter(isSend))('reaches Meta as it came, over every wire: %s', async (_, form) => {
    const bodies = WIRES.map(() => addressed(form));
    const outcomes = await Promise.all(WIRES.map((wire, i) => send(wire, bodies[i] as Body)));
    expect(outcomes.map((o) => (o.ok ? 'taken' : o))).toEqual(WIRES.map(() => 'taken'));
    for (const body of bodies) {
      const seen = await until(() => arrivedAt(body.to), { withinMs: 20_000, what: `the message to ${body.to}` });
      const { biz_opaque_callback_data: token, ...rest } = seen as Body;
      expect(typeof token).toBe('string');
      expect(rest).toEqual({ messaging_product: 'whatsapp', recipient_type: 'individual', ...body });
    }
  });

  it.each([...own, ...printed].filter(isReceipt))('is passed on to Meta and answered by it: %s', async (_, body) => {
    const { messaging_product: _product, status: _status, ...receipt } = body;
    const outcomes = await Promise.all(
      WIRES.map((wire) =>
        wire === 'drop-in'
          ? dropIn(body)
          : call(wire, 'MessagingService.MarkRead', 'POST /v1/messages/mark_read', {
              phone_number_id: LUCKY.phoneNumberId,
              ...receipt,
            }),
      ),
    );
    expect(outcomes).toEqual(WIRES.map(() => ({ ok: true, value: { success: true } })));
  });

  /** Sends it over every wire that can say it; every one must refuse it and name the fields, and keep nothing. */
  const expectRefused = async (body: Body, fields: readonly string[]) => {
    const [before, seen] = [await messages(), (await askOracle(wires.stack.simulator)).sends(String(body.to)).length];
    const { http, grpc, nats } = await wires.callAll(
      { name: 'MessagingService.Send', route: 'POST /v1/messages' },
      () => ({ phone_number_id: LUCKY.phoneNumberId, ...body }),
    );
    expect(http).toMatchObject({ ok: false, code: 'invalid_request' });
    const named = http.ok ? [] : http.fields.map((field) => field.pointer);
    expect(named).toEqual(expect.arrayContaining([...fields]));
    expect(nats).toEqual(http);
    if (grpc !== null) expect(grpc).toEqual(http);
    const native = await dropIn(body);
    expect(native.ok ? native : native.detail).toMatch(NAMES_A_FIELD);
    expect(await messages()).toBe(before);
    expect((await askOracle(wires.stack.simulator)).sends(String(body.to))).toHaveLength(seen);
  };

  it.each(REFUSED_REQUESTS)('is refused by every wire with its field, and not kept: %s', (_, fields, body) =>
    expectRefused(body as Body, fields),
  );

  it.each(printedForms().concat(printedForms().length === 0 ? [['<NONE HERE>', { to: '<TO>' }]] : []))(
    'is refused as long as nobody has filled it in: %s',
    (_, body) => expectRefused(body, ['/to']),
  );
});

/** As the Cloud API does: the path of the field, a colon, the rule. */
const NAMES_A_FIELD = /^[a-z_]+(\.\w+)*: ./;

describe('the bodies of our own', () => {
  it(`have every form that is printed${printed.length === 0 ? ' [Meta’s prints are not here: NOT CHECKED]' : ''}`, () => {
    const known = new Set(own.map(([, body]) => JSON.stringify(formOf({ recipient_type: 'individual', ...body }))));
    const missing = printed
      .filter((request) => isSend(request) || isReceipt(request))
      .filter(([, body]) => !known.has(JSON.stringify(formOf({ recipient_type: 'individual', ...body }))));
    expect(missing.map(([name]) => name)).toEqual([]);
  });

  it('are told apart by their forms', () => {
    expect(formOf({ type: 'text', text: { body: 'a' } })).toEqual(formOf({ text: { body: 'b' }, type: 'text' }));
    expect(formOf({ type: 'text' })).not.toEqual(formOf({ type: 'image' }));
  });
});
