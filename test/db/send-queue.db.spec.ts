import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  armMessages,
  type HeldLane,
  type LaneRequest,
  nextDue,
  peekDue,
  waitingNumbers,
} from '../../src/messaging/send-queue.store.js';
import { type Db } from '../../src/platform/db/db.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aPortfolio, aWorker, type PortfolioRows, store, type WorkerRows } from '../support/rows.js';

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

const lane = (upTo: number, mostPriority = 2) => [{ phoneNumberId: portfolio.phoneNumberId, upTo, mostPriority }];
const dueAgo = (id: string | undefined, seconds: number) =>
  db.run(`update messages set due_at = now() - $2 * interval '1 second' where id = $1`, [id, seconds]);
const attempts = (id: string | undefined) =>
  db.rows<{ number: number }>('select number from attempts where message_id = $1 order by 1', [id]);

describe('looking for what is due', () => {
  it('gives the most urgent first, then the one that has waited longest', async () => {
    const ids = await store(db, portfolio, { priority: 2 }, { priority: 0 }, { priority: 1 }, { priority: 1 });
    for (const [i, id] of ids.entries()) await dueAgo(id, i);
    const due = await peekDue(db, lane(10));
    expect(due.map((m) => m.id)).toEqual([ids[1], ids[3], ids[2], ids[0]]);
  });

  it('shows an urgent message through a backlog of less urgent ones', async () => {
    const backlog = await store(db, portfolio, ...Array.from({ length: 300 }, () => ({ priority: 2 })));
    await db.run(`update messages set due_at = now() - interval '1 day' where id = any($1::uuid[])`, [backlog]);
    const [urgent] = await store(db, portfolio, { priority: 0 });
    const due = await peekDue(db, lane(5));
    expect(due).toHaveLength(5);
    expect(due[0]?.id).toBe(urgent);
  });

  it('takes what is shared first, of each priority the one that has waited longest', async () => {
    const of = (priority: number) => Array.from({ length: 20 }, () => ({ priority }));
    const [passwords, utility, marketing] = await Promise.all([0, 1, 2].map((p) => store(db, portfolio, ...of(p))));
    await Promise.all([dueAgo(utility?.[7], 60), dueAgo(marketing?.[5], 60)]);
    const due = await peekDue(db, [{ ...(lane(10)[0] as LaneRequest), shared: { utility: 1, marketing: 1 } }]);
    expect(due.map((m) => m.priority)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
    expect(due.slice(8).map((m) => m.id)).toEqual([utility?.[7], marketing?.[5]]);
    expect(passwords).toEqual(expect.arrayContaining(due.slice(0, 8).map((m) => m.id)));
    const stopped = await peekDue(db, [{ ...(lane(10, 1)[0] as LaneRequest), shared: { utility: 0, marketing: 1 } }]);
    expect(stopped.map((m) => m.priority)).toEqual(Array(10).fill(0));
  });

  it('leaves out what is not due yet, has expired, or is on its way already', async () => {
    const [later, expired, cancelled] = await store(db, portfolio, { sendAt: new Date(Date.now() + 60_000) }, {}, {});
    await db.run(`update messages set expires_at = now() - interval '1 second' where id = $1`, [expired]);
    await db.run(`update messages set state = 'cancelled' where id = $1`, [cancelled]);
    expect(await peekDue(db, lane(10))).toEqual([]);
    expect(await worker.arm(lanes, [later, expired, cancelled] as string[])).toEqual([]);
  });

  it('tells when the earliest message of each lane is due, and nothing of lanes without one', async () => {
    const idle = await aPortfolio(db);
    await store(db, portfolio, { sendAt: new Date(Date.now() + 600_000) }, { sendAt: new Date(Date.now() + 60_000) });
    const found = await nextDue(db, [portfolio.phoneNumberId, idle.phoneNumberId]);
    expect(found.map((row) => row.phone_number_id)).toEqual([portfolio.phoneNumberId]);
    expect(found[0]?.in_ms).toBeGreaterThan(50_000);
    expect(found[0]?.in_ms).toBeLessThan(60_500);
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
