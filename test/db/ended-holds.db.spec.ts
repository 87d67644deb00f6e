import { beforeEach, describe, expect, it } from '@jest/globals';
import { EndedHolds } from '../../src/messaging/ended-holds.js';
import { LaneSchedule } from '../../src/messaging/lane-schedule.js';
import { peekDue, putOff } from '../../src/messaging/send-queue.store.js';
import { insertStops, type NewStop, releaseStop } from '../../src/rate-limit/stops.store.js';
import * as templates from '../../src/templates/templates.store.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aPortfolio, everyQueue, type PortfolioRows, store } from '../support/rows.js';
import { Services } from '../support/services.js';
import { TestClock } from '../support/test-clock.js';

const MINUTE_MS = 60_000;

let database: TestDatabase;
let of: PortfolioRows;
let services: Services;
let ended: EndedHolds;
let schedule: LaneSchedule;

beforeEach(async () => {
  database ??= await freshDatabase();
  of = await aPortfolio(database.db, 2);
  services = new Services(database, { LEASE_MS: '100000' });
  await services.accounts.refresh();
  const clock = new TestClock();
  const keeper = services.laneKeeper(clock);
  await keeper.tend();
  schedule = new LaneSchedule(clock);
  ended = new EndedHolds(database.db, services.accounts, services.stops, services.templates, keeper, schedule);
});

const text = (over: object = {}) => ({ type: 'text', content: { body: 'hi' }, ...over });
const spring = (over: object = {}) => ({
  type: 'template',
  content: { name: 'spring', language: { code: 'en' } },
  ...over,
});
const other = () => spring({ content: { name: 'summer', language: { code: 'en' } } });

/** Messages that wait for another minute. */
async function waiting(...messages: object[]): Promise<string[]> {
  const ids = await store(database.db, of, ...messages);
  await putOff(
    database.db,
    ids.map((id) => ({ id, inMs: MINUTE_MS })),
  );
  return ids;
}

/** Which of some messages are due, by their places. */
async function due(ids: readonly string[]): Promise<number[]> {
  const rows = await database.db.rows<{ id: string }>(
    'select id from messages where id = any($1) and due_at <= now()',
    [ids],
  );
  return rows.map((row) => ids.indexOf(row.id)).sort();
}

/** A stop begins, the process knows of it, somebody releases it, and the process knows that, too. */
async function stopAndRelease(over: Partial<NewStop>): Promise<void> {
  const { db } = database;
  const { portfolioId, phoneNumberId } = of;
  const stop = { portfolioId, scope: 'number', scopeId: phoneNumberId, stops: 'all', code: 131031 } as const;
  const [begun] = await insertStops(db, [{ ...stop, reason: 'stopped', endsAfterMs: null, ...over }], false);
  await services.stops.refresh();
  await db.transaction((tx) => releaseStop(tx, { portfolioId, id: begun?.id ?? '', by: 'a test' }, false));
  await services.stops.refresh();
}

describe('messages that were put off because of a stop', () => {
  it.each([
    ['of their number', () => ({}), [0, 1, 2]],
    ['of their account', () => ({ scope: 'waba', scopeId: of.wabaId }), [0, 1, 2]],
    ['of their portfolio', () => ({ scope: 'portfolio', scopeId: of.portfolioId }), [0, 1, 2]],
    ['of templates', () => ({ scope: 'waba', scopeId: of.wabaId, stops: 'templates' }), [1, 2]],
    ['of their template', () => ({ scope: 'template', scopeId: `${of.wabaId}/spring` }), [1]],
    ['of another number', () => ({ scopeId: of.phoneNumberIds[1] as string }), []],
  ] as const)('%s are due when it is released, and no others', async (_, over, expected) => {
    const ids = await waiting(text(), spring(), other());
    await stopAndRelease(over());
    await ended.runOnce();
    expect(await due(ids)).toEqual(expected);
    expect(schedule.isDue(of.phoneNumberId)).toBe(expected.length > 0);
  });

  it('wait on when their time has not come, when Meta refused them, and when they wait for something that lasts longer', async () => {
    const ids = await waiting(text(), text(), text(), text());
    const set = (i: number, to: string) => database.db.run(`update messages set ${to} where id = $1`, [ids[i]]);
    await set(0, `send_at = now() + interval '1 minute', state = 'scheduled'`);
    await set(1, 'retries = 2');
    await set(2, `due_at = now() + interval '2 hours'`);
    await stopAndRelease({});
    await ended.runOnce();
    expect(await due(ids)).toEqual([3]);
  });

  it('have their old place again, before what came later and was not looked at', async () => {
    const [first = ''] = await waiting(text());
    const [second = ''] = await store(database.db, of, text());
    await stopAndRelease({});
    await ended.runOnce();
    const slices = everyQueue(of.phoneNumberId, 10);
    expect((await peekDue(database.db, slices)).flat().map((m) => m.id)).toEqual([first, second]);
  });

  it('wait on when they are spread after a full hour and have not been due yet', async () => {
    const [spread = '', putOffAfterwards = ''] = await waiting(text(), text());
    await database.db.run(
      `update messages set accepted_at = now() - interval '1 hour', updated_at = now() - interval '1 hour',
                           send_at = now() - interval '1 minute', state = 'scheduled'
        where id = any($1)`,
      [[spread, putOffAfterwards]],
    );
    await putOff(database.db, [{ id: putOffAfterwards, inMs: MINUTE_MS }]);
    await stopAndRelease({});
    await ended.runOnce();
    expect(await due([spread, putOffAfterwards])).toEqual([1]);
  });

  it('are due as well when the send loop put them off in the instant in which the stop ended', async () => {
    await stopAndRelease({});
    await ended.runOnce();
    const ids = await waiting(text());
    await ended.runOnce();
    expect(await due(ids)).toEqual([0]);
    await putOff(
      database.db,
      ids.map((id) => ({ id, inMs: MINUTE_MS })),
    );
    await ended.runOnce();
    expect(await due(ids)).toEqual([]);
  });
});

it('is no end of a stop that it was learnt while the stops were read', async () => {
  const reading = services.stops.refresh();
  services.stops.learn(of.phoneNumberId, 131031, 'locked', null);
  await reading;
  expect(services.stops.takeEnded()).toEqual([]);
});

describe('messages that were put off because of the state of their template', () => {
  const told = async (status: string) => {
    const { wabaId, portfolioId } = of;
    const askedAt = await templates.readClock(database.db);
    const fact = {
      templateId: '1',
      name: 'spring',
      language: 'en',
      category: 'MARKETING',
      qualityScore: null,
      reason: null,
    };
    await templates.writeTemplates(database.db, { wabaId, portfolioId, source: 'poll', askedAt }, [
      { ...fact, status },
    ]);
    await services.templates.refresh();
  };

  it('are due when it can be sent again, on every number of the account, and not while it cannot', async () => {
    await told('PAUSED');
    const [here, there] = [
      await waiting(spring(), other()),
      await waiting(spring({ phoneNumberId: of.phoneNumberIds[1] })),
    ];
    await told('PENDING');
    await ended.runOnce();
    expect([await due(here), await due(there)]).toEqual([[], []]);
    await told('APPROVED');
    await ended.runOnce();
    expect([await due(here), await due(there)]).toEqual([[0], [0]]);
  });
});
