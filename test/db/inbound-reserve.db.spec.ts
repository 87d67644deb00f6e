import { expect, it } from '@jest/globals';
import { LaneLimiter } from '../../src/core/limits/lane-limiter.js';
import { newId } from '../../src/platform/clock/ids.js';
import { InboundWatch } from '../../src/rate-limit/inbound-watch.js';
import { insertInbound } from '../../src/webhooks/inbound.store.js';
import { freshDatabase } from '../support/database.js';
import { aPortfolio } from '../support/rows.js';
import { TestClock } from '../support/test-clock.js';

it('keeps room for what people write to a lane that sends, and for no other', async () => {
  const { db } = await freshDatabase();
  const { portfolioId, phoneNumberIds } = await aPortfolio(db, 3);
  const [busy = '', quiet = '', idle = ''] = phoneNumberIds;
  const inbound = (phoneNumberId: string, count: number) =>
    insertInbound(
      db,
      Array.from({ length: count }, () => ({
        id: newId(),
        portfolioId,
        phoneNumberId,
        wamid: `wamid.${newId()}`,
        sender: null,
        senderUserId: null,
        type: 'text',
        item: '{}',
        sentAt: null,
      })),
    );
  await inbound(busy, 7);
  await inbound(idle, 9);
  const limiters = new Map(phoneNumberIds.map((id) => [id, new LaneLimiter(80, 0)]));
  const clock = new TestClock();
  const watch = new InboundWatch(db, clock);
  await watch.tend([busy, quiet], (id) => limiters.get(id));
  expect(phoneNumberIds.map((id) => limiters.get(id)?.currentMps)).toEqual([80 - 7 - 1, 80, 80]);
  // Asked again within a second it does not look, so that the database is not asked for every round of sending.
  await inbound(quiet, 5);
  await watch.tend([quiet], (id) => limiters.get(id));
  expect(limiters.get(quiet)?.currentMps).toBe(80);
  clock.advance(1000);
  await watch.tend([quiet], (id) => limiters.get(id));
  expect(limiters.get(quiet)?.currentMps).toBe(80 - 5 - 1);
});
