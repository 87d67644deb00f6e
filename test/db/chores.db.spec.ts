import { beforeEach, describe, expect, it } from '@jest/globals';
import { purgeEvents, purgeIdempotencyKeys } from '../../src/messaging/chores.store.js';
import type { Db } from '../../src/platform/db/db.js';
import { appendInbox } from '../../src/webhooks/inbox.store.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import {
  accepted,
  answered,
  aPortfolio,
  aWorker,
  type PortfolioRows,
  reported,
  store,
  tell,
  unknown,
} from '../support/rows.js';
import { Services } from '../support/services.js';

let database: TestDatabase;
let db: Db;
let portfolio: PortfolioRows;
let services: Services;
let send: (over?: object) => Promise<string>;

beforeEach(async () => {
  database = await freshDatabase();
  ({ db } = database);
  services = new Services(database, { UNKNOWN_HOLD_MS: '60000', UNCONFIRMED_AFTER_MS: '3600000' });
  portfolio = await aPortfolio(db);
  const worker = await aWorker(database);
  const lanes = await worker.take();
  send = async (over = {}) => {
    const [id] = (await store(db, portfolio, over)) as [string];
    await worker.arm(lanes, [id]);
    return id;
  };
});

const state = async (id: string) =>
  (await db.rows<{ state: string }>('select state from messages where id = $1', [id]))[0]?.state;
const armedAgo = (id: string, seconds: number) =>
  db.run(`update messages set armed_at = now() - $2 * interval '1 second' where id = $1`, [id, seconds]);
const types = async (id: string) =>
  (
    await db.rows<{ type: string }>('select type from message_events where aggregate_id = $1 order by version', [id])
  ).map((e) => e.type);

async function inDoubt(over: object, seconds: number): Promise<string> {
  const id = await send(over);
  await tell(db, id, [answered(1, unknown())]);
  await armedAgo(id, seconds);
  return id;
}

describe('messages that nobody wants any more', () => {
  it('expire when they were not sent in time, and say so', async () => {
    const [late, inTime] = await store(db, portfolio, {}, { expiresAt: new Date(Date.now() + 60_000) });
    await db.run(`update messages set expires_at = now() where id = $1`, [late]);
    await services.runJob('expire-messages');
    expect([await state(late as string), await state(inTime as string)]).toEqual(['expired', 'queued']);
    expect(await types(late as string)).toEqual(['queued', 'expired']);
  });

  it('do not expire once an attempt is armed', async () => {
    const id = await send({ expiresAt: new Date(Date.now() + 60_000) });
    await db.run(`update messages set expires_at = now() where id = $1`, [id]);
    await services.runJob('expire-messages');
    expect(await state(id)).toBe('sending');
  });
});

describe('messages in doubt', () => {
  it('become unconfirmed after the time that is set, not before, and are still resolved by a status', async () => {
    const [young, old] = [await inDoubt({}, 3500), await inDoubt({}, 3700)];
    await services.runJob('give-up-unknown');
    expect([await state(young), await state(old)]).toEqual(['unknown', 'unconfirmed']);
    await tell(db, old, [reported('delivered', 'wamid.late', 1)]);
    expect(await state(old)).toBe('submitted');
    expect(await types(old)).toEqual(['queued', 'unknown', 'unconfirmed', 'submitted', 'delivered']);
  });

  const resend = { onUnknown: 'resend' } as const;
  const run = () => services.runJob('resend-unknown');

  it('are sent again when the caller allowed it and the hold has passed', async () => {
    const id = await inDoubt(resend, 61);
    await run();
    expect(await state(id)).toBe('queued');
    expect(await types(id)).toEqual(['queued', 'unknown', 'resend_queued']);
  });

  it('are held when the caller did not allow it, or the hold has not passed', async () => {
    const [held, young] = [await inDoubt({}, 3000), await inDoubt(resend, 55)];
    await run();
    expect([await state(held), await state(young)]).toEqual(['unknown', 'unknown']);
  });

  it('are sent again once only: a second doubt is held', async () => {
    const id = await inDoubt(resend, 61);
    await run();
    const worker = await aWorker(database);
    await db.run('update lanes set owner = null');
    await worker.arm(await worker.take(), [id]);
    await tell(db, id, [answered(2, unknown())]);
    await armedAgo(id, 3000);
    await run();
    expect(await state(id)).toBe('unknown');
  });

  it('are held while a webhook has been waiting to be applied for more than five seconds', async () => {
    const id = await inDoubt(resend, 61);
    await appendInbox(db, [{ appId: '1', body: Buffer.from('{}') }]);
    await db.run(`update webhook_inbox set received_at = now() - interval '6 seconds'`);
    await run();
    expect(await state(id)).toBe('unknown');
    await db.run('delete from webhook_queue');
    await run();
    expect(await state(id)).toBe('queued');
  });

  it('are held until 99 % of what the number had accepted since then has a status', async () => {
    const id = await inDoubt(resend, 120);
    const later = await Promise.all(Array.from({ length: 100 }, () => send()));
    for (const [i, other] of later.entries()) {
      const statuses = i < 98 ? [reported('sent', `wamid.${i}`)] : [];
      await tell(db, other, [answered(1, accepted(`wamid.${i}`)), ...statuses]);
    }
    await db.run(`update messages set submitted_at = now() - interval '30 seconds' where state = 'submitted'`);
    await run();
    expect(await state(id)).toBe('unknown');
    await tell(db, later[98] as string, [reported('sent', 'wamid.98')]);
    await run();
    expect(await state(id)).toBe('queued');
  });
});

describe('messages of which Meta reports nothing', () => {
  it('are noticed once, and only when they have no status', async () => {
    const [silent, reportedOn] = [await send(), await send()];
    await tell(db, silent, [answered(1, accepted('wamid.silent'))]);
    await tell(db, reportedOn, [answered(1, accepted('wamid.ok')), reported('sent', 'wamid.ok')]);
    for (const table of ['messages', 'messages_awaiting_status']) {
      await db.run(`update ${table} set submitted_at = now() - interval '11 minutes'`);
    }
    await services.runJob('notice-no-status');
    await services.runJob('notice-no-status');
    expect(await types(silent)).toEqual(['queued', 'submitted', 'no_status']);
    expect(await types(reportedOn)).toEqual(['queued', 'submitted', 'sent']);
  });
});

describe('what is kept for a time', () => {
  it('forgets idempotency keys only after the days that are promised', async () => {
    await store(db, portfolio, { idempotencyKey: 'young' }, { idempotencyKey: 'old' });
    await db.run(`update idempotency_keys set created_at = now() - interval '8 days' where key = 'old'`);
    expect(await purgeIdempotencyKeys(db, 7)).toBe(1);
    expect(await db.rows('select key from idempotency_keys')).toEqual([{ key: 'young' }]);
  });

  it('forgets old events together with their place in the outbox', async () => {
    const id = await send();
    await tell(db, id, [answered(1, accepted('wamid.x'))], true);
    await db.run(`update message_events set recorded_at = now() - interval '31 days' where type = 'submitted'`);
    await purgeEvents(db, 30, 100);
    expect(await types(id)).toEqual(['queued']);
    expect(await db.rows('select seq from message_outbox')).toEqual([]);
  });
});
