import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PoolFailOverService } from '../../src/messaging/pool-fail-over.service.js';
import type { ArmedMessage, HeldLane } from '../../src/messaging/send-queue.store.js';
import type { Db } from '../../src/platform/db/db.js';
import type { Queryable } from '../../src/platform/db/queryable.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aRecipient } from '../support/factories.js';
import { aPoolOfTwo, type PoolOfTwo } from '../support/pool-of-two.js';
import { answered, tell, type WorkerRows } from '../support/rows.js';

let database: TestDatabase;
let db: Db;
let pool: PoolOfTwo;
let [from, to]: [string, string] = ['', ''];
let worker: WorkerRows;
let lanes: HeldLane[];

beforeEach(async () => {
  database ??= await freshDatabase();
  ({ db } = database);
  pool = await aPoolOfTwo(database);
  ({ from, to, worker, lanes } = pool);
  // The owner of the lane does not know of it yet, and arms on.
  await pool.stop();
});

/** A process of its own that moves messages. */
const aProcess = (over?: Db): PoolFailOverService => pool.mover(over).failOver;

/** The same database, where something happens once right before a statement of a transaction that has these words. */
function beforeStatement(words: string, happen: () => Promise<unknown>): Db {
  let isDue = true;
  const meet = async (sql: string) => {
    if (!isDue || !sql.includes(words)) return;
    isDue = false;
    await happen();
  };
  const through = (tx: Queryable): Queryable => ({
    rows: async (sql, params) => {
      await meet(sql);
      return tx.rows(sql, params);
    },
    run: async (sql, params) => {
      await meet(sql);
      return tx.run(sql, params);
    },
  });
  const transaction = <T>(work: (tx: Queryable) => Promise<T>) => db.transaction((tx) => work(through(tx)));
  return Object.assign(Object.create(db) as Db, { transaction });
}

const wait = (recipients: readonly string[]) => pool.wait(...recipients.map((recipient) => ({ recipient })));
const numberOf = async (id: string) =>
  (await db.rows<{ n: string }>('select phone_number_id as n from messages where id = $1', [id]))[0]?.n;
const attemptsOf = (ids: readonly string[]) =>
  db.rows<{ message_id: string; phone_number_id: string }>(
    'select message_id, phone_number_id from attempts where message_id = any($1::uuid[])',
    [ids],
  );

/** Statements of a move: the lock, what is read under it, and the new number. */
const LOCK = 'for update skip locked';
const READ = 'as in_doubt';
const MOVE = 'set phone_number_id = n.phone_number_id';

describe('a message that is armed while it is about to move', () => {
  it('stays with everything of its person when the attempt comes before the lock', async () => {
    const [one, two] = [aRecipient(), aRecipient()];
    const [id = '', later = '', other = ''] = await wait([one, one, two]);
    await aProcess(beforeStatement(LOCK, () => worker.arm(lanes, [id]))).sweep();
    expect(await attemptsOf([id])).toEqual([{ message_id: id, phone_number_id: from }]);
    expect(await Promise.all([id, later, other].map(numberOf))).toEqual([from, from, to]);
  });

  it('stays also when the attempt was armed, and has come back in doubt to be sent once more, before the lock', async () => {
    const [id = ''] = await wait([aRecipient()]);
    const error = { code: null, subcode: null, title: 'ECONNRESET', details: null, fbtrace_id: null };
    const process = aProcess(
      beforeStatement(LOCK, async () => {
        await worker.arm(lanes, [id]);
        await tell(db, id, [answered(1, { kind: 'unknown', error }), { kind: 'resend_asked' }]);
      }),
    );
    await process.sweep();
    expect(await numberOf(id)).toBe(from);
    expect(await db.rows(`select from message_events where aggregate_id = $1 and type = 'moved'`, [id])).toEqual([]);
  });

  it.each([
    ['what was tried is read', READ],
    ['it has its new number', MOVE],
  ])('cannot be armed from the lock on, before %s, and is armed on its new number afterwards', async (_, words) => {
    const [id = ''] = await wait([aRecipient()]);
    let armed: unknown = null;
    const process = aProcess(
      beforeStatement(words, async () => {
        armed = await worker.arm(lanes, [id]);
      }),
    );
    await process.sweep();
    expect(armed).toEqual([]);
    expect(await numberOf(id)).toBe(to);
    expect(await worker.arm(lanes, [id])).toMatchObject([{ id, phone_number_id: to, attempt_no: 1 }]);
  });

  it('is not armed by the owner of the old lane alone once it has moved', async () => {
    const [id = ''] = await wait([aRecipient()]);
    await aProcess().sweep();
    const old = lanes.filter((lane) => lane.phoneNumberId === from);
    expect(await worker.arm(old, [id])).toEqual([]);
    expect(await attemptsOf([id])).toEqual([]);
    expect(await db.rows('select state from messages where id = $1', [id])).toEqual([{ state: 'queued' }]);
  });
});

describe('messages that many arm and move at once', () => {
  it.each([
    ['the owner of the old lane', 1],
    ['the owner of both', 2],
  ])('have one attempt each, by %s, on the number they have', async (_, owned) => {
    const people = Array.from({ length: 60 }, aRecipient);
    const ids = await wait([...people, ...people]);
    const own = lanes.filter((lane) => owned === 2 || lane.phoneNumberId === from);
    const sweeping = [aProcess(), aProcess()].map((process) => process.sweep());
    const armed: ArmedMessage[] = [];
    // One after the other, so that some come before the move, some into it and some after it.
    const chain = async (first: number) => {
      for (let i = first; i < people.length; i += 4)
        armed.push(...(await worker.arm(own, [ids[i], ids[i + 60]] as string[])));
    };
    await Promise.all([0, 1, 2, 3].map(chain));
    await Promise.all(sweeping);
    await aProcess().sweep();
    // What was passed over because it was locked is armed where it is by now.
    armed.push(...(await worker.arm(lanes, ids)));
    expect(armed.map((m) => m.id).sort()).toEqual([...ids].sort());
    const wrong = await db.rows(
      `select from messages m join attempts a on a.message_id = m.id
        where m.id = any($1::uuid[]) and (a.phone_number_id <> m.phone_number_id or a.number > 1)`,
      [ids],
    );
    expect(wrong).toEqual([]);
    const twice = await db.rows(
      `select from message_events where aggregate_id = any($1::uuid[]) and type = 'moved' group by aggregate_id having count(*) > 1`,
      [ids],
    );
    expect(twice).toEqual([]);
    // Whoever has something under way on one number has nothing on the other.
    const split = await db.rows(
      `select from messages where id = any($1::uuid[]) group by recipient having count(distinct phone_number_id) > 1`,
      [ids],
    );
    expect(split).toEqual([]);
  });
});
