import { beforeAll, expect, it } from '@jest/globals';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { LUCKY } from '../support/accounts.js';
import { stopAtEnd } from '../support/cleanup.js';
import { aTextMessage } from '../support/factories.js';
import { describeWithNats, TestNats } from '../support/nats.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

interface BusEvent {
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, unknown>>;
}

describeWithNats('events on the bus', () => {
  let nats: TestNats;
  let stack: Stack;

  beforeAll(async () => {
    nats = await TestNats.start();
    stack = await startStack({
      settings: { NATS_URL: nats.url },
      simulator: { scenario: { outcomes: { delivered: 1, read: 1 } } },
    });
  });

  /** Everything that the stream holds, in its order. */
  async function readStream(): Promise<BusEvent[]> {
    const connection = await connect({ servers: nats.url });
    const close = stopAtEnd('a connection to NATS', () => connection.close());
    try {
      const manager = await jetstreamManager(connection);
      const { state } = await manager.streams.info('WA_EVT');
      const { name } = await manager.consumers.add('WA_EVT', { ack_policy: AckPolicy.None });
      const consumer = await jetstream(connection).consumers.get('WA_EVT', name);
      const events: BusEvent[] = [];
      if (state.messages === 0) return events;
      for await (const message of await consumer.fetch({ max_messages: state.messages, expires: 5000 })) {
        const headers = Object.fromEntries(
          message.headers?.keys().map((key) => [key, message.headers?.get(key) ?? '']) ?? [],
        );
        events.push({ subject: message.subject, headers, data: message.json() });
      }
      return events;
    } finally {
      await close();
    }
  }

  const outbox = async () => (await stack.database.db.rows('select from message_outbox')).length;
  const published = () => until(async () => (await outbox()) === 0, { withinMs: 15_000, what: 'an empty outbox' });
  const read = (id: string) => stack.api.untilMessage(id, (m) => m.status === 'read', { withinMs: 20_000 });

  it('arrive as CloudEvents in binary mode, the same as over REST', async () => {
    const { id } = await stack.api.send(aTextMessage({ callback_data: 'Größe 42 %', metadata: { crm_id: '42' } }));
    await read(id);
    await published();
    const events = (await readStream()).filter((e) => e.headers['ce-subject'] === id);
    const overRest = await stack.api.history(id);
    expect(events.map((e) => e.headers['ce-id'])).toEqual(overRest.map((e) => e.id));
    for (const [i, event] of events.entries()) {
      const rest = overRest[i];
      const [, word] = /^io\.heliograph\.message\.([a-z_]+)\.v1$/.exec(rest?.type ?? '') ?? [];
      expect(event.subject).toBe(`wa.evt.v1.${LUCKY.businessId}.message.${word}.${id}`);
      expect(event.headers).toMatchObject({
        'Nats-Msg-Id': rest?.id,
        'ce-specversion': '1.0',
        'ce-type': rest?.type,
        'ce-time': rest?.time,
        'ce-source': rest?.source,
        'ce-datacontenttype': 'application/json',
        'ce-sequence': String(rest?.version),
      });
      expect(event.data).toEqual({ ...rest?.data, version: rest?.version });
    }
  });

  it('arrive once each, with versions that rise by one per message', async () => {
    const messages = await stack.api.sendAll(Array.from({ length: 100 }, () => aTextMessage()));
    for (const { id } of messages) await read(id);
    await published();
    const events = await readStream();
    const ids = events.map((e) => e.headers['ce-id']);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id } of messages) {
      const versions = events
        .filter((e) => e.headers['ce-subject'] === id)
        .map((e) => Number(e.headers['ce-sequence']));
      expect(versions).toEqual(versions.map((_, i) => i + 1));
      expect(versions.length).toBeGreaterThanOrEqual(4);
    }
  });

  it('wait in the outbox while the bus is away, hold nothing else up, and arrive when it is back', async () => {
    await published();
    await nats.stop();
    const messages = await stack.api.sendAll(Array.from({ length: 50 }, () => aTextMessage()));
    for (const { id } of messages) await read(id);
    expect(await outbox()).toBeGreaterThanOrEqual(50 * 4);
    await nats.start();
    await published();
    const events = await readStream();
    for (const { id } of messages) {
      const versions = events
        .filter((e) => e.headers['ce-subject'] === id)
        .map((e) => Number(e.headers['ce-sequence']));
      expect(versions).toEqual((await stack.api.history(id)).map((e) => e.version));
    }
    const ids = events.map((e) => e.headers['ce-id']);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
