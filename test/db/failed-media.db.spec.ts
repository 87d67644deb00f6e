import { beforeEach, describe, expect, it } from '@jest/globals';
import { MEDIA_CIRCUIT } from '../../src/core/limits/media-circuit.js';
import { FailedMediaService, type StatusNews } from '../../src/rate-limit/failed-media.service.js';
import { takeFailedTooOften } from '../../src/rate-limit/failed-media.store.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aPortfolio, type PortfolioRows } from '../support/rows.js';
import { Services } from '../support/services.js';

let database: TestDatabase;
let portfolio: PortfolioRows;
let replica: FailedMediaService;

beforeEach(async () => {
  database ??= await freshDatabase();
  portfolio = await aPortfolio(database.db, 2);
  replica = aReplica();
});

function aReplica(): FailedMediaService {
  return new FailedMediaService(new Services(database).runtime);
}

function news(status: string, over: Partial<StatusNews> = {}): StatusNews {
  const { portfolioId, phoneNumberId } = portfolio;
  return { portfolioId, phoneNumberId, type: 'image', status, codes: status === 'failed' ? [131053] : [], ...over };
}
const failed = (times: number, over: Partial<StatusNews> = {}) =>
  Array.from({ length: times }, () => news('failed', over));
const hear = (by: FailedMediaService, ...told: StatusNews[]) => database.db.transaction((tx) => by.heard(tx, told));
const failures = async (phoneNumberId = portfolio.phoneNumberId) => {
  const [row] = await database.db.rows<{ failures: number }>(
    'select failures from failed_media where phone_number_id = $1',
    [phoneNumberId],
  );
  return row?.failures ?? 0;
};

describe('media messages that Meta took and that failed because of their files', () => {
  it('are counted in a row, over batches and by number', async () => {
    await hear(replica, ...failed(2));
    await hear(replica, ...failed(1), ...failed(3, { phoneNumberId: portfolio.phoneNumberIds[1] as string }));
    expect([await failures(), await failures(portfolio.phoneNumberIds[1])]).toEqual([3, 3]);
  });

  it.each(['sent', 'delivered', 'read', 'played'])('count no more once one of them was %s', async (status) => {
    await hear(replica, ...failed(3));
    await hear(replica, news(status));
    expect(await failures()).toBe(0);
    await hear(replica, ...failed(1), news(status), ...failed(2));
    expect(await failures()).toBe(2);
  });

  it('are none that carry no file, and none that failed for another reason', async () => {
    await hear(replica, ...failed(3, { type: 'text' }), ...failed(3, { codes: [131026] }), ...failed(3, { codes: [] }));
    expect(await failures()).toBe(0);
    await hear(replica, ...failed(3));
    await hear(replica, news('delivered', { type: 'text' }), news('failed', { codes: [131026] }));
    expect(await failures()).toBe(3);
  });

  it('count no more after an arrival that another replica hears of, from the second after they were told on', async () => {
    const other = aReplica();
    await hear(replica, ...failed(3));
    await hear(other, news('sent'));
    expect(await failures()).toBe(0);
  });

  it('are taken once by who acts on them, when they are too many, with the time since the last', async () => {
    const { phoneNumberId } = portfolio;
    const take = () => takeFailedTooOften(database.db, [phoneNumberId], MEDIA_CIRCUIT.failures);
    await hear(replica, ...failed(4));
    expect(await take()).toEqual([]);
    await hear(replica, ...failed(1));
    const [taken] = await take();
    expect(taken?.phone_number_id).toBe(phoneNumberId);
    expect(taken?.age_ms).toBeGreaterThanOrEqual(0);
    expect(taken?.age_ms).toBeLessThan(60_000);
    expect([await take(), await failures()]).toEqual([[], 0]);
  });
});
