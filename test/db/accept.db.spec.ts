import { beforeAll, describe, expect, it } from '@jest/globals';
import { findMessage, insertMessages, listMessages } from '../../src/messaging/messages.store.js';
import { newId } from '../../src/platform/clock/ids.js';
import type { Db } from '../../src/platform/db/db.js';
import { freshDatabase } from '../support/database.js';
import { aNewMessage, aPortfolio, fingerprintOf, type PortfolioRows } from '../support/rows.js';

describe('accepting messages', () => {
  let db: Db;
  let portfolio: PortfolioRows;

  beforeAll(async () => {
    ({ db } = await freshDatabase());
    portfolio = await aPortfolio(db);
  });

  const aMessage = (over = {}) => aNewMessage({ phoneNumberId: portfolio.phoneNumberId, ...over });
  const insert = (messages: ReturnType<typeof aMessage>[], publish = false) =>
    db.asTenant(portfolio.portfolioId, (tx) => insertMessages(tx, portfolio.portfolioId, messages, publish));
  const count = async (table: string) =>
    (await db.rows<{ n: number }>(`select count(*) as n from ${table}`))[0]?.n as number;

  it('stores a message with its first ledger entry, and fills the outbox only where there is a bus', async () => {
    const [silent, published] = [aMessage(), aMessage()];
    const before = await count('message_outbox');
    expect((await insert([silent])).get(silent.id)).toMatchObject({ kind: 'stored', state: 'queued' });
    expect(await count('message_outbox')).toBe(before);
    await insert([published], true);
    expect(await count('message_outbox')).toBe(before + 1);
    const events = await db.rows('select version, type from message_events where aggregate_id = $1', [silent.id]);
    expect(events).toEqual([{ version: 1, type: 'queued' }]);
  });

  it('names the twin when a key was used before, with the fingerprint that tells whether it is the same', async () => {
    const first = aMessage({ idempotencyKey: 'order-1', fingerprint: fingerprintOf('one') });
    const again = aMessage({ idempotencyKey: 'order-1', fingerprint: fingerprintOf('two') });
    await insert([first]);
    const messages = await count('messages');
    const result = (await insert([again])).get(again.id);
    expect(result).toMatchObject({ kind: 'known', id: first.id, fingerprint: fingerprintOf('one') });
    expect(await count('messages')).toBe(messages);
  });

  it('stores one of several with the same key within one batch, and names it to the others', async () => {
    const batch = [1, 2, 3].map(() => aMessage({ idempotencyKey: 'within a batch' }));
    const results = await insert(batch);
    const stored = [...results.values()].filter((r) => r.kind === 'stored');
    expect(stored).toHaveLength(1);
    expect(new Set([...results.values()].map((r) => r.id))).toEqual(new Set([stored[0]?.id]));
    expect(results.size).toBe(3);
  });

  it('lets a key belong to each portfolio anew', async () => {
    const other = await aPortfolio(db);
    await insert([aMessage({ idempotencyKey: 'shared word' })]);
    const theirs = aNewMessage({ phoneNumberId: other.phoneNumberId, idempotencyKey: 'shared word' });
    const results = await db.asTenant(other.portfolioId, (tx) =>
      insertMessages(tx, other.portfolioId, [theirs], false),
    );
    expect(results.get(theirs.id)?.kind).toBe('stored');
  });

  it('neither loses nor doubles nor deadlocks when batches with the same keys in opposite order race', async () => {
    for (let round = 0; round < 6; round += 1) {
      // Large enough that the statements really run side by side.
      const keys = Array.from({ length: 500 }, (_, i) => `race-${round}-${i}`);
      const batch = (order: readonly string[]) => order.map((idempotencyKey) => aMessage({ idempotencyKey }));
      const back = [...keys].reverse();
      const answers = await Promise.all([keys, back, keys, back].map((order) => insert(batch(order))));
      const results = answers.flatMap((answer) => [...answer.values()]);
      expect(results).toHaveLength(2000);
      expect(results.filter((r) => r.kind === 'stored')).toHaveLength(500);
      expect(new Set(results.map((r) => r.id)).size).toBe(500);
    }
  });

  it('stores nothing of a batch when one of its messages cannot be stored', async () => {
    const messages = await count('messages');
    const bad = aMessage({ priority: 7 });
    await expect(insert([aMessage({ idempotencyKey: 'not kept' }), bad])).rejects.toMatchObject({ code: '23514' });
    expect(await count('messages')).toBe(messages);
    const retry = aMessage({ idempotencyKey: 'not kept' });
    expect((await insert([retry])).get(retry.id)?.kind).toBe('stored');
  });

  it('schedules what is to be sent later and queues what is due', async () => {
    const later = aMessage({ sendAt: new Date(Date.now() + 3_600_000) });
    const past = aMessage({ sendAt: new Date(Date.now() - 3_600_000) });
    const results = await insert([later, past]);
    expect(results.get(later.id)).toMatchObject({ state: 'scheduled' });
    expect(results.get(past.id)).toMatchObject({ state: 'queued' });
    const [row] = await db.rows('select due_at = send_at as exact from messages where id = $1', [later.id]);
    expect(row).toEqual({ exact: true });
  });

  it('pages from the newest to the oldest without a gap or a repeat', async () => {
    const of = await aPortfolio(db);
    const ids = Array.from({ length: 7 }, () => newId());
    const messages = ids.map((id) => aNewMessage({ id, phoneNumberId: of.phoneNumberId }));
    await insertMessages(db, of.portfolioId, messages, false);
    const filter = { phoneNumberId: null, state: null, status: null, wamid: null, limit: 3 };
    const seen: string[] = [];
    for (let beforeId: string | null = null; ; beforeId = seen.at(-1) as string) {
      const page = await listMessages(db, of.portfolioId, { ...filter, beforeId });
      if (page.length === 0) break;
      seen.push(...page.map((m) => m.id));
    }
    expect(seen).toEqual([...ids].reverse());
  });

  it('finds no message for another portfolio, even for the owner of the tables', async () => {
    const message = aMessage();
    await insert([message]);
    const other = await aPortfolio(db);
    expect(await findMessage(db, portfolio.portfolioId, message.id)).toMatchObject({ id: message.id, attempts: [] });
    expect(await findMessage(db, other.portfolioId, message.id)).toBeNull();
  });
});
