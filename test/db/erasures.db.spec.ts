import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { insertPool } from '../../src/accounts/pools.store.js';
import { markStored } from '../../src/media/inbound-media.store.js';
import { readConsent } from '../../src/messaging/consent.store.js';
import { erasedPerson } from '../../src/messaging/erased-person.js';
import { ErasuresService } from '../../src/messaging/erasures.service.js';
import { recordMarketingRefusals } from '../../src/messaging/marketing-refusals.store.js';
import { OutboxSignal } from '../../src/messaging/outbox-signal.js';
import { keepPoolSenders } from '../../src/messaging/pool-senders.store.js';
import type { Tenant } from '../../src/platform/auth/principal.js';
import { newId } from '../../src/platform/clock/ids.js';
import type { Db } from '../../src/platform/db/db.js';
import { lockReach } from '../../src/rate-limit/marketing-caps.store.js';
import { appendInbox, quarantine } from '../../src/webhooks/inbox.store.js';
import { bootstrapFile, LUCKY, OTHER } from '../support/accounts.js';
import { writeBootstrap } from '../support/bootstrap.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { accepted, answered, aWorker, type PortfolioRows, store, tell } from '../support/rows.js';
import { Services } from '../support/services.js';
import { aTempFolder } from '../support/temp-folder.js';
import { messagesWebhook } from '../support/webhooks.js';

const PHONE = '16505550188';
const USER = 'US.13491208655302749999';
const SAID = 'a secret that was told';
const NEIGHBOUR = '16505550199';
const HELLO = 'what the neighbour said';
/** What must not be found after the erasure, in whatever column. */
const TRACES = [PHONE, USER, SAID];

let database: TestDatabase;
let db: Db;
let services: Services;
let erasures: ErasuresService;
let tenant: Tenant;
let folder: string;
let of: PortfolioRows;
let lanes: Awaited<ReturnType<Awaited<ReturnType<typeof aWorker>>['take']>>;
let worker: Awaited<ReturnType<typeof aWorker>>;

beforeAll(async () => {
  database = await freshDatabase();
  ({ db } = database);
  folder = aTempFolder();
  services = new Services(database, { DATA_DIR: folder });
  await services.bootstrap.applyFile(writeBootstrap(bootstrapFile({ numbersOfLucky: [LUCKY.phoneNumberId] })));
  await services.accounts.refresh();
  const portfolioId = services.accounts.phoneNumber(LUCKY.phoneNumberId)?.portfolioId ?? '';
  tenant = { kind: 'tenant', portfolioId, keyId: newId(), scopes: new Set(['*']) };
  erasures = new ErasuresService(db, services.inboundMedia, new OutboxSignal(), services.runtime);
  of = { portfolioId, phoneNumberId: LUCKY.phoneNumberId } as PortfolioRows;
  worker = await aWorker(database);
  lanes = await worker.take();
});

/** What Meta would say that happened long ago is no evidence of a wish. */
const now = () => String(Math.floor(Date.now() / 1000));

/** Has a webhook of Meta's applied. */
async function hear(value: object): Promise<void> {
  await appendInbox(db, [{ appId: LUCKY.appId, body: Buffer.from(JSON.stringify(messagesWebhook(value))) }]);
  await services.applier.runOnce();
}
const from = (phone: string, user: string, over: object) => ({
  contacts: [{ wa_id: phone, user_id: user, profile: { name: 'Pablo' } }],
  messages: [{ from: phone, from_user_id: user, id: `wamid.${newId()}`, timestamp: now(), ...over }],
});
const to = (phone: string, body: string) => ({
  phoneNumberId: LUCKY.phoneNumberId,
  recipient: `+${phone}`,
  content: { body },
  metadata: { crm: phone },
  callbackData: body,
});

/** Everything that is known of a person, in every table that can hold it. */
async function live(phone: string, user: string, said: string): Promise<{ sent: string; queued: string }> {
  const [sent, queued] = (await store(db, of, to(phone, said), {
    ...to(phone, said),
    idempotencyKey: `for ${phone}`,
    onUnknown: 'resend',
  })) as [string, string];
  await worker.arm(lanes, [sent]);
  await tell(db, sent, [answered(1, accepted(`wamid.${sent}`))], true);
  await hear({
    statuses: [{ id: `wamid.${sent}`, status: 'delivered', timestamp: now(), recipient_id: phone }],
  });
  await hear({
    statuses: [{ id: `wamid.orphan.${phone}`, status: 'sent', timestamp: now(), recipient_id: phone }],
  });
  await hear(from(phone, user, { type: 'text', text: { body: said } }));
  await hear(from(phone, user, { type: 'text', text: { body: 'STOP' } }));
  await hear(from(phone, user, { type: 'image', image: { id: `1${phone}1`, mime_type: 'image/png', caption: said } }));
  await quarantine(db, [
    {
      inboxId: 1,
      portfolioId: of.portfolioId,
      reason: 'poison',
      detail: 'x',
      item: JSON.stringify({ from: phone, said }),
    },
  ]);
  await db.run(
    `insert into messaging_places (portfolio_id, place, person, held_until)
     values ($1, (select count(*) from messaging_places), $2, now() + interval '1 day')`,
    [of.portfolioId, `+${phone}`],
  );
  await recordMarketingRefusals(db, [{ portfolioId: of.portfolioId, person: `+${phone}`, at: new Date() }]);
  await lockReach(db, [{ portfolioId: of.portfolioId, person: `+${phone}` }]);
  const poolId = newId();
  const { portfolioId, phoneNumberId } = of;
  await insertPool(db, { id: poolId, portfolioId, name: poolId, phone_number_ids: [phoneNumberId], by: 'test' });
  await keepPoolSenders(db, portfolioId, [{ poolId, person: `+${phone}`, phoneNumberId }]);
  return { sent, queued };
}

/** Table and column of every text, json, array or bytes that holds one of these. */
async function traces(of: readonly string[]): Promise<string[]> {
  const columns = await db.rows<{ table: string; column: string; type: string }>(
    `select table_name as table, column_name as column, data_type as type
       from information_schema.columns join information_schema.tables using (table_schema, table_name)
      where table_schema = 'public' and table_type = 'BASE TABLE'
        and data_type in ('text', 'character varying', 'json', 'jsonb', 'ARRAY', 'bytea')`,
  );
  expect(columns.length).toBeGreaterThan(50);
  const found: string[] = [];
  for (const { table, column, type } of columns) {
    const text = type === 'bytea' ? `encode("${column}", 'escape')` : `"${column}"::text`;
    for (const what of of) {
      const rows = await db.rows(`select 1 from "${table}" where position($1 in ${text}) > 0 limit 1`, [what]);
      if (rows.length > 0) found.push(`${table}.${column}`);
    }
  }
  return [...new Set(found)].sort();
}
const isOptedOut = async (phone: string) => {
  const person = `+${phone}`;
  const erased = erasedPerson(person, services.runtime.config.apiKeyPepper);
  const pair = { id: newId(), phoneNumberId: LUCKY.phoneNumberId, person, erased };
  return (await readConsent(db, [pair])).get(pair.id)?.optedOut;
};

describe('a person who is erased', () => {
  let sent: string;
  let queued: string;
  let file: string;
  let before: string[];
  let neighbourBefore: string[];

  beforeAll(async () => {
    ({ sent, queued } = await live(PHONE, USER, SAID));
    await live(NEIGHBOUR, 'US.77', HELLO);
    const [media] = await db.rows<{ id: string }>(`select id from media where meta_media_id = $1`, [`1${PHONE}1`]);
    const { portfolioId } = of;
    const staged = path.join(folder, 'staged');
    writeFileSync(staged, 'bytes');
    const sha256 = createHash('sha256').update('bytes').digest();
    const id = media?.id ?? '';
    await services.blobs.put(`${portfolioId}/${id}`, { path: staged, sizeBytes: 5, sha256 });
    await markStored(db, { portfolioId, id, sizeBytes: 5, sha256 });
    file = path.join(folder, 'media', portfolioId, id);
    before = await traces(TRACES);
    neighbourBefore = await traces([NEIGHBOUR, HELLO]);
  });

  it('was in every table that can hold a person, else this suite would prove nothing', () => {
    expect(new Set(before.map((place) => place.split('.')[0]))).toEqual(
      new Set([
        'attempts',
        'conversations',
        'idempotency_keys',
        'inbound_messages',
        'marketing_reach',
        'marketing_refusals',
        'media',
        'message_events',
        'messages',
        'messaging_places',
        'pool_senders',
        'opt_outs',
        'orphan_statuses',
        'webhook_inbox',
        'webhook_quarantine',
      ]),
    );
    expect(existsSync(file)).toBe(true);
  });

  it('stays while a webhook about them is not applied, which would bring them back', async () => {
    const body = Buffer.from(
      JSON.stringify(messagesWebhook(from(PHONE, USER, { type: 'text', text: { body: SAID } }))),
    );
    await appendInbox(db, [{ appId: LUCKY.appId, body }]);
    await expect(erasures.erase(tenant, { to: `+${PHONE}` })).rejects.toMatchObject({ code: 'unavailable' });
    await services.applier.runOnce();
  });

  it('stays while a message to them is on its way', async () => {
    const [id] = (await store(db, of, to(PHONE, SAID))) as [string];
    await worker.arm(lanes, [id]);
    await expect(erasures.erase(tenant, { to: `+${PHONE}` })).rejects.toMatchObject({ code: 'unavailable' });
    await tell(db, id, [answered(1, accepted(`wamid.${id}`))], true);
  });

  it('is in no table any more, by their number or their id, nor what was said, and the file is gone', async () => {
    const view = await erasures.erase(tenant, { to: `+1 (650) 555-0188` });
    expect(view).toMatchObject({ messages: 3, inbound_messages: 4, files: 1, opt_outs_kept: 2 });
    expect(await traces(TRACES)).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });

  it('is not told by the record of it, nor by the answer', async () => {
    const rows = await db.rows(`select asked_by, erased from erasures`);
    expect(rows).toMatchObject([{ asked_by: tenant.keyId, erased: { messages: 3 } }]);
  });

  it('leaves what happened to messages to them, and gets none that waited', async () => {
    const rows = await db.rows(`select id, state, status, content from messages where id = any($1) order by state`, [
      [sent, queued],
    ]);
    expect(rows).toEqual([
      { id: queued, state: 'cancelled', status: null, content: {} },
      { id: sent, state: 'submitted', status: 'delivered', content: {} },
    ]);
  });

  it('leaves everybody else as they were', async () => {
    expect(await traces([NEIGHBOUR, HELLO])).toEqual(neighbourBefore);
  });

  it('is still not marketed to, until they want it again', async () => {
    expect(await isOptedOut(PHONE)).toBe(true);
    await hear(from(PHONE, USER, { type: 'text', text: { body: 'START' } }));
    expect(await isOptedOut(PHONE)).toBe(false);
    expect(await isOptedOut(NEIGHBOUR)).toBe(true);
  });

  it('may be erased again, and by another tenant nothing of them is', async () => {
    const [other] = await db.rows<{ id: string }>(
      `select portfolio_id as id from phone_numbers where phone_number_id = $1`,
      [OTHER.phoneNumberId],
    );
    const foreign = await erasures.erase({ ...tenant, portfolioId: other?.id ?? '' }, { to: `+${NEIGHBOUR}` });
    expect(foreign).toMatchObject({ messages: 0, inbound_messages: 0, files: 0, other: 0, opt_outs_kept: 0 });
    expect(await traces([NEIGHBOUR, HELLO])).toEqual(neighbourBefore);
    await erasures.erase(tenant, { recipient: USER });
    expect(await traces(TRACES)).toEqual([]);
  });
});
