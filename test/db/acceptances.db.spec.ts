import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Outcome } from '../../src/core/delivery/classify-outcome.js';
import { OutboxSignal } from '../../src/messaging/outbox-signal.js';
import type { ArmedMessage } from '../../src/messaging/send-queue.store.js';
import { Settler } from '../../src/messaging/settler.js';
import type { Db } from '../../src/platform/db/db.js';
import { freshDatabase } from '../support/database.js';
import { accepted, answered, aPortfolio, aWorker, type PortfolioRows, reported, store, tell } from '../support/rows.js';
import { aRuntime } from '../support/runtime.js';

describe('an acceptance', () => {
  let db: Db;
  let portfolio: PortfolioRows;
  let arm: (ids: readonly string[]) => Promise<ArmedMessage[]>;
  let settler: Settler;

  beforeAll(async () => {
    const database = await freshDatabase();
    ({ db } = database);
    portfolio = await aPortfolio(db);
    const worker = await aWorker(database);
    const lanes = await worker.take();
    arm = (ids) => worker.arm(lanes, [...ids]);
    settler = new Settler(db, new OutboxSignal(), aRuntime({ DATABASE_URL: database.url, NATS_URL: 'nats://nowhere' }));
  });

  const someArmed = async (count: number) =>
    arm(await store(db, portfolio, ...Array.from({ length: count }, () => ({}))));

  /** Settles as the dispatcher does; a version that is wrong has the message read and judged. */
  async function settle(messages: readonly ArmedMessage[], outcome: (m: ArmedMessage) => Outcome, version?: number) {
    for (const m of messages) {
      const key = { messageId: m.id, phoneNumberId: m.phone_number_id, attempt: m.attempt_no };
      settler.begin(key);
      settler.settle({ ...key, version: version ?? m.version, outcome: outcome(m), httpStatus: 200, retryInMs: 0 });
    }
    await settler.whenIdle();
  }

  /** Everything that is written about a message, without its own ids and the instants, which are told as present or not. */
  async function written(id: string): Promise<unknown> {
    const [message] = await db.rows('select * from messages where id = $1', [id]);
    const attempts = await db.rows('select * from attempts where message_id = $1 order by number', [id]);
    const events = await db.rows('select * from message_events where aggregate_id = $1 order by version', [id]);
    const outbox = await db.rows(
      'select e.version from message_outbox o join message_events e using (seq) where e.aggregate_id = $1 order by 1',
      [id],
    );
    const awaiting = await db.rows('select * from messages_awaiting_status where message_id = $1', [id]);
    const own = ['id', 'message_id', 'aggregate_id', 'seq', 'tx', 'recipient'];
    return JSON.parse(
      JSON.stringify({ message, attempts, events, outbox, awaiting }, (key, value: unknown) => {
        if (own.includes(key)) return undefined;
        return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? 'an instant' : value;
      }).replaceAll(id, 'its id'),
    );
  }

  it.each<[string, (m: ArmedMessage) => Outcome]>([
    ['plainly', (m) => accepted(`wamid.of.${m.recipient.length}`)],
    [
      'with the number as Meta writes it',
      (m) => ({ ...accepted(`wamid.of.${m.recipient.length}`), waId: '551199' }) as Outcome,
    ],
  ])('of a message that is as it was armed leaves what reading and judging it leaves: %s', async (_, outcome) => {
    const [fast, judged] = (await someArmed(2)) as [ArmedMessage, ArmedMessage];
    await settle([fast], outcome);
    await settle([judged], outcome, -1);
    expect(await written(fast.id)).toEqual(await written(judged.id));
    expect(await written(fast.id)).toMatchObject({
      message: { state: 'submitted', status: 'accepted', version: 2 },
      attempts: [{ outcome: 'accepted', evidence: 'response', http_status: 200 }],
      events: [{ type: 'queued' }, { type: 'submitted', data: { evidence: 'response' } }],
      outbox: [{ version: 2 }],
      awaiting: [{}],
    });
  });

  it('of a message that Meta has reported on already keeps the report', async () => {
    const messages = await someArmed(3);
    const [early] = messages as [ArmedMessage];
    await tell(db, early.id, [reported('delivered', 'wamid.0', 1)]);
    await settle(messages, (m) => accepted(`wamid.${messages.indexOf(m)}`));
    const states = await db.rows<{ id: string; status: string }>(
      `select id, status from messages where id = any($1::uuid[]) and state = 'submitted'`,
      [messages.map((m) => m.id)],
    );
    const statusOf = (m?: ArmedMessage) => states.find((row) => row.id === m?.id)?.status;
    expect(messages.map(statusOf)).toEqual(['delivered', 'accepted', 'accepted']);
  });

  it('that is told twice is written once', async () => {
    const messages = await someArmed(1);
    await settle(messages, () => accepted('wamid.twice'));
    const once = await written(messages[0]?.id as string);
    await settle(messages, () => accepted('wamid.twice'));
    expect(await written(messages[0]?.id as string)).toEqual(once);
  });

  it('of an attempt before the latest one is judged', async () => {
    const [m] = (await someArmed(1)) as [ArmedMessage];
    const busy = { kind: 'rejected_retry', error: { code: 130429 }, reaction: {} } as unknown as Outcome;
    await tell(db, m.id, [answered(1, busy)]);
    await db.run('update messages set due_at = now() where id = $1', [m.id]);
    const [again] = (await arm([m.id])) as [ArmedMessage];
    expect([again.attempt_no, again.version]).toEqual([2, m.version]);
    await settle([m], () => accepted('wamid.late'));
    await settle([again], () => accepted('wamid.second'));
    expect(await db.rows('select number, outcome from attempts where message_id = $1 order by 1', [m.id])).toEqual([
      { number: 1, outcome: 'rejected_retry' },
      { number: 2, outcome: 'accepted' },
    ]);
  });
});
