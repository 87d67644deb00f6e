import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { insertInboundMedia, markStored } from '../../src/media/inbound-media.store.js';
import { recordInbound } from '../../src/messaging/consent.store.js';
import { eraseContent, purgeMessages } from '../../src/messaging/retention.store.js';
import { newId } from '../../src/platform/clock/ids.js';
import type { Db } from '../../src/platform/db/db.js';
import { inBatches } from '../../src/platform/jobs/in-batches.js';
import { insertInbound } from '../../src/webhooks/inbound.store.js';
import { appendInbox, quarantine } from '../../src/webhooks/inbox.store.js';
import { insertOrphans } from '../../src/webhooks/orphans.store.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { accepted, answered, aPortfolio, aWorker, type PortfolioRows, store, tell, unknown } from '../support/rows.js';
import { Services } from '../support/services.js';
import { aTempFolder } from '../support/temp-folder.js';

const BODY = 'what was said';

let database: TestDatabase;
let db: Db;
let services: Services;
let portfolio: PortfolioRows;
let folder: string;
let worker: Awaited<ReturnType<typeof aWorker>>;
let lanes: Awaited<ReturnType<typeof worker.take>>;

beforeEach(async () => {
  database = await freshDatabase();
  ({ db } = database);
  folder = aTempFolder();
  services = new Services(database, { DATA_DIR: folder });
  portfolio = await aPortfolio(db);
  worker = await aWorker(database);
  lanes = await worker.take();
});

/** Stores a message accepted so many days ago, under an id of that time. */
async function aMessage(daysAgo: number, state: string): Promise<string> {
  const ms = Date.now() - daysAgo * 86_400_000;
  const hex = ms.toString(16).padStart(12, '0');
  const id = `${hex.slice(0, 8)}-${hex.slice(8)}${newId().slice(13)}`;
  await store(db, portfolio, { id, content: { body: BODY }, context: { message_id: 'wamid.q' } });
  if (state !== 'queued') {
    await worker.arm(lanes, [id]);
    await tell(db, id, [answered(1, state === 'submitted' ? accepted(`wamid.${id}`) : unknown())]);
  }
  await db.run(`update messages set accepted_at = $2 where id = $1`, [id, new Date(ms)]);
  return id;
}
const bodies = async () =>
  (await db.rows<{ id: string }>(`select id from messages where content ->> 'body' = $1`, [BODY])).map((m) => m.id);
const messages = async () => (await db.rows<{ id: string }>(`select id from messages`)).map((m) => m.id);

describe('the content of messages', () => {
  it('goes when its time is over, and what happened to them stays', async () => {
    const [old, young] = [await aMessage(31, 'submitted'), await aMessage(29, 'submitted')];
    await services.runJob('purge-content');
    expect(await bodies()).toEqual([young]);
    const [left] = await db.rows(
      `select state, wamid, content, context, content_erased_at from messages where id = $1`,
      [old],
    );
    expect(left).toEqual({
      state: 'submitted',
      wamid: `wamid.${old}`,
      content: {},
      context: null,
      content_erased_at: expect.any(Date),
    });
  });

  it('stays while anything may still be done with them', async () => {
    const open = [await aMessage(400, 'queued'), await aMessage(400, 'unknown')];
    await services.runJob('purge-content');
    expect((await bodies()).sort()).toEqual(open.sort());
    expect((await messages()).sort()).toEqual(open.sort());
  });

  it('goes in small batches, to the last one', async () => {
    for (let i = 0; i < 5; i += 1) await aMessage(40, 'submitted');
    const took: number[] = [];
    await inBatches(services.runtime.clock, 2, async (most) => {
      const count = await eraseContent(db, 30, most);
      took.push(count);
      return count;
    });
    expect(took).toEqual([2, 2, 1]);
    expect(await bodies()).toEqual([]);
  });
});

describe('messages', () => {
  it('go with their attempts when their time is over', async () => {
    const [old, young] = [await aMessage(366, 'submitted'), await aMessage(364, 'submitted')];
    expect(await purgeMessages(db, 365, 100)).toBe(1);
    expect(await messages()).toEqual([young]);
    expect(await db.rows(`select message_id from attempts`)).toEqual([{ message_id: young }]);
    expect(await db.rows(`select message_id from messages_awaiting_status where message_id = $1`, [old])).toEqual([]);
  });
});

describe('what people wrote', () => {
  it('goes with their files and with when they wrote, when its time is over', async () => {
    const { portfolioId, phoneNumberId } = portfolio;
    const files: string[] = [];
    for (const days of [31, 29]) {
      const at = new Date(Date.now() - days * 86_400_000);
      const id = newId();
      const inbound = { portfolioId, phoneNumberId, sender: '16505550100', senderUserId: null, sentAt: at };
      await insertInbound(db, [{ ...inbound, id, wamid: `wamid.${days}`, type: 'text', item: '{}' }]);
      await db.run(`update inbound_messages set received_at = $2 where id = $1`, [id, at]);
      await recordInbound(db, [{ portfolioId, phoneNumberId, person: `+1650555010${days}`, at }]);
      const file = {
        metaMediaId: String(days),
        kind: 'image',
        mimeType: 'image/png',
        sha256: null,
        filename: null,
      } as const;
      const media = newId();
      await insertInboundMedia(db, [{ ...file, id: media, portfolioId, phoneNumberId, receivedAt: at }], 1000);
      const staged = path.join(folder, 'staged');
      writeFileSync(staged, 'bytes');
      const sha256 = createHash('sha256').update('bytes').digest();
      await services.blobs.put(`${portfolioId}/${media}`, { path: staged, sizeBytes: 5, sha256 });
      await markStored(db, { portfolioId, id: media, sizeBytes: 5, sha256 });
      await db.run(`update media set created_at = $2 where id = $1`, [media, at]);
      files.push(path.join(folder, 'media', portfolioId, media));
    }
    for (const job of ['purge-inbox', 'purge-content', 'expire-inbound-media']) await services.runJob(job);
    expect(await db.rows(`select wamid from inbound_messages`)).toEqual([{ wamid: 'wamid.29' }]);
    expect(await db.rows(`select person from conversations`)).toEqual([{ person: '+165055501029' }]);
    expect(await db.rows(`select meta_media_id from media`)).toEqual([{ meta_media_id: '29' }]);
    expect(files.map((file) => existsSync(file))).toEqual([false, true]);
  });
});

describe('what was set aside', () => {
  it('goes when its time is over, and raw webhooks once they are applied', async () => {
    const { portfolioId, phoneNumberId } = portfolio;
    for (const days of [31, 29]) {
      const orphan = {
        portfolioId,
        phoneNumberId,
        wamid: `wamid.${days}`,
        recipient: null,
        status: 'sent',
        item: '{}',
      };
      await insertOrphans(db, [{ ...orphan, inboxId: 1 }]);
      await quarantine(db, [{ inboxId: days, portfolioId, reason: 'poison', detail: '-', item: null }]);
      const at = new Date(Date.now() - days * 86_400_000);
      await db.run(`update orphan_statuses set received_at = $2 where wamid = $1`, [orphan.wamid, at]);
      await db.run(`update webhook_quarantine set created_at = $2 where inbox_id = $1`, [days, at]);
    }
    await appendInbox(db, [
      { appId: 'a', body: Buffer.from('applied') },
      { appId: 'a', body: Buffer.from('waits') },
    ]);
    await db.run(`update webhook_inbox set received_at = now() - interval '9 days'`);
    await db.run(`delete from webhook_queue where id in (select id from webhook_inbox where body = 'applied')`);
    await services.runJob('purge-inbox');
    expect(await db.rows(`select wamid from orphan_statuses`)).toEqual([{ wamid: 'wamid.29' }]);
    expect(await db.rows(`select inbox_id from webhook_quarantine`)).toEqual([{ inbox_id: 29 }]);
    expect(await db.rows(`select convert_from(body, 'UTF8') as body from webhook_inbox`)).toEqual([{ body: 'waits' }]);
  });
});
