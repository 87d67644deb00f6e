import { beforeAll, expect, it } from '@jest/globals';
import { LUCKY, OTHER } from '../support/accounts.js';
import { aTextMessage } from '../support/factories.js';
import { describeWithNats } from '../support/nats.js';
import { type DocumentedOperation, OpenApi } from '../support/openapi.js';
import type { Route } from '../support/transports/http-client.js';
import { type CallOptions, type Outcome, sameOnAllWires } from '../support/transports/outcome.js';
import { ThreeWires } from '../support/transports/three-wires.js';
import { gapsBetweenWires } from './gaps.js';
import { BAD_CREDENTIALS, EDITABLE, LATER, OPERATIONS } from './operations.js';
import { RpcDocument } from './rpc-document.js';

interface RpcOperation {
  readonly id: string;
  readonly name: string;
  readonly route: Route;
  readonly otherScope: string;
  readonly hasIds: boolean;
}

/** What a call of the table comes to that is well made and does not succeed. */
const CODE_OF: Readonly<Record<number, string>> = { 404: 'not_found', 409: 'wrong_state' };

describeWithNats('every operation, on three wires,', () => {
  let wires: ThreeWires;
  const rpcDocument = new RpcDocument();
  let documented: DocumentedOperation[];
  let operations: RpcOperation[];
  let ownId: string;
  let foreignId: string;

  beforeAll(async () => {
    const templates = [LUCKY, OTHER].flatMap((of) =>
      ['hello', ...EDITABLE].map((name) => ({ waba_id: of.wabaId, name })),
    );
    wires = await ThreeWires.start({ simulator: { scenario: { templates } } });
    const { api } = wires.stack;
    const { body } = await api.get<ConstructorParameters<typeof OpenApi>[0]>('/openapi.json');
    documented = new OpenApi(body).operations();
    operations = documented.flatMap(({ id, method, path }) => {
      const row = OPERATIONS[id];
      if (row?.rpc === undefined) return [];
      const route = `${method} ${path}` as Route;
      return [{ id, name: row.rpc, route, otherScope: row.otherScope ?? '', hasIds: row.hasIds === true }];
    });
    ownId = (await api.send(aTextMessage(LATER))).id;
    const theirs = aTextMessage({ phone_number_id: OTHER.phoneNumberId });
    foreignId = (await api.send(theirs, { key: OTHER.keys.all })).id;
  });

  const subjects = async () => {
    const info = await wires.natsWire.connection.request('$SRV.INFO.heliograph');
    return info.json<{ endpoints: { subject: string }[] }>().endpoints.map((e) => e.subject);
  };
  const dataOf = (operation: RpcOperation, id = ownId) => ({
    ...OPERATIONS[operation.id]?.body?.(),
    ...Object.fromEntries(new URLSearchParams(OPERATIONS[operation.id]?.query)),
    ...(operation.hasIds ? { id } : {}),
    ...(operation.route.includes('{phone_number_id}') ? { phone_number_id: LUCKY.phoneNumberId } : {}),
  });
  /** Makes what the operation is about, when that is no message. */
  const idOf = async (operation: RpcOperation, key: string) => OPERATIONS[operation.id]?.make?.(wires.stack.api, key);
  const codes = (outcomes: Record<string, Outcome | null>) =>
    Object.entries(outcomes).map(([wire, o]) => `${wire}: ${o === null ? 'unsayable' : o.ok ? 'ok' : o.code}`);
  const call = async (operation: RpcOperation, options: CallOptions, id?: string) => {
    const data = dataOf(operation, id);
    return {
      operation: operation.id,
      codes: codes(
        await wires.callAll(
          operation,
          () => data,
          () => options,
        ),
      ),
    };
  };
  const everywhere = (code: string) => [`http: ${code}`, `grpc: ${code}`, `nats: ${code}`];

  it('exists on each of them', async () => {
    const methods = [...wires.methods.values()];
    expect(gapsBetweenWires({ documented, rows: OPERATIONS, methods, subjects: await subjects() })).toEqual([]);
    // What nobody serves, gRPC calls UNIMPLEMENTED, before it asks who calls.
    for (const method of methods.filter((m) => !m.streams)) {
      const answer = await wires.grpcWire.callBytes(method, Buffer.alloc(0), { key: null });
      expect({ method: method.name, answer }).toMatchObject({
        method: method.name,
        answer: { code: 'unauthenticated' },
      });
    }
  });

  it('would be missed where it does not exist', async () => {
    const methods = [...wires.methods.values()];
    const all = { documented, rows: OPERATIONS, methods, subjects: await subjects() };
    const [first] = methods;
    const planted = { ...(first as NonNullable<typeof first>), name: 'XService.Y', subject: 'wa.rpc.v1.x.y' };
    expect(gapsBetweenWires({ ...all, methods: [...methods, planted] })).toEqual([
      'XService.Y is in the protos and no row of REST names it',
      'XService.Y is not served on NATS: wa.rpc.v1.x.y',
    ]);
    expect(gapsBetweenWires({ ...all, methods: methods.slice(1) })).toHaveLength(2);
    expect(gapsBetweenWires({ ...all, subjects: all.subjects.slice(1) })).toHaveLength(1);
    const unknown = { id: 'newOne', method: 'GET', path: '/v1/new', needsKey: true };
    expect(gapsBetweenWires({ ...all, documented: [...documented, unknown] })).toHaveLength(1);
  });

  it('is in the AsyncAPI document when it is served on NATS, and nothing else is', async () => {
    expect(rpcDocument.addresses()).toEqual((await subjects()).sort());
  });

  it('is refused on NATS as the AsyncAPI document says', async () => {
    for (const subject of await subjects()) {
      const refusal = await wires.natsWire.connection.request(subject, '{}', { timeout: 20_000 });
      const headers = Object.fromEntries([...(refusal.headers ?? [])].map(([name, [value]]) => [name, value]));
      expect({ subject, faults: rpcDocument.faultsOfRefusal(headers, refusal.json()) }).toEqual({
        subject,
        faults: [],
      });
    }
  });

  it('answers a good call alike', async () => {
    for (const operation of operations) {
      // What is read is the same thing on each wire; what a call takes away is made for each of them.
      const made = operation.route.startsWith('GET') ? 1 : 3;
      const ids = await Promise.all(Array.from({ length: made }, () => idOf(operation, LUCKY.keys.all)));
      const data = ids.map((id) => dataOf(operation, id ?? ownId));
      let calls = 0;
      const { http, grpc, nats } = await wires.callAll(operation, () => data[calls++ % made] as object);
      expect({ operation: operation.id, codes: codes({ http, grpc, nats }) }).toEqual({
        operation: operation.id,
        codes: everywhere(CODE_OF[OPERATIONS[operation.id]?.good ?? 0] ?? 'ok'),
      });
      const value = (o: Outcome | null) => (o?.ok === true ? sameOnAllWires(o.value) : o);
      if (nats.ok) {
        const faults = rpcDocument.faultsOfAnswer(wires.method(operation.name).subject, nats.value);
        expect({ operation: operation.id, faults }).toEqual({ operation: operation.id, faults: [] });
      }
      // A message that was just sent has another id each time; what is read is the same everywhere.
      if (operation.route.startsWith('GET')) expect([value(grpc), value(nats)]).toEqual([value(http), value(http)]);
    }
  });

  it.each(Object.entries(BAD_CREDENTIALS))('is closed to %s', async (_, authorization) => {
    const options: CallOptions = authorization === undefined ? { key: null } : { authorization };
    for (const operation of operations) {
      expect(await call(operation, options)).toEqual({ operation: operation.id, codes: everywhere('unauthenticated') });
    }
  });

  it('is closed to a key that has other scopes only', async () => {
    for (const operation of operations) {
      for (const key of [operation.otherScope, LUCKY.keys.nothing]) {
        expect(await call(operation, { key })).toEqual({ operation: operation.id, codes: everywhere('forbidden') });
      }
    }
  });

  it('does not find what belongs to another tenant, and refuses what is no id', async () => {
    for (const operation of operations.filter((o) => o.hasIds)) {
      const none = OPERATIONS[operation.id]?.missingId ?? '01890000-0000-7000-8000-000000000000';
      const ids = [(await idOf(operation, OTHER.keys.all)) ?? foreignId, none];
      for (const id of ids) {
        expect(await call(operation, {}, id)).toEqual({ operation: operation.id, codes: everywhere('not_found') });
      }
      expect(await call(operation, {}, 'x'.repeat(36))).toMatchObject({ codes: everywhere('invalid_request') });
    }
  });
});

describeWithNats('an idempotency key', () => {
  let wires: ThreeWires;
  beforeAll(async () => {
    wires = await ThreeWires.start();
  });
  const SEND = { name: 'MessagingService.Send', route: 'POST /v1/messages' } as const;
  const countOf = async (to: string) =>
    (await wires.stack.database.db.rows('select from messages where recipient = $1', [to])).length;

  it('makes one message of the same command on all three wires', async () => {
    const message = aTextMessage({ metadata: { crm_id: '42', nested: [1, { a: null }] } });
    const { http, grpc, nats } = await wires.callAll(
      SEND,
      () => message,
      () => ({ idempotencyKey: 'order-1' }),
    );
    expect(http).toMatchObject({ ok: true });
    expect([grpc, nats].map((o) => (o?.ok === true ? o.value.id : o))).toEqual(
      [http, http].map((o) => (o.ok ? o.value.id : o)),
    );
    expect(await countOf(message.to)).toBe(1);
  });

  it('makes one message of 50 racers on all three wires', async () => {
    const message = aTextMessage();
    const options = { idempotencyKey: 'race-1' };
    const send = wires.method(SEND.name);
    const racers = Array.from({ length: 50 }, (_, i) => {
      if (i % 3 === 0) return wires.http.call(SEND.route, message, options);
      return i % 3 === 1 ? wires.grpcWire.call(send, message, options) : wires.natsWire.call(send, message, options);
    });
    const ids = (await Promise.all(racers)).map((o) => (o.ok ? o.value.id : o));
    expect(new Set(ids).size).toBe(1);
    expect(typeof ids[0]).toBe('string');
    expect(await countOf(message.to)).toBe(1);
  });

  it('of another command is refused alike on all three wires', async () => {
    await wires.http.call(SEND.route, aTextMessage(), { idempotencyKey: 'order-2' });
    const other = aTextMessage();
    const outcomes = await wires.callAll(
      SEND,
      () => other,
      () => ({ idempotencyKey: 'order-2' }),
    );
    for (const outcome of Object.values(outcomes)) {
      expect(outcome).toMatchObject({ ok: false, code: 'idempotency_mismatch' });
    }
    expect(await countOf(other.to)).toBe(0);
  });

  it.each([
    ['nothing in it', ''],
    ['a blank', 'a b'],
    ['256 characters', 'x'.repeat(256)],
  ])('that is none is refused under the name that the wire has for it: %s', async (_, idempotencyKey) => {
    const message = aTextMessage();
    const outcomes = await wires.callAll(
      SEND,
      () => message,
      () => ({ idempotencyKey }),
    );
    const names = Object.values(outcomes).map((o) => (o?.ok === false ? o.fields.map((f) => f.pointer) : o));
    expect(names).toEqual([['/Idempotency-Key'], ['/request_id'], ['/Nats-Msg-Id']]);
  });
});
