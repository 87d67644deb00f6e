import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  armMessages,
  countAhead,
  type HeldLane,
  listQueues,
  peekDue,
  waitingNumbers,
} from '../../src/messaging/send-queue.store.js';
import { type Db } from '../../src/platform/db/db.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aPortfolio, aWorker, everyQueue, type PortfolioRows, store, type WorkerRows } from '../support/rows.js';

let database: TestDatabase;
let db: Db;
let portfolio: PortfolioRows;
let worker: WorkerRows;
let lanes: HeldLane[];

beforeEach(async () => {
  database ??= await freshDatabase();
  ({ db } = database);
  portfolio = await aPortfolio(db);
  worker = await aWorker(database);
  lanes = await worker.take();
});

const queues = (upTo: number) => everyQueue(portfolio.phoneNumberId, upTo);
const dueAgo = (id: string | undefined, seconds: number) =>
  db.run(`update messages set due_at = now() - $2 * interval '1 second' where id = $1`, [id, seconds]);
const attempts = (id: string | undefined) =>
  db.rows<{ number: number }>('select number from attempts where message_id = $1 order by 1', [id]);

describe('looking for what is due', () => {
  it('gives of each queue the one that has waited longest first', async () => {
    const ids = await store(db, portfolio, { priority: 2 }, { priority: 0 }, { priority: 1 }, { priority: 1 });
    for (const [i, id] of ids.entries()) await dueAgo(id, i);
    const due = await peekDue(db, queues(10));
    expect(due.map((queue) => queue.map((m) => m.id))).toEqual([[ids[1]], [ids[3], ids[2]], [ids[0]]]);
  });

  it('gives of each fairness key no more than was asked of it, and nothing of the others', async () => {
    const of = (fairnessKey: string) => Array.from({ length: 5 }, () => ({ priority: 2, fairnessKey }));
    const [spring, none] = await Promise.all([store(db, portfolio, ...of('spring')), store(db, portfolio, ...of(''))]);
    await store(db, portfolio, ...of('summer'));
    await Promise.all([...spring, ...none].map((id, i) => dueAgo(id, 60 - i)));
    const ask = (fairnessKey: string, upTo: number) => ({
      phoneNumberId: portfolio.phoneNumberId,
      priority: 2,
      fairnessKey,
      upTo,
    });
    const due = await peekDue(db, [ask('spring', 2), ask('', 3), ask('autumn', 4)]);
    expect(due.map((queue) => queue.map((m) => m.id))).toEqual([spring.slice(0, 2), none.slice(0, 3), []]);
    expect(due[0]?.[0]).toMatchObject({ priority: 2, fairness_key: 'spring' });
  });

  it('shows an urgent message through a backlog of less urgent ones', async () => {
    const backlog = await store(db, portfolio, ...Array.from({ length: 300 }, () => ({ priority: 2 })));
    await db.run(`update messages set due_at = now() - interval '1 day' where id = any($1::uuid[])`, [backlog]);
    const [urgent] = await store(db, portfolio, { priority: 0 });
    const due = await peekDue(db, queues(5));
    expect(due.map((queue) => queue.length)).toEqual([1, 0, 5]);
    expect(due[0]?.[0]?.id).toBe(urgent);
  });

  it('leaves out what is not due yet, has expired, or is on its way already', async () => {
    const [later, expired, cancelled] = await store(db, portfolio, { sendAt: new Date(Date.now() + 60_000) }, {}, {});
    await db.run(`update messages set expires_at = now() - interval '1 second' where id = $1`, [expired]);
    await db.run(`update messages set state = 'cancelled' where id = $1`, [cancelled]);
    expect((await peekDue(db, queues(10))).flat()).toEqual([]);
    expect(await worker.arm(lanes, [later, expired, cancelled] as string[])).toEqual([]);
  });
});

describe('the queues in which anything waits', () => {
  const all = (...ids: string[]) => ids.map((phoneNumberId) => ({ phoneNumberId, priority: -1, fairnessKey: '' }));
  const named = (found: Awaited<ReturnType<typeof listQueues>>) =>
    found.map((row) => `${row.priority} ${row.fairness_key}`);

  it('are told with the time until their earliest message is due, and nothing of lanes without one', async () => {
    const idle = await aPortfolio(db);
    await store(db, portfolio, { sendAt: new Date(Date.now() + 600_000) }, { sendAt: new Date(Date.now() + 60_000) });
    const found = await listQueues(db, all(portfolio.phoneNumberId, idle.phoneNumberId), 100);
    expect(found.map((row) => row.phone_number_id)).toEqual([portfolio.phoneNumberId]);
    expect(found[0]?.in_ms).toBeGreaterThan(50_000);
    expect(found[0]?.in_ms).toBeLessThan(60_500);
  });

  it('are hopped through by priority and key, whatever waits in them', async () => {
    const later = { sendAt: new Date(Date.now() + 600_000) };
    const spring = Array.from({ length: 50 }, () => ({ priority: 2, fairnessKey: 'spring' }));
    await store(db, portfolio, { priority: 0 }, { priority: 2, fairnessKey: 'Autumn' }, ...spring);
    await store(db, portfolio, { priority: 2 }, { ...later, priority: 1, fairnessKey: 'news' }, ...spring);
    const found = await listQueues(db, all(portfolio.phoneNumberId), 100);
    expect(named(found)).toEqual(['0 ', '1 news', '2 ', '2 Autumn', '2 spring']);
    expect(found.map((row) => row.in_ms > 0)).toEqual([false, true, false, false, false]);
  });

  it('are told in parts when there are many, each part after the last one told', async () => {
    const other = await aPortfolio(db);
    const keys = ['a', 'b', 'c', 'd', 'e'].map((fairnessKey) => ({ fairnessKey }));
    await store(db, portfolio, ...keys);
    await store(db, other, {});
    const [first, second] = [portfolio.phoneNumberId, other.phoneNumberId].sort() as [string, string];
    const one = await listQueues(db, all(first, second), 3);
    expect(named(one).sort()).toEqual(['1 ', '1 a', '1 b', '1 c']);
    const rest = { phoneNumberId: portfolio.phoneNumberId, priority: 1, fairnessKey: 'c' };
    expect(named(await listQueues(db, [rest], 3))).toEqual(['1 d', '1 e']);
  });
});

describe('the numbers of which anything waits', () => {
  it('are found by hopping from one to the next, whatever waits of each, and no more than were asked for', async () => {
    const [two, one] = [await aPortfolio(db, 2), await aPortfolio(db)];
    const later = { sendAt: new Date(Date.now() + 600_000) };
    const [first, second] = two.phoneNumberIds as [string, string];
    await store(db, two, later, { priority: 0 }, { phoneNumberId: second, priority: 2 });
    const [rejected] = await store(db, one, {});
    await db.run(`update messages set state = 'rejected' where id = $1`, [rejected]);
    const found = await waitingNumbers(db, 1000);
    expect(found).toEqual([...new Set(found)].sort());
    const ids = [...two.phoneNumberIds, ...one.phoneNumberIds];
    expect(found.filter((id) => ids.includes(id))).toEqual([first, second].sort());
    expect(await waitingNumbers(db, 1)).toEqual(found.slice(0, 1));
  });
});

describe('arming', () => {
  it('commits an attempt before it gives the message away', async () => {
    const [id] = await store(db, portfolio, {});
    const armed = await worker.arm(lanes, [id as string]);
    expect(armed).toMatchObject([{ id, attempt_no: 1, fence: lanes[0]?.fence, content: { body: 'Hello' } }]);
    expect(await attempts(id)).toEqual([{ number: 1 }]);
    expect(await db.rows('select state from messages where id = $1', [id])).toEqual([{ state: 'sending' }]);
  });

  it('arms nothing at an outdated fence', async () => {
    const [id] = await store(db, portfolio, {});
    const outdated = lanes.map((l) => ({ ...l, fence: l.fence - 1 }));
    expect(await worker.arm(outdated, [id as string])).toEqual([]);
    expect(await attempts(id)).toEqual([]);
  });

  it('arms nothing for a worker whose lease ran out', async () => {
    const [id] = await store(db, portfolio, {});
    await db.run(`update workers set lease_until = now() - interval '1 millisecond' where id = $1`, [worker.id]);
    expect(await worker.arm(lanes, [id as string])).toEqual([]);
  });

  it('arms nothing for a worker that does not hold the lane, whatever fence it names', async () => {
    const [id] = await store(db, portfolio, {});
    const stranger = await aWorker(database);
    expect(await stranger.arm(lanes, [id as string])).toEqual([]);
  });

  it('arms each message once when many ask for it at the same time', async () => {
    const ids = await store(db, portfolio, ...Array.from({ length: 50 }, () => ({})));
    const rounds = await Promise.all(Array.from({ length: 6 }, () => worker.arm(lanes, ids)));
    const armed = rounds.flat().map((m) => m.id);
    expect(armed.sort()).toEqual([...ids].sort());
    const [row] = await db.rows('select count(*) as n from attempts where message_id = any($1::uuid[])', [ids]);
    expect(row).toEqual({ n: 50 });
  });

  it('lets no lane change its owner between the look at the fence and the commit of the attempt', async () => {
    const [id] = await store(db, portfolio, {});
    const heir = await aWorker(database);
    await db.transaction(async (tx) => {
      const armed = await armMessages(tx, { workerId: worker.id, lanes, ids: [id as string] });
      expect(armed).toHaveLength(1);
      await worker.die();
      expect(await heir.take()).toEqual([]);
    });
    expect((await heir.take()).map((l) => l.phoneNumberId)).toContain(portfolio.phoneNumberId);
  });
});

describe('where a waiting message stands', () => {
  const many = (count: number, over: object) => Array.from({ length: count }, () => ({ priority: 2, ...over }));
  const positionOf = async (id: string | undefined) => (await countAhead(db, id ?? '')).position;

  it('counts what is more urgent, and of its own queue what has waited longer', async () => {
    const [first, second, third] = await store(db, portfolio, ...many(3, {}));
    await store(db, portfolio, ...many(4, { priority: 1 }), ...many(2, { priority: 0 }));
    for (const [i, id] of [first, second, third].entries()) await dueAgo(id, 10 - i);
    expect(await Promise.all([first, second, third].map(positionOf))).toEqual([6, 7, 8]);
  });

  it('counts of another key no more than its share until then, and no more than waits', async () => {
    await store(db, portfolio, ...many(300, { fairnessKey: 'large' }), ...many(2, { fairnessKey: 'tiny' }));
    const small = await store(db, portfolio, ...many(10, { fairnessKey: 'small' }));
    for (const [i, id] of small.entries()) await dueAgo(id, 10 - i);
    // One of each key before the first; nine of its own, ten of the large one and both of the tiny one before the tenth.
    expect(await positionOf(small[0])).toBe(2);
    expect(await positionOf(small[9])).toBe(9 + 10 + 2);
  });

  it('goes by what the keys weigh in the policy of the number', async () => {
    const { portfolioId, phoneNumberId } = portfolio;
    await db.run(
      `insert into rate_limit_policies (phone_number_id, portfolio_id, fairness_weights, changed_by)
       values ($1, $2, '{"large": 5}', 'a test')`,
      [phoneNumberId, portfolioId],
    );
    await store(db, portfolio, ...many(300, { fairnessKey: 'large' }));
    const small = await store(db, portfolio, ...many(4, { fairnessKey: 'small' }));
    for (const [i, id] of small.entries()) await dueAgo(id, 10 - i);
    expect(await positionOf(small[3])).toBe(3 + 4 * 5);
  });
});
