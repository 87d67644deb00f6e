import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Db } from '../../src/platform/db/db.js';
import {
  appendInbox,
  type ClaimedWebhook,
  claimWebhooks,
  dequeueWebhooks,
  measureQueue,
  postponeWebhook,
  purgeInbox,
} from '../../src/webhooks/inbox.store.js';
import { bootstrapFile, LUCKY } from '../support/accounts.js';
import { writeBootstrap } from '../support/bootstrap.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { Services } from '../support/services.js';
import { messagesWebhook } from '../support/webhooks.js';

let database: TestDatabase;
let db: Db;

beforeEach(async () => {
  database = await freshDatabase();
  ({ db } = database);
});

const append = (...bodies: (string | Buffer)[]) =>
  appendInbox(
    db,
    bodies.map((body) => ({ appId: LUCKY.appId, body: Buffer.from(body) })),
  );
const ids = (claimed: readonly ClaimedWebhook[]) => claimed.map((w) => w.id);
const ALL = { limit: 100, bytes: 1_000_000 };

describe('the queue of webhooks', () => {
  it('keeps the bytes as they came, also those that no text column would take', async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"\\u0000\\ud800"}'), Buffer.from([0, 0xff, 0xc3, 0x28])]);
    await append(bytes);
    await db.transaction(async (tx) => {
      const [claimed] = await claimWebhooks(tx, ALL);
      expect(claimed?.body.equals(bytes)).toBe(true);
      expect(claimed).toMatchObject({ app_id: LUCKY.appId, attempts: 0 });
    });
  });

  it('gives the oldest first, up to a count and a sum of bytes, but at least one', async () => {
    await append('x'.repeat(50), 'y'.repeat(50), 'z'.repeat(50));
    const claim = (p: { limit: number; bytes: number }) => db.transaction(async (tx) => claimWebhooks(tx, p));
    expect((await claim({ limit: 2, bytes: 1000 })).map((w) => w.body.toString()[0])).toEqual(['x', 'y']);
    expect(await claim({ limit: 9, bytes: 60 })).toHaveLength(2);
    expect(await claim({ limit: 9, bytes: 1 })).toHaveLength(1);
  });

  it('gives a webhook to one of two replicas, and does not make the other wait', async () => {
    await append('1', '2', '3');
    await db.transaction(async (one) => {
      const first = await claimWebhooks(one, { limit: 2, bytes: 1000 });
      const second = await db.transaction((two) => claimWebhooks(two, ALL));
      expect(ids(first)).toHaveLength(2);
      expect(ids(second)).toHaveLength(1);
      expect(ids(first)).not.toContain(ids(second)[0]);
    });
  });

  it('gives a webhook again when the transaction that held it failed, and never again once it is dequeued', async () => {
    await append('1');
    const failing = db.transaction(async (tx) => {
      await dequeueWebhooks(tx, ids(await claimWebhooks(tx, ALL)));
      throw new Error('died');
    });
    await expect(failing).rejects.toThrow('died');
    await db.transaction(async (tx) => {
      const again = await claimWebhooks(tx, ALL);
      expect(again).toHaveLength(1);
      await dequeueWebhooks(tx, ids(again));
    });
    expect(await db.transaction((tx) => claimWebhooks(tx, ALL))).toEqual([]);
    expect(await measureQueue(db)).toEqual({ waiting: 0, oldest_ms: 0 });
  });

  it('puts a webhook that failed aside for longer and longer, and the others go on', async () => {
    await append('bad', 'good');
    const [bad] = ids(await db.transaction((tx) => claimWebhooks(tx, ALL)));
    expect(await postponeWebhook(db, bad as number)).toBe(1);
    const left = await db.transaction((tx) => claimWebhooks(tx, ALL));
    expect(left.map((w) => w.body.toString())).toEqual(['good']);
    const wait = async () =>
      (
        await db.rows<{ s: number }>(
          'select extract(epoch from due_at - now())::double precision as s from webhook_queue where id = $1',
          [bad],
        )
      )[0]?.s as number;
    const once = await wait();
    await postponeWebhook(db, bad as number);
    expect(await wait()).toBeGreaterThan(2 * once);
  });

  it('purges what is past its retention, but nothing that is still to be applied', async () => {
    await append('applied', 'waiting');
    await db.run(`update webhook_inbox set received_at = now() - interval '9 days'`);
    await db.run(`delete from webhook_queue where id = (select min(id) from webhook_queue)`);
    expect(await purgeInbox(db, 8, 100)).toBe(1);
    expect(await db.rows(`select convert_from(body, 'utf8') as body from webhook_inbox`)).toEqual([
      { body: 'waiting' },
    ]);
  });
});

describe('applying a batch with a webhook that cannot be applied', () => {
  const inbound = (wamid: string, body: string) =>
    messagesWebhook({
      contacts: [{ wa_id: '16505550001', profile: { name: 'Pablo' } }],
      messages: [{ from: '16505550001', id: wamid, timestamp: '1793001600', type: 'text', text: { body } }],
    });
  let services: Services;

  beforeEach(async () => {
    services = new Services(database);
    await services.bootstrap.applyFile(writeBootstrap(bootstrapFile({ numbersOfLucky: [LUCKY.phoneNumberId] })));
    // Whatever the reason may be in life: here the database refuses one of the messages.
    await db.run(`
      create function refuse() returns trigger language plpgsql as
        $$ begin if new.item like '%poison%' then raise 'no' using errcode = '22000'; end if; return new; end $$`);
    await db.run(`create trigger refuse before insert on inbound_messages for each row execute function refuse()`);
    await append(
      JSON.stringify(inbound('wamid.1', 'one')),
      JSON.stringify(inbound('wamid.2', 'poison')),
      JSON.stringify(inbound('wamid.3', 'three')),
    );
  });

  const applied = () => db.rows('select wamid from inbound_messages order by wamid');
  const queue = () => db.rows('select attempts from webhook_queue');

  it('applies its neighbours and tries the bad one again later', async () => {
    await services.applier.runOnce();
    expect(await applied()).toEqual([{ wamid: 'wamid.1' }, { wamid: 'wamid.3' }]);
    expect(await queue()).toEqual([{ attempts: 1 }]);
    const [events] = await db.rows('select count(*) as n from message_events');
    expect(events).toEqual({ n: 2 });
  });

  it('sets it aside with its reason after five failures, its bytes kept', async () => {
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await db.run('update webhook_queue set due_at = now()');
      await services.applier.runOnce();
    }
    expect(await queue()).toEqual([]);
    expect(await db.rows('select reason, detail from webhook_quarantine')).toEqual([
      { reason: 'poison', detail: 'no' },
    ]);
    expect(await db.rows('select from webhook_inbox')).toHaveLength(3);
  });
});
