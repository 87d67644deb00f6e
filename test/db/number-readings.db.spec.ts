import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PolledNumber, Waba } from '../../src/accounts/accounts.service.js';
import { NumberReadingsService } from '../../src/metrics/number-readings.service.js';
import type { Db } from '../../src/platform/db/db.js';
import { bootstrapFile, LUCKY } from '../support/accounts.js';
import { writeBootstrap } from '../support/bootstrap.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { Services } from '../support/services.js';
import { until } from '../support/until.js';

const IDS = Array.from({ length: 200 }, (_, i) => String(Number(LUCKY.phoneNumberId) + i));
const [ID] = IDS as [string];

let database: TestDatabase;
let db: Db;
let services: Services;
let waba: Waba;

beforeAll(async () => {
  database = await freshDatabase();
  ({ db } = database);
  services = new Services(database);
  await services.bootstrap.applyFile(writeBootstrap(bootstrapFile({ numbersOfLucky: IDS })));
  waba = services.accounts.waba(LUCKY.wabaId) as Waba;
});

beforeEach(async () => {
  await db.run('update phone_numbers set throughput_level = null, polled_at = null');
});

const readingsOf = ({ accounts, limits, messaging, stops }: Services) =>
  new NumberReadingsService(accounts, limits, messaging, stops);
const aNumber = (phoneNumberId: string, throughputLevel: string): PolledNumber => ({
  phoneNumberId,
  displayPhoneNumber: '+1 555 078 3881',
  verifiedName: 'Lucky Shrub',
  qualityRating: 'GREEN',
  status: 'CONNECTED',
  nameStatus: 'APPROVED',
  throughputLevel,
  isOnBizApp: false,
  messagingLimitTier: null,
});
const seconds = (count: number) => new Date(Date.UTC(2026, 10, 1) + count * 1000);

describe('answers about a number', () => {
  it('end with what was asked last, in whatever order they come', async () => {
    const readings = readingsOf(services);
    const order = fc.shuffledSubarray([1, 2, 3, 4], { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(order, async (askedAt) => {
        await db.run('update phone_numbers set throughput_level = null, polled_at = null');
        for (const at of askedAt) await readings.take(waba, [aNumber(ID, `asked at ${at}`)], seconds(at));
        const latest = Math.max(...askedAt);
        const known = services.accounts.phoneNumber(ID);
        expect([known?.throughputLevel, known?.polledAt]).toEqual([`asked at ${latest}`, seconds(latest)]);
      }),
      { numRuns: 40 },
    );
  });

  it('that come together wait for each other, whatever order they list the numbers in', async () => {
    const readings = readingsOf(services);
    const rounds = Array.from({ length: 24 }, (_, i) => {
      const listed = i % 2 === 0 ? IDS : [...IDS].reverse();
      return readings.take(
        waba,
        listed.map((id) => aNumber(id, `asked at ${i}`)),
        seconds(i),
      );
    });
    await Promise.all(rounds);
    expect(new Set(services.accounts.numbersOfWaba(waba.wabaId).map((n) => n.throughputLevel))).toEqual(
      new Set(['asked at 23']),
    );
  });

  it('reach another gateway, also one to a question that is not the latest of all', async () => {
    const other = new Services(database);
    await other.accounts.refresh();
    await readingsOf(services).take(waba, [aNumber(IDS[1] as string, 'HIGH')], seconds(9));
    await other.limits.tend([]);
    // The same number is not asked about again: another one's answer comes late.
    await readingsOf(services).take(waba, [aNumber(ID, 'HIGH')], seconds(5));
    await until(async () => {
      await other.limits.tend([]);
      return other.accounts.phoneNumber(ID)?.throughputMps === 1000;
    });
  });
});
