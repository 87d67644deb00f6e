import { beforeAll, describe, expect, it } from '@jest/globals';
import { applyWishes, listOptOuts, readConsent, recordInbound, type Wish } from '../../src/messaging/consent.store.js';
import { newId } from '../../src/platform/clock/ids.js';
import type { Db } from '../../src/platform/db/db.js';
import { freshDatabase } from '../support/database.js';
import { aPortfolio, type PortfolioRows } from '../support/rows.js';

const PERSON = '+16505550100';
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

let db: Db;
let of: PortfolioRows;

beforeAll(async () => {
  ({ db } = await freshDatabase());
});

const wish = (optedOut: boolean, second: number, over: Partial<Wish> = {}): Wish => ({
  portfolioId: of.portfolioId,
  person: PERSON,
  phoneNumberId: '',
  recipient: PERSON,
  optedOut,
  source: 'api',
  reason: null,
  at: at(second),
  ...over,
});
const consent = async (phoneNumberId = of.phoneNumberId, person = PERSON) => {
  const id = newId();
  return (await readConsent(db, [{ id, phoneNumberId, person, erased: 'erased:x' }])).get(id);
};
const told = async () =>
  (
    await db.rows<{ type: string }>(`select type from message_events where portfolio_id = $1 order by seq`, [
      of.portfolioId,
    ])
  ).map((r) => r.type);

describe('the latest wish of a person', () => {
  it('stays, in whatever order and batches wishes come, and each change is told once', async () => {
    const orders = [[[1, 2, 3]], [[3], [2], [1]], [[2], [1, 3], [3]], [[1], [1], [3], [2]]];
    for (const batches of orders) {
      of = await aPortfolio(db);
      for (const batch of batches)
        await applyWishes(
          db,
          batch.map((n) => wish(n !== 2, n)),
          false,
        );
      expect(await consent()).toMatchObject({ optedOut: true });
      const [row] = await listOptOuts(db, { portfolioId: of.portfolioId, person: PERSON, after: null, limit: 10 });
      expect(row?.wished_at).toEqual(at(3));
      const events = await told();
      expect(events.filter((_, i) => events[i] === events[i - 1])).toEqual([]);
      expect(events[0]).toBe('added');
    }
  });

  it('counts for its number, or for all numbers of its portfolio, and for nobody else', async () => {
    of = await aPortfolio(db, 2);
    const [first = '', second = ''] = of.phoneNumberIds;
    await applyWishes(db, [wish(true, 1, { phoneNumberId: first })], false);
    expect([(await consent(first))?.optedOut, (await consent(second))?.optedOut]).toEqual([true, false]);
    await applyWishes(db, [wish(true, 1)], false);
    expect((await consent(second))?.optedOut).toBe(true);
    expect((await consent(first, '+16505550101'))?.optedOut).toBe(false);
    const other = await aPortfolio(db);
    expect((await consent(other.phoneNumberId))?.optedOut).toBe(false);
  });
});

describe('when a person last wrote', () => {
  it('is the latest instant, whatever the order, and never in the future', async () => {
    of = await aPortfolio(db);
    const encounter = (when: Date) => ({
      portfolioId: of.portfolioId,
      phoneNumberId: of.phoneNumberId,
      person: PERSON,
      at: when,
    });
    await recordInbound(db, [encounter(at(5)), encounter(at(9)), encounter(at(7))]);
    await recordInbound(db, [encounter(at(1))]);
    expect(await consent()).toMatchObject({ lastInboundAt: at(9), windowRefusedAt: null });
    await recordInbound(db, [encounter(new Date(Date.now() + 3_600_000))]);
    const known = await consent();
    expect(known?.lastInboundAt?.getTime()).toBeLessThanOrEqual(known?.now.getTime() ?? 0);
  });

  it('is kept without a deadlock when batches about the same people race', async () => {
    of = await aPortfolio(db);
    const people = Array.from({ length: 300 }, (_, i) => `+1650555${1000 + i}`);
    const batch = (order: readonly string[]) =>
      recordInbound(
        db,
        order.map((person) => ({ portfolioId: of.portfolioId, phoneNumberId: of.phoneNumberId, person, at: at(1) })),
      );
    const back = [...people].reverse();
    await Promise.all([batch(people), batch(back), batch(people), batch(back)]);
    expect(await db.rows(`select 1 from conversations where phone_number_id = $1`, [of.phoneNumberId])).toHaveLength(
      300,
    );
  });
});
