import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Db } from '../../src/platform/db/db.js';
import * as store from '../../src/templates/templates.store.js';
import { freshDatabase } from '../support/database.js';
import { aPortfolio, type PortfolioRows } from '../support/rows.js';

const HELLO: store.TemplateFacts = {
  templateId: '1',
  name: 'hello',
  language: 'en_US',
  status: 'APPROVED',
  category: 'UTILITY',
  qualityScore: 'GREEN',
  reason: null,
  parameterFormat: 'POSITIONAL',
  components: [{ type: 'BODY', text: 'Hi {{1}}' }],
};
const NO_NEWS = { ...HELLO, status: null, category: null, qualityScore: null, parameterFormat: null, components: null };

describe('what is kept of templates', () => {
  let db: Db;
  let of: PortfolioRows;

  beforeAll(async () => {
    ({ db } = await freshDatabase());
  });

  beforeEach(async () => {
    of = await aPortfolio(db);
  });

  const writing = (source: 'poll' | 'webhook', askedAt: Date | null) => ({
    wabaId: of.wabaId,
    portfolioId: of.portfolioId,
    source,
    askedAt,
  });
  const polled = async (facts: readonly store.TemplateFacts[], askedAt?: Date) =>
    (await store.writeTemplates(db, writing('poll', askedAt ?? (await store.readClock(db))), facts)).added;
  const heard = async (facts: Partial<store.TemplateFacts>) =>
    (await store.writeTemplates(db, writing('webhook', null), [{ ...NO_NEWS, ...facts }])).added;
  const now = () => store.findTemplate(db, of.portfolioId, '1');
  const history = async () =>
    (await store.listChanges(db, of.wabaId, '1')).map((c) => `${c.source} ${c.field} ${c.before} ${c.after}`);

  it('takes what a poll tells, and notes only what changed', async () => {
    expect([...(await polled([HELLO]))]).toEqual(['1']);
    const first = await now();
    expect([...(await polled([HELLO]))]).toEqual([]);
    expect((await now())?.updated_at).toEqual(first?.updated_at);
    await polled([{ ...HELLO, status: 'PAUSED', reason: 'QUALITY' }]);
    expect(await now()).toMatchObject({ status: 'PAUSED', components: HELLO.components });
    expect(await history()).toEqual([
      'poll status null APPROVED',
      'poll category null UTILITY',
      'poll quality_score null GREEN',
      'poll status APPROVED PAUSED',
    ]);
  });

  it('keeps what a webhook told after a poll had asked, until the next poll', async () => {
    await polled([HELLO]);
    const askedAt = await store.readClock(db);
    await heard({ status: 'PAUSED' });
    await polled([HELLO], askedAt);
    expect(await now()).toMatchObject({ status: 'PAUSED', category: 'UTILITY', quality_score: 'GREEN' });
    await polled([HELLO]);
    expect(await now()).toMatchObject({ status: 'APPROVED' });
    expect((await history()).slice(3)).toEqual(['webhook status APPROVED PAUSED', 'poll status PAUSED APPROVED']);
  });

  it('shows the content of the list that was asked for last, whatever a webhook told meanwhile', async () => {
    await polled([HELLO]);
    const edited = { ...HELLO, components: [{ type: 'BODY', text: 'Hi {{1}}, it has left our house.' }] };
    const askedAt = await store.readClock(db);
    await heard({ status: 'PENDING' });
    await polled([edited], askedAt);
    const shown = { status: 'PENDING', category: 'UTILITY', components: edited.components };
    expect(await now()).toMatchObject(shown);
    // A list that was asked for before the edit, and whose answer came after it.
    await polled([{ ...HELLO, category: 'MARKETING' }], new Date(askedAt.getTime() - 1));
    expect(await now()).toMatchObject(shown);
  });

  it('keeps the state of the list that was asked for last, when an earlier one is written after it', async () => {
    const askedAt = await store.readClock(db);
    await polled([{ ...HELLO, status: 'PAUSED' }], askedAt);
    await polled([HELLO], new Date(askedAt.getTime() - 1));
    expect(await now()).toMatchObject({ status: 'PAUSED' });
    expect((await history()).slice(3)).toEqual([]);
  });

  it('takes a template that it hears of by a webhook first, and then its content by a poll', async () => {
    expect([...(await heard({ status: 'APPROVED' }))]).toEqual(['1']);
    expect(await now()).toMatchObject({ status: 'APPROVED', components: null, synced_at: null });
    await polled([HELLO]);
    expect(await now()).toMatchObject({ components: HELLO.components, synced_at: expect.any(Date) });
  });

  it('marks what a whole list no longer has as deleted, but nothing that only a webhook told of', async () => {
    await polled([HELLO, { ...HELLO, templateId: '2', language: 'de' }]);
    await store.writeTemplates(db, writing('webhook', null), [{ ...NO_NEWS, templateId: '3', status: 'APPROVED' }]);
    expect(await store.markGone(db, writing('poll', await store.readClock(db)), ['2'])).toBe(1);
    const rows = await db.rows<{ template_id: string; status: string }>(
      `select template_id, status from templates where waba_id = $1 order by 1`,
      [of.wabaId],
    );
    expect(rows.map((row) => `${row.template_id} ${row.status}`)).toEqual(['1 DELETED', '2 APPROVED', '3 APPROVED']);
    expect((await history()).at(-1)).toBe('poll status APPROVED DELETED');
  });

  it('does not mark what was made after the list was asked for as deleted', async () => {
    const askedAt = await store.readClock(db);
    await polled([HELLO], new Date(askedAt.getTime() + 1));
    expect(await store.markGone(db, writing('poll', askedAt), [])).toBe(0);
    expect(await now()).toMatchObject({ status: 'APPROVED' });
  });

  it('claims each WABA once per period over all replicas, and again when it is hastened', async () => {
    const claim = () => store.claimSyncs(db, [of], 60_000);
    const claims = await Promise.all([claim(), claim(), claim()]);
    expect(claims.flat()).toEqual([of.wabaId]);
    expect(await claim()).toEqual([]);
    await store.hastenSync(db, of.wabaId, 0);
    expect(await claim()).toEqual([of.wabaId]);
  });

  it('shows what changed since the last look, and looks a little into the past', async () => {
    await polled([HELLO]);
    const { rows, next } = await store.listChanged(db, null);
    expect(rows.map((row) => row.template_id)).toContain('1');
    const [row] = await db.rows<{ next: number }>(`select extract(epoch from now() - $1::timestamptz)::int as next`, [
      next,
    ]);
    expect(row?.next).toBeGreaterThanOrEqual(29);
    const later = await store.listChanged(db, new Date(Date.now() + 3_600_000));
    expect(later.rows).toEqual([]);
  });
});
