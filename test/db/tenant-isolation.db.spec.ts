import { beforeAll, describe, expect, it } from '@jest/globals';
import { upsertApiKey } from '../../src/accounts/accounts.store.js';
import { insertPool } from '../../src/accounts/pools.store.js';
import { insertMedia, recordUpload } from '../../src/media/media.store.js';
import { applyWishes, recordInbound } from '../../src/messaging/consent.store.js';
import { recordErasure } from '../../src/messaging/erasures.store.js';
import { recordMarketingRefusals } from '../../src/messaging/marketing-refusals.store.js';
import { keepPoolSenders } from '../../src/messaging/pool-senders.store.js';
import { newId } from '../../src/platform/clock/ids.js';
import type { Db } from '../../src/platform/db/db.js';
import type { Queryable } from '../../src/platform/db/queryable.js';
import { appendNotices } from '../../src/platform/ledger/notices.store.js';
import { insertEscalation } from '../../src/rate-limit/escalations.store.js';
import { countFailedMedia } from '../../src/rate-limit/failed-media.store.js';
import { writeReports } from '../../src/rate-limit/lane-reports.store.js';
import { writeRateRefusals } from '../../src/rate-limit/late-refusals.store.js';
import { lockReach, recordCounted } from '../../src/rate-limit/marketing-caps.store.js';
import { makePlaces, writeMessagingLimit } from '../../src/rate-limit/messaging-limit.store.js';
import { writePolicy } from '../../src/rate-limit/policies.store.js';
import { insertStops, writeSignals } from '../../src/rate-limit/stops.store.js';
import { addCalls } from '../../src/rate-limit/waba-calls.store.js';
import { claimSyncs, writeTemplates } from '../../src/templates/templates.store.js';
import { insertInbound } from '../../src/webhooks/inbound.store.js';
import { quarantine } from '../../src/webhooks/inbox.store.js';
import { insertOrphans } from '../../src/webhooks/orphans.store.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aPortfolio, aWorker, type PortfolioRows, store } from '../support/rows.js';

const FORBIDDEN = '42501';
/** Where a tenant takes out what is its own: files, with what is known of their copies at Meta, and pools. */
const DELETABLE = ['media', 'media_uploads', 'pools'];

describe('the wall between tenants in the database', () => {
  let database: TestDatabase;
  let a: PortfolioRows;
  let b: PortfolioRows;
  let tables: string[];

  beforeAll(async () => {
    database = await freshDatabase();
    const { db } = database;
    [a, b] = [await aPortfolio(db), await aPortfolio(db)];
    for (const portfolio of [a, b]) await fillEveryTable(db, portfolio);
    const worker = await aWorker(database);
    const lanes = await worker.take();
    const queued = await db.rows<{ id: string }>(`select id from messages`);
    await worker.arm(
      lanes,
      queued.map((row) => row.id),
    );
    tables = await tenantTables(db);
  });

  it('has a row of each portfolio in every table that names one, else this suite would prove nothing', async () => {
    expect(tables.length).toBeGreaterThan(8);
    for (const table of tables) {
      const found = await database.db.rows<{ portfolio_id: string }>(`select distinct portfolio_id from ${table}`);
      expect({ table, portfolios: found.map((row) => row.portfolio_id).sort() }).toEqual({
        table,
        portfolios: [a.portfolioId, b.portfolioId].sort(),
      });
    }
  });

  it('shows a tenant no row of another in any table', async () => {
    for (const table of tables) {
      const rows = await visible(table, (work) => database.db.asTenant(a.portfolioId, work));
      expect({ table, foreign: rows.filter((id) => id !== a.portfolioId) }).toEqual({ table, foreign: [] });
    }
    // Not only because nothing at all can be read.
    expect(await visible('messages', (work) => database.db.asTenant(a.portfolioId, work))).toContain(a.portfolioId);
  });

  it('takes no row in the name of another tenant, in any table', async () => {
    for (const table of tables) {
      const [row] = await database.db.rows<{ row: object }>(
        `select to_jsonb(t) as row from ${table} t where portfolio_id = $1 limit 1`,
        [b.portfolioId],
      );
      const insert = `insert into ${table} overriding system value select * from jsonb_populate_record(null::${table}, $1)`;
      const forged = database.db.asTenant(a.portfolioId, (tx) => tx.run(insert, [JSON.stringify(row?.row)]));
      await expect(forged).rejects.toMatchObject({ code: FORBIDDEN });
    }
  });

  it('lets a tenant change nothing, and delete nothing but files and pools, not even its own', async () => {
    for (const table of tables) {
      const statements = [`update ${table} set portfolio_id = portfolio_id`];
      if (!DELETABLE.includes(table)) statements.push(`delete from ${table}`);
      for (const statement of statements) {
        const tried = database.db.asTenant(a.portfolioId, (tx) => tx.run(statement)).then(() => statement);
        await expect(tried).rejects.toMatchObject({ code: FORBIDDEN });
      }
    }
  });

  it('shows nothing to the role without a portfolio', async () => {
    const asNobody = <T>(work: (tx: Queryable) => Promise<T>) =>
      database.db.transaction(async (tx) => {
        await tx.run('set local role heliograph_tenant');
        return work(tx);
      });
    for (const table of tables) expect({ table, seen: await visible(table, asNobody) }).toEqual({ table, seen: [] });
  });

  it('gives the connection back as its owner, so that the next transaction is not a tenant by mistake', async () => {
    await database.db.asTenant(a.portfolioId, (tx) => tx.rows('select 1'));
    const [row] = await database.db.rows(
      `select current_user = session_user as own, current_setting('heliograph.portfolio_id', true) as id`,
    );
    expect(row).toMatchObject({ own: true });
    expect((row as { id: string | null }).id ?? '').toBe('');
  });

  it('lets a tenant delete its own files and pools and nobody else’s', async () => {
    for (const table of DELETABLE) {
      const [mine, all] = await Promise.all([count(database.db, table, a), count(database.db, table)]);
      expect(mine).toBeGreaterThan(0);
      expect(await database.db.asTenant(a.portfolioId, (tx) => tx.run(`delete from ${table}`))).toBe(mine);
      expect(await count(database.db, table)).toBe(all - mine);
    }
  });
});

function tenantTables(db: Db): Promise<string[]> {
  return db
    .rows<{ name: string }>(
      `select c.table_name as name
         from information_schema.columns c
        where c.table_schema = 'public' and c.column_name = 'portfolio_id'
        order by 1`,
    )
    .then((rows) => rows.map((row) => row.name));
}

async function count(db: Db, table: string, of?: PortfolioRows): Promise<number> {
  const [row] = await db.rows<{ n: number }>(
    `select count(*)::int as n from ${table} where $1::uuid is null or portfolio_id = $1`,
    [of?.portfolioId ?? null],
  );
  return row?.n ?? 0;
}

/** Portfolio ids of the rows that are seen; none where reading is not allowed. */
async function visible(table: string, as: <T>(work: (tx: Queryable) => Promise<T>) => Promise<T>): Promise<string[]> {
  try {
    const rows = await as((tx) => tx.rows<{ portfolio_id: string }>(`select portfolio_id from ${table}`));
    return rows.map((row) => row.portfolio_id);
  } catch (error) {
    expect(error).toMatchObject({ code: FORBIDDEN });
    return [];
  }
}

async function fillEveryTable(db: Db, of: PortfolioRows): Promise<void> {
  const { portfolioId, phoneNumberId, wabaId } = of;
  await store(db, of, { idempotencyKey: 'the same key for both' });
  await upsertApiKey(db, { id: newId(), portfolioId, name: 'k', keyHash: Buffer.from(portfolioId), scopes: ['*'] });
  const inbound = { id: newId(), portfolioId, phoneNumberId, wamid: 'wamid.in', sender: null, senderUserId: null };
  await insertInbound(db, [{ ...inbound, type: 'text', item: '{}', sentAt: null }]);
  await insertOrphans(db, [
    { portfolioId, phoneNumberId, wamid: 'wamid.orphan', recipient: null, status: 'sent', inboxId: 1, item: '{}' },
  ]);
  await quarantine(db, [{ inboxId: 1, portfolioId, reason: 'poison', detail: '-', item: null }]);
  const person = '+16505550100';
  await recordInbound(db, [{ portfolioId, phoneNumberId, person, at: new Date() }]);
  const wish = { portfolioId, person, phoneNumberId: '', recipient: person, optedOut: true, reason: null };
  await applyWishes(db, [{ ...wish, source: 'api', at: new Date() }], false);
  await claimSyncs(db, [{ wabaId, portfolioId }], 1000);
  const template = { templateId: '1', name: 'hello', language: 'en_US', status: 'APPROVED', category: null };
  await writeTemplates(db, { wabaId, portfolioId, source: 'webhook', askedAt: null }, [
    { ...template, qualityScore: null, reason: null },
  ]);
  const notice = { portfolioId, aggregate: 'account', aggregateId: newId(), type: 'told', data: {} };
  await appendNotices(db, [{ ...notice, occurredAt: new Date() }], false);
  const file = { mimeType: 'image/png', sha256: Buffer.alloc(32, 1) };
  await insertMedia(db, portfolioId, { ...file, id: newId(), kind: 'image', sizeBytes: 8, filename: null });
  const lane = { phoneNumberId, used: 0, currentMps: 80, reserveMps: 0, pausedForMs: null, pauseReason: null };
  await writeReports(db, [
    { ...lane, pauseIsOfWorker: false, shareOfLevel: 1, mediaPausedForMs: null, mediaFailures: 0 },
  ]);
  const stop = { portfolioId, scope: 'number', scopeId: phoneNumberId, stops: 'all', code: 131031 } as const;
  await insertStops(db, [{ ...stop, reason: 'locked', endsAfterMs: null }], false);
  await writeMessagingLimit(db, { portfolioId, tier: 'TIER_250', asOf: new Date(), isCounted: true });
  await makePlaces(db, { portfolioId, allowed: 1, most: 1 });
  await recordMarketingRefusals(db, [{ portfolioId, person, at: new Date() }]);
  const poolId = newId();
  await insertPool(db, { id: poolId, portfolioId, name: 'p', phone_number_ids: [phoneNumberId], by: 'test' });
  await keepPoolSenders(db, portfolioId, [{ poolId, person, phoneNumberId }]);
  const nothing = {
    warm_up: null,
    escalation: null,
    utilisation: null,
    max_mps: null,
    marketing_cap: null,
    marketing_cap_days: null,
    fairness_weights: null,
    full_hour_spread_ms: null,
    warmUpStage: 0,
    warmUpSince: null,
    warmUpReason: null,
  };
  await writePolicy(db, { portfolioId, phoneNumberId }, { ...nothing, by: 'test' }, null);
  const level = { level: 'light', code: 130429, reason: 'too fast', lastsMs: 1000 } as const;
  await lockReach(db, [{ portfolioId, person }]);
  await addCalls(db, [{ wabaId, portfolioId, calls: 1 }]);
  await recordCounted(db, portfolioId, new Date());
  await insertEscalation(db, { portfolioId, phoneNumberId, ...level });
  await countFailedMedia(db, [{ portfolioId, phoneNumberId, failures: 1, hasArrived: false }]);
  await writeRateRefusals(db, [{ portfolioId, phoneNumberId, code: 130429, sentAt: new Date() }]);
  const signal = { portfolioId, scope: 'template', scopeId: `${wabaId}/hello`, codes: [132015] } as const;
  await writeSignals(db, [{ ...signal, by: 'Meta', at: new Date() }]);
  await recordErasure(db, { id: newId(), portfolioId, askedBy: newId(), erased: {} });
  await recordUpload(db, { ...file, portfolioId, phoneNumberId, metaMediaId: 'at Meta', lifeMs: 60_000 });
}
