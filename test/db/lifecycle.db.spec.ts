import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Fact } from '../../src/core/delivery/message-lifecycle.js';
import type { Db } from '../../src/platform/db/db.js';
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

describe('writing what was learned about a message', () => {
  let database: TestDatabase;
  let db: Db;
  let portfolio: PortfolioRows;
  let arm: (id: string) => Promise<unknown>;

  beforeAll(async () => {
    database = await freshDatabase();
    ({ db } = database);
    portfolio = await aPortfolio(db);
    const worker = await aWorker(database);
    const lanes = await worker.take();
    arm = (id) => worker.arm(lanes, [id]);
  });

  const armed = async (over = {}) => {
    const [id] = (await store(db, portfolio, over)) as [string];
    await arm(id);
    return id;
  };
  const row = async (id: string) =>
    (await db.rows<Record<string, unknown>>('select * from messages where id = $1', [id]))[0];
  const events = (id: string) =>
    db.rows<{ seq: number; version: number; type: string }>(
      'select seq, version, type from message_events where aggregate_id = $1 order by seq',
      [id],
    );
  const inOutbox = async (id: string) =>
    (
      await db.rows('select from message_outbox o join message_events e on e.seq = o.seq where e.aggregate_id = $1', [
        id,
      ])
    ).length;

  it('numbers the events of a message without a gap, in the order in which they were written', async () => {
    const id = await armed();
    await tell(db, id, [answered(1, accepted('wamid.a'))]);
    await tell(db, id, [reported('sent', 'wamid.a'), reported('delivered', 'wamid.a')]);
    await tell(db, id, [reported('read', 'wamid.a')]);
    const written = await events(id);
    expect(written.map((e) => e.version)).toEqual([1, 2, 3, 4, 5]);
    expect(written.map((e) => e.type)).toEqual(['queued', 'submitted', 'sent', 'delivered', 'read']);
    expect(await row(id)).toMatchObject({ state: 'submitted', status: 'read', status_rank: 50, version: 5 });
  });

  it('numbers them without a gap also when reports race', async () => {
    const id = await armed();
    await tell(db, id, [answered(1, accepted('wamid.race'))]);
    const statuses = ['sent', 'delivered', 'read', 'failed', 'played', 'deleted', 'sent', 'read'];
    await Promise.all(statuses.map((status) => tell(db, id, [reported(status, 'wamid.race')])));
    const versions = (await events(id)).map((e) => e.version);
    expect(versions).toEqual(versions.map((_, i) => i + 1));
    expect(await row(id)).toMatchObject({ status: 'played', version: versions.length });
  });

  it('keeps delivered when a late sent arrives', async () => {
    const id = await armed();
    await tell(db, id, [answered(1, accepted('wamid.late')), reported('delivered', 'wamid.late')]);
    await tell(db, id, [reported('sent', 'wamid.late')]);
    expect(await row(id)).toMatchObject({ status: 'delivered', sent_at: expect.any(Date) });
  });

  it('puts events into the outbox only when there is a bus to publish to', async () => {
    const [silent, published] = [await armed(), await armed()];
    await tell(db, silent, [answered(1, accepted('wamid.s'))], false);
    await tell(db, published, [answered(1, accepted('wamid.p'))], true);
    expect([await inOutbox(silent), await inOutbox(published)]).toEqual([0, 1]);
  });

  it('writes nothing when nothing was learned', async () => {
    const id = await armed();
    await tell(db, id, [answered(1, accepted('wamid.twice'))]);
    const before = await row(id);
    await tell(db, id, [answered(1, accepted('wamid.twice')), { kind: 'abandoned', attempt: 1 }]);
    expect(await row(id)).toEqual(before);
  });

  it('keeps the state and its event together: when the transaction fails, neither is there', async () => {
    const id = await armed();
    const failing = db.transaction(async (tx) => {
      await tell({ transaction: (work: (q: typeof tx) => Promise<void>) => work(tx) } as unknown as Db, id, [
        answered(1, accepted('wamid.undone')),
      ]);
      throw new Error('the process died here');
    });
    await expect(failing).rejects.toThrow('died here');
    expect(await row(id)).toMatchObject({ state: 'sending', wamid: null });
    expect(await events(id)).toHaveLength(1);
  });

  it('writes an attempt down with what it came to and how that is known', async () => {
    const id = await armed();
    await tell(db, id, [answered(1, unknown())]);
    const attempt = () => db.rows('select outcome, evidence, wamid from attempts where message_id = $1', [id]);
    expect(await attempt()).toEqual([{ outcome: 'unknown', evidence: 'response', wamid: null }]);
    expect(await row(id)).toMatchObject({ state: 'unknown' });
    await tell(db, id, [reported('delivered', 'wamid.after all', 1)]);
    expect(await attempt()).toEqual([{ outcome: 'accepted', evidence: 'webhook', wamid: 'wamid.after all' }]);
    expect(await row(id)).toMatchObject({ state: 'submitted', status: 'delivered', wamid: 'wamid.after all' });
  });

  it('makes the next attempt due only after the wait that the refusal asks for', async () => {
    const id = await armed();
    const title = 'Rate limit hit';
    const refusal = { code: 130429, subcode: null, title, details: null, fbtrace_id: null };
    const outcome = { kind: 'rejected_retry', error: refusal, reaction: {} } as unknown;
    await tell(db, id, [answered(1, outcome as Extract<Fact, { kind: 'answered' }>['outcome'], 60_000)]);
    const [wait] = await db.rows<{ s: number }>(
      'select extract(epoch from due_at - now())::double precision as s from messages where id = $1',
      [id],
    );
    expect(wait?.s).toBeGreaterThan(55);
    expect(await row(id)).toMatchObject({ state: 'queued', retries: 1 });
    expect(await arm(id)).toEqual([]);
  });

  it('stores texts of Meta that jsonb refuses, with the unstorable characters replaced', async () => {
    const id = await armed();
    const errors = [{ code: 131000, title: 'a\u0000b\ud800c', message: null, details: null, href: null }];
    const report = { status: 'failed', at: new Date(), errors, pricing: null, conversation: null };
    await tell(db, id, [
      { kind: 'reported', attempt: 1, wamid: 'wamid.odd', report, inferred: false } as unknown as Fact,
    ]);
    expect(await row(id)).toMatchObject({ status: 'failed', errors: [{ title: 'a\ufffdb\ufffdc' }] });
  });
});
