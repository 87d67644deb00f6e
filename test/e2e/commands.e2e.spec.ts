import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from '@jest/globals';
import { AckPolicy, jetstream, jetstreamManager, type PubAck, type StreamState } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { DeadLetterBox, type DeadLetterEntry, type Moved } from '../../src/platform/bus/dead-letter-box.js';
import { LUCKY, OTHER } from '../support/accounts.js';
import { stopAtEnd } from '../support/cleanup.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aRecipient, aTextMessage } from '../support/factories.js';
import { describeWithNats, TestNats } from '../support/nats.js';
import { type Settings, type Stack, startStack } from '../support/stack.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

interface Published {
  readonly subject?: string;
  readonly key?: string | null;
  readonly id?: string;
}

interface DeadLetter {
  readonly subject: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const SUBJECT = `wa.cmd.v1.${LUCKY.businessId}.messages.send`;
const PATIENCE = { withinMs: 30_000 };

/** A publisher of commands that knows no more than what is documented. */
class Publisher {
  private constructor(readonly connection: NatsConnection) {}

  static async of(nats: TestNats): Promise<Publisher> {
    const connection = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    stopAtEnd('a publisher', () => connection.close());
    const publisher = new Publisher(connection);
    await until(() => publisher.state('WA_CMD'), { ...PATIENCE, what: 'the stream of commands' });
    return publisher;
  }

  send(body: object | string, { subject = SUBJECT, key = LUCKY.keys.all, id }: Published = {}): Promise<PubAck> {
    const h = headers();
    if (key !== null) h.set('Authorization', `Bearer ${key}`);
    const data = typeof body === 'string' ? body : JSON.stringify(body);
    return jetstream(this.connection).publish(subject, data, {
      headers: h,
      ...(id === undefined ? {} : { msgID: id }),
    });
  }

  async state(stream: string): Promise<StreamState> {
    return (await (await jetstreamManager(this.connection)).streams.info(stream)).state;
  }

  /** Resolves when every command has been acknowledged. */
  async untilDone(): Promise<void> {
    await until(async () => (await this.state('WA_CMD')).messages === 0, { ...PATIENCE, what: 'an empty work queue' });
  }

  async deadLetters(): Promise<DeadLetter[]> {
    const { messages } = await this.state('WA_DLQ');
    const manager = await jetstreamManager(this.connection);
    const { name } = await manager.consumers.add('WA_DLQ', { ack_policy: AckPolicy.None });
    const consumer = await jetstream(this.connection).consumers.get('WA_DLQ', name);
    const found: DeadLetter[] = [];
    if (messages === 0) return found;
    for await (const m of await consumer.fetch({ max_messages: messages, expires: 5000 })) {
      const own = Object.fromEntries(m.headers?.keys().map((k) => [k, m.headers?.get(k) ?? '']) ?? []);
      found.push({ subject: m.subject, body: m.string(), headers: own });
    }
    return found;
  }
}

const recipients = async (db: TestDatabase['db']) =>
  (await db.rows<{ recipient: string }>('select recipient from messages')).map((row) => row.recipient);

describeWithNats('durable commands', () => {
  let nats: TestNats;
  let stack: Stack;
  let proxy: TcpProxy;
  let publisher: Publisher;

  beforeAll(async () => {
    nats = await TestNats.start();
    const database = await freshDatabase();
    proxy = await TcpProxy.before(database.url);
    const databaseUrl = proxy.insteadOf(database.url);
    stack = await startStack({ database, databaseUrl, settings: { NATS_URL: nats.url } });
    publisher = await Publisher.of(nats);
  });

  const messagesTo = async (to: string) => (await recipients(stack.database.db)).filter((r) => r === to).length;
  const deadLettersOf = async (marker: string) =>
    (await publisher.deadLetters()).filter((letter) => letter.body.includes(marker));

  it('become one message each, which is sent', async () => {
    const commands = Array.from({ length: 50 }, () => aTextMessage());
    await Promise.all(commands.map((command) => publisher.send(command, { id: randomUUID() })));
    await publisher.untilDone();
    const accepted = await recipients(stack.database.db);
    for (const { to } of commands) expect(accepted.filter((r) => r === to)).toEqual([to]);
    const [row] = await stack.database.db.rows<{ id: string }>('select id from messages limit 1');
    await stack.api.untilMessage(row?.id ?? '', (m) => m.state === 'submitted', PATIENCE);
  });

  it('share their keys with the other wires', async () => {
    const [message, id] = [aTextMessage(), randomUUID()];
    await publisher.send(message, { id });
    await publisher.untilDone();
    await stack.api.send(message, { headers: { 'idempotency-key': id } });
    expect(await messagesTo(message.to)).toBe(1);
  });

  it('do not lose a second body under the same key: it is a dead letter', async () => {
    const [first, second, id] = [aTextMessage(), aTextMessage(), randomUUID()];
    await publisher.send(first, { id });
    await publisher.untilDone();
    // JetStream itself drops what comes with the same id within the stream's short window, and says so.
    await until(async () => !(await publisher.send(second, { id })).duplicate, { ...PATIENCE, what: 'a new command' });
    await publisher.untilDone();
    expect([await messagesTo(first.to), await messagesTo(second.to)]).toEqual([1, 0]);
    expect(await deadLettersOf(second.to)).toMatchObject([
      { headers: { 'Heliograph-Reason': 'idempotency_mismatch', 'Heliograph-Msg-Id': id } },
    ]);
  });

  it.each<[string, string, (to: string) => string, Published]>([
    ['is no JSON', 'invalid_request', (to) => `{"to": "${to}"`, {}],
    ['is no message', 'invalid_request', (to) => JSON.stringify({ ...aTextMessage({ to }), text: {} }), {}],
    ['has no credential', 'unauthenticated', (to) => JSON.stringify(aTextMessage({ to })), { key: null }],
    [
      'has a key without the scope',
      'forbidden',
      (to) => JSON.stringify(aTextMessage({ to })),
      { key: LUCKY.keys.messagesRead },
    ],
    [
      'has the key of another portfolio',
      'forbidden',
      (to) => JSON.stringify(aTextMessage({ to })),
      { key: OTHER.keys.all },
    ],
    [
      'is for nobody',
      'forbidden',
      (to) => JSON.stringify(aTextMessage({ to })),
      { subject: 'wa.cmd.v1.999.messages.send' },
    ],
    [
      'nobody understands',
      'not_found',
      (to) => JSON.stringify({ to }),
      { subject: `wa.cmd.v1.${LUCKY.businessId}.messages.sing` },
    ],
  ])('that %s is a dead letter (%s) without its credential, and its neighbours go on', async (_, reason, body, as) => {
    const [to, before, after] = [aRecipient(), aTextMessage(), aTextMessage()];
    await publisher.send(before);
    const { seq } = await publisher.send(body(to), as);
    await publisher.send(after);
    await publisher.untilDone();
    expect([await messagesTo(before.to), await messagesTo(to), await messagesTo(after.to)]).toEqual([1, 0, 1]);
    const [letter, ...others] = await deadLettersOf(to);
    const subject = as.subject ?? SUBJECT;
    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      subject: subject.replace('wa.cmd.', 'wa.dlq.'),
      headers: {
        'Heliograph-Reason': reason,
        'Heliograph-Detail': expect.stringMatching(/\w/),
        'Heliograph-Subject': subject,
        'Heliograph-Stream-Sequence': String(seq),
      },
    });
    expect(JSON.stringify(letter)).not.toContain(as.key ?? LUCKY.keys.all);
  });

  it('come back from the dead letters under the key of who moves them, once', async () => {
    const message = aTextMessage();
    await publisher.send(message, { key: LUCKY.keys.messagesRead });
    await publisher.untilDone();
    const box = new DeadLetterBox(publisher.connection, 'WA_DLQ', `wa.dlq.v1.${LUCKY.businessId}.>`);
    const [letter] = await deadLettersOf(message.to);
    const sequence = letter?.headers['Heliograph-Stream-Sequence'];
    const listed: DeadLetterEntry[] = [];
    for await (const entry of box.list()) listed.push(entry);
    const wanted = listed.at(-1);
    expect([wanted?.reason, sequence]).toEqual(['forbidden', expect.stringMatching(/^[1-9]/)]);
    const moved: Moved[] = [];
    const isWanted = (entry: DeadLetterEntry) => entry.sequence === wanted?.sequence;
    for await (const entry of box.move(`Bearer ${LUCKY.keys.all}`, isWanted)) moved.push(entry);
    expect(moved).toEqual([{ ...wanted, moved: true }]);
    await publisher.untilDone();
    expect(await messagesTo(message.to)).toBe(1);
    expect(await deadLettersOf(message.to)).toEqual([]);
  });

  it('wait while the database is away, and become one message each when it is back', async () => {
    const commands = Array.from({ length: 20 }, () => aTextMessage());
    await proxy.refuse();
    await Promise.all(commands.map((command) => publisher.send(command)));
    await until(async () => /heliograph_commands_total\{result="retried"\} [1-9]/.test(await metrics()), PATIENCE);
    await proxy.resume();
    await publisher.untilDone();
    const accepted = await recipients(stack.database.db);
    for (const { to } of commands) expect(accepted.filter((r) => r === to)).toEqual([to]);
  });

  const metrics = async () => (await stack.api.get<string>('/metrics')).body;

  it('are taken again after NATS was away', async () => {
    await nats.stop();
    await nats.start();
    const message = aTextMessage();
    await until(() => publisher.send(message, { id: 'after-the-restart' }), { ...PATIENCE, what: 'a stored command' });
    await publisher.untilDone();
    expect(await messagesTo(message.to)).toBe(1);
  });
});

describeWithNats('a command whose taker dies between its commit and its acknowledgement', () => {
  it.each([
    ['with', 'a-key-of-the-caller'],
    ['without', undefined],
  ])(
    'is one message, %s a key',
    async (_, id) => {
      const nats = await TestNats.start();
      const stack = await startStack({ replicas: 0, settings: { NATS_URL: nats.url } });
      const doomed = await stack.addChild({ CRASH_AT: 'command-committed:1' });
      const publisher = await Publisher.of(nats);
      const message = aTextMessage();
      await publisher.send(message, id === undefined ? {} : { id });
      // SIGKILL comes from within; a signal to who is dead already changes nothing.
      await until(async () => (await recipients(stack.database.db)).length === 1, { ...PATIENCE, what: 'the commit' });
      await until(() => isGone(doomed.pid), { ...PATIENCE, what: 'the death' });
      expect((await publisher.state('WA_CMD')).messages).toBe(1);
      await stack.addGateway();
      await until(async () => (await publisher.state('WA_CMD')).messages === 0, {
        withinMs: 60_000,
        what: 'the redelivery',
      });
      expect(await recipients(stack.database.db)).toEqual([message.to]);
    },
    120_000,
  );
});

describeWithNats('a stream of commands that is full', () => {
  it('refuses its publisher, and takes more when there is room', async () => {
    const nats = await TestNats.start();
    const settings: Settings = { NATS_URL: nats.url, COMMAND_STREAM_MAX_MESSAGES: '3' };
    const stack = await startStack({ settings });
    const publisher = await Publisher.of(nats);
    // Then nobody takes them.
    await stack.gateways[0]?.stop();
    for (let i = 0; i < 3; i += 1) await publisher.send(aTextMessage());
    await expect(publisher.send(aTextMessage())).rejects.toThrow(/maximum messages exceeded/);
    await stack.addGateway();
    await publisher.untilDone();
    await publisher.send(aTextMessage());
    await publisher.untilDone();
    expect(await recipients(stack.database.db)).toHaveLength(4);
  }, 120_000);
});

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
