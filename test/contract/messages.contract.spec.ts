import { beforeAll, expect, it } from '@jest/globals';
import { aTextMessage } from '../support/factories.js';
import { describeWithNats } from '../support/nats.js';
import { OpenApi } from '../support/openapi.js';
import { type Outcome, sameOnAllWires } from '../support/transports/outcome.js';
import { ThreeWires } from '../support/transports/three-wires.js';
import { BAD_CONTENT } from './bad-content.js';
import { ACCEPTED, type AcceptedCase, REFUSED, type RefusedCase } from './cases/messages.cases.js';
import { GOOD_CONTENT } from './good-content.js';

const ofContent = (content: object) => () => ({ ...aTextMessage({ text: undefined }), ...content });
const GOOD = [...ACCEPTED, ...GOOD_CONTENT.map(([what, content]): AcceptedCase => [what, ofContent(content)])];
const BAD = [...REFUSED, ...BAD_CONTENT.map(([what, at, content]): RefusedCase => [what, at, ofContent(content)])];

const SEND = { name: 'MessagingService.Send', route: 'POST /v1/messages' } as const;

/** What is stored of a message, but for what differs between any two. */
const STORED = `
  select phone_number_id, recipient, recipient_kind, type, content, context, priority, fairness_key, on_unknown, send_at, expires_at,
         callback_data, metadata
    from messages
   where id = $1`;

describeWithNats('a message on three wires', () => {
  let wires: ThreeWires;
  let openApi: OpenApi;

  beforeAll(async () => {
    wires = await ThreeWires.start();
    const document = await wires.stack.api.get<ConstructorParameters<typeof OpenApi>[0]>('/openapi.json');
    openApi = new OpenApi(document.body);
  });

  const idOf = (outcome: Outcome) => (outcome.ok ? String(outcome.value.id) : JSON.stringify(outcome));
  const storedOf = async (outcome: Outcome) => (await wires.stack.database.db.rows(STORED, [idOf(outcome)]))[0];
  /** What a caller sees of a message, but for its id and when it came. */
  const shownOf = (outcome: Outcome) => {
    if (!outcome.ok) return outcome;
    const { id: _id, accepted_at: _at, ...rest } = outcome.value;
    return sameOnAllWires(rest);
  };

  it.each(GOOD.map(([what, message]) => [what, message] as const))(
    'is accepted by each, stored alike and shown alike: %s',
    async (_, of) => {
      const message = of();
      const { http, grpc, nats } = await wires.callAll(SEND, () => message);
      expect(openApi.faults('sendMessage', wires.http.last)).toEqual([]);
      expect(http).toMatchObject({ ok: true });
      expect({ grpc: grpc !== null && shownOf(grpc), nats: shownOf(nats) }).toEqual({
        grpc: shownOf(http),
        nats: shownOf(http),
      });
      const rows = await Promise.all([http, grpc as Outcome, nats].map(storedOf));
      expect(rows[0]).toBeDefined();
      expect(rows).toEqual([rows[0], rows[0], rows[0]]);
    },
  );

  it.each(BAD.map(([what, pointer, message]) => [what, pointer, message] as const))(
    'is refused by each with the same code, place and rule: %s',
    async (_, pointer, of) => {
      const message = of();
      const { http, grpc, nats } = await wires.callAll(SEND, () => message);
      expect(openApi.faults('sendMessage', wires.http.last)).toEqual([]);
      expect(http).toMatchObject({ ok: false, code: 'invalid_request' });
      if (http.ok) return;
      const about = http.fields.filter((field) => field.pointer === pointer);
      expect({ pointer, fields: http.fields, named: about.length > 0 }).toMatchObject({ named: true });
      // A sentence about the field, which does not repeat what the caller gave.
      for (const { detail } of about) expect(detail).toMatch(/^\S+ .{8,}$/);
      expect(nats).toEqual(http);
      // What protobuf has no form for needs no refusal: it cannot be sent.
      if (grpc !== null) expect(grpc).toEqual(http);
    },
  );
});
