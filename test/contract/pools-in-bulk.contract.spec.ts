import { type Client, credentials, type GrpcObject, loadPackageDefinition, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { beforeAll, expect, it } from '@jest/globals';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers } from '@nats-io/transport-node';
import type { PoolView } from '../../src/accounts/pools.dto.js';
import { LUCKY } from '../support/accounts.js';
import { stopAtEnd } from '../support/cleanup.js';
import { aRecipient, aTextMessage } from '../support/factories.js';
import { describeWithNats } from '../support/nats.js';
import { grpcMetadata } from '../support/transports/grpc-client.js';
import { CONTRACTS } from '../support/transports/protos.js';
import { ThreeWires } from '../support/transports/three-wires.js';
import { until } from '../support/until.js';
import { LATER } from './operations.js';

interface Item {
  readonly index: number;
  readonly phone_number_id?: string;
  readonly problem?: { readonly code: string; readonly errors?: readonly { readonly pointer: string }[] };
}
interface StreamClient extends Client {
  StreamSend(
    metadata: unknown,
    callback: (error: ServiceError | null, sent: { results: Item[] }) => void,
  ): { write(message: object): boolean; end(): void };
}

const NOBODYS = '0198a000-0000-7000-8000-00000000ffff';

/** Every way in which many messages come in has to know pools, and give a person the same number on all of them. */
describeWithNats('number pools, on the wires for many messages,', () => {
  let wires: ThreeWires;
  let pool: PoolView;

  beforeAll(async () => {
    wires = await ThreeWires.start({ simulator: { phoneNumbers: 3 } });
    const { api } = wires.stack;
    const { body } = await api.get<{ phone_numbers: { phone_number_id: string }[] }>('/v1/phone_numbers');
    const asked = { name: 'Campaigns', phone_number_ids: body.phone_numbers.map((n) => n.phone_number_id) };
    pool = (await api.call<PoolView>('POST', '/v1/pools', { body: asked })).body;
  });

  const aMessage = (to: string, pool_id = pool.id) =>
    aTextMessage({ phone_number_id: undefined, pool_id, to, ...LATER });

  function streamSend(messages: readonly object[]): Promise<Item[]> {
    const options = { keepCase: true, longs: String, enums: String, defaults: false, oneofs: false };
    const loaded = loadPackageDefinition(
      loadSync('heliograph/v1/messaging.proto', { ...options, includeDirs: [CONTRACTS] }),
    );
    const { MessagingService } = (loaded.heliograph as GrpcObject).v1 as GrpcObject;
    const client = new (MessagingService as unknown as new (...args: unknown[]) => StreamClient)(
      `127.0.0.1:${wires.stack.gateways[0]?.grpcPort}`,
      credentials.createInsecure(),
    );
    return new Promise<Item[]>((resolve, reject) => {
      const call = client.StreamSend(grpcMetadata({}), (error, sent) =>
        error === null ? resolve(sent.results) : reject(error),
      );
      for (const message of messages) call.write(message);
      call.end();
    }).finally(() => client.close());
  }

  async function ndjson(messages: readonly object[]): Promise<Item[]> {
    const { body } = await wires.stack.api.call<string>('POST', '/v1/messages/batch', {
      body: messages.map((m) => JSON.stringify(m)).join('\n'),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    return body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Item);
  }

  async function batch(messages: readonly object[]): Promise<Item[]> {
    const { body } = await wires.stack.api.call<{ results: Item[] }>('POST', '/v1/messages/batch', {
      body: { messages },
    });
    return body.results;
  }

  async function batchSend(wire: 'grpcWire' | 'natsWire', messages: readonly object[]): Promise<Item[]> {
    const outcome = await wires[wire].call(wires.method('MessagingService.BatchSend'), { messages }, {});
    if (!outcome.ok) throw new Error(JSON.stringify(outcome));
    return (outcome.value as { results: Item[] }).results;
  }

  const ways: readonly [string, (messages: readonly object[]) => Promise<Item[]>][] = [
    ['a JSON batch', batch],
    ['NDJSON', ndjson],
    ['StreamSend', streamSend],
    ['BatchSend over gRPC', (messages) => batchSend('grpcWire', messages)],
    ['BatchSend over NATS', (messages) => batchSend('natsWire', messages)],
  ];

  it.each(ways)('%s gives each person the number that they hear from, and says which', async (_, send) => {
    const people = Array.from({ length: 13 }, aRecipient);
    const single = await wires.stack.api.sendAll(people.map((to) => aMessage(to)));
    const numbers = single.map((m) => m.phone_number_id);
    expect(new Set(numbers).size).toBeGreaterThan(1);
    const results = await send([...people, ...people].map((to) => aMessage(to)));
    expect(results.map((r) => r.phone_number_id)).toEqual([...numbers, ...numbers]);
  });

  it.each(ways)(
    '%s refuses a pool that is nobody’s, and a message with number and pool, each by itself',
    async (_, send) => {
      const to = aRecipient();
      const both = { ...aMessage(to), phone_number_id: LUCKY.phoneNumberId };
      const results = await send([aMessage(to, NOBODYS), aMessage(to), both]);
      expect(results.map((r) => r.problem?.errors?.[0]?.pointer ?? r.problem?.code ?? null)).toEqual([
        '/pool_id',
        null,
        '/pool_id',
      ]);
    },
  );

  it('durable commands go to the number that each person hears from, and to nowhere without such a pool', async () => {
    const people = Array.from({ length: 13 }, aRecipient);
    const single = await wires.stack.api.sendAll(people.map((to) => aMessage(to)));
    const connection = await connect({ servers: wires.nats.url });
    stopAtEnd('a publisher', () => connection.close());
    const h = headers();
    h.set('Authorization', `Bearer ${LUCKY.keys.all}`);
    const lost = aRecipient();
    for (const message of [...people.map((to) => aMessage(to)), aMessage(lost, NOBODYS)]) {
      await jetstream(connection).publish(`wa.cmd.v1.${LUCKY.businessId}.messages.send`, JSON.stringify(message), {
        headers: h,
      });
    }
    const { db } = wires.stack.database;
    const stored = () =>
      db.rows<{ recipient: string; phone_number_id: string; pool_id: string }>(
        'select recipient, phone_number_id, pool_id from messages where recipient = any($1)',
        [people],
      );
    const manager = await jetstreamManager(connection);
    const waiting = async () => (await manager.streams.info('WA_CMD')).state.messages;
    await until(async () => (await waiting()) === 0, { withinMs: 30_000, what: 'an empty work queue' });
    expect(await stored()).toHaveLength(2 * people.length);
    for (const row of await stored()) {
      const expected = single.find((m) => m.to === row.recipient)?.phone_number_id;
      expect(row).toMatchObject({ pool_id: pool.id, phone_number_id: expected });
    }
    expect(await db.rows('select from messages where recipient = $1', [lost])).toEqual([]);
  });
});
