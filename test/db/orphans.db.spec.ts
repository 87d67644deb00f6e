import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Db } from '../../src/platform/db/db.js';
import { insertOrphans } from '../../src/webhooks/orphans.store.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aRecipient } from '../support/factories.js';
import { accepted, answered, aPortfolio, aWorker, type PortfolioRows, store, tell, unknown } from '../support/rows.js';
import { Services } from '../support/services.js';

let database: TestDatabase;
let db: Db;
let portfolio: PortfolioRows;
let services: Services;
let send: (over?: object) => Promise<string>;

beforeEach(async () => {
  database ??= await freshDatabase();
  ({ db } = database);
  services ??= new Services(database);
  portfolio = await aPortfolio(db);
  const worker = await aWorker(database);
  const lanes = await worker.take();
  send = async (over = {}) => {
    const [id] = (await store(db, portfolio, over)) as [string];
    await worker.arm(lanes, [id]);
    return id;
  };
});

/** A status without a message, kept as the applier keeps it. */
async function orphan(wamid: string, status: string, recipient: string | null = null): Promise<void> {
  const { portfolioId, phoneNumberId } = portfolio;
  const report = { status, at: new Date(), errors: [], pricing: null, conversation: null };
  const item = { messageId: null, attempt: null, portfolioId, phoneNumberId, wamid, recipientId: null, report };
  await insertOrphans(db, [
    {
      portfolioId,
      phoneNumberId,
      wamid,
      recipient,
      status,
      inboxId: 1,
      item: JSON.stringify({ ...item, inferred: false }),
    },
  ]);
}

const message = async (id: string) =>
  (await db.rows('select state, status, wamid, inferred from messages where id = $1', [id]))[0];
const orphans = () =>
  db.rows('select wamid from orphan_statuses where phone_number_id = $1', [portfolio.phoneNumberId]);
const age = (seconds: number) =>
  db.run(`update orphan_statuses set received_at = now() - $1 * interval '1 second'`, [seconds]);

describe('statuses that come before their message knows its wamid', () => {
  it('find it as soon as the answer is written down', async () => {
    const id = await send();
    await orphan('wamid.early', 'delivered');
    await services.runJob('adopt-young-orphans');
    expect(await orphans()).toHaveLength(1);
    await tell(db, id, [answered(1, accepted('wamid.early'))]);
    await services.runJob('adopt-young-orphans');
    expect(await message(id)).toMatchObject({ state: 'submitted', status: 'delivered' });
    expect(await orphans()).toEqual([]);
  });

  it('are kept once, however often they are delivered', async () => {
    await orphan('wamid.again', 'sent');
    await orphan('wamid.again', 'sent');
    await orphan('wamid.again', 'delivered');
    expect(await orphans()).toHaveLength(2);
  });

  it('are not given to a message of another number that has the same wamid', async () => {
    const id = await send();
    await tell(db, id, [answered(1, accepted('wamid.same'))]);
    portfolio = await aPortfolio(db);
    await orphan('wamid.same', 'read');
    await services.runJob('adopt-young-orphans');
    expect(await message(id)).toMatchObject({ status: 'accepted' });
    expect(await orphans()).toHaveLength(1);
  });

  it('are adopted once when two replicas look at the same time', async () => {
    const id = await send();
    await orphan('wamid.two', 'sent');
    await tell(db, id, [answered(1, accepted('wamid.two'))]);
    await Promise.all([services.runJob('adopt-young-orphans'), services.runJob('adopt-young-orphans')]);
    const events = await db.rows(`select type from message_events where aggregate_id = $1 and type = 'sent'`, [id]);
    expect(events).toHaveLength(1);
  });
});

describe('a failure without a token, with a wamid that nobody knows', () => {
  const inDoubt = async (recipient: string) => {
    const id = await send({ recipient });
    await tell(db, id, [answered(1, unknown())]);
    // The failure comes after the send, and is half a minute old when it is looked at.
    await db.run(`update messages set armed_at = now() - interval '60 seconds' where id = $1`, [id]);
    return id;
  };

  it('is linked to the only send to that recipient that is in doubt, and says that it was inferred', async () => {
    const recipient = aRecipient();
    const id = await inDoubt(recipient);
    await orphan('wamid.inferred', 'failed', recipient);
    await services.runJob('infer-failures');
    expect(await message(id)).toMatchObject({ state: 'unknown' });
    await age(35);
    await services.runJob('infer-failures');
    expect(await message(id)).toMatchObject({ state: 'submitted', status: 'failed', inferred: true });
    const [attempt] = await db.rows('select outcome, evidence from attempts where message_id = $1', [id]);
    expect(attempt).toEqual({ outcome: 'accepted', evidence: 'inferred' });
    expect(await orphans()).toEqual([]);
  });

  it('is linked to none when two sends to that recipient are in doubt', async () => {
    const recipient = aRecipient();
    const ids = [await inDoubt(recipient), await inDoubt(recipient)];
    await orphan('wamid.ambiguous', 'failed', recipient);
    await age(35);
    await services.runJob('infer-failures');
    for (const id of ids) expect(await message(id)).toMatchObject({ state: 'unknown', inferred: false });
    expect(await orphans()).toHaveLength(1);
  });

  it('is not linked when the send came after it, or went to somebody else', async () => {
    const recipient = aRecipient();
    const id = await inDoubt(recipient);
    await orphan('wamid.stranger', 'failed', aRecipient());
    await orphan('wamid.before', 'failed', recipient);
    await age(90);
    await services.runJob('infer-failures');
    expect(await message(id)).toMatchObject({ state: 'unknown' });
  });

  it('is not linked when it reports anything but a failure', async () => {
    const recipient = aRecipient();
    const id = await inDoubt(recipient);
    await orphan('wamid.delivered', 'delivered', recipient);
    await age(35);
    await services.runJob('infer-failures');
    expect(await message(id)).toMatchObject({ state: 'unknown' });
  });
});
