import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PolledNumber, Waba } from '../../src/accounts/accounts.service.js';
import { NumberReadingsService } from '../../src/metrics/number-readings.service.js';
import type { Db } from '../../src/platform/db/db.js';
import { insertStops, listStops } from '../../src/rate-limit/stops.store.js';
import { bootstrapFile, LUCKY } from '../support/accounts.js';
import { writeBootstrap } from '../support/bootstrap.js';
import { freshDatabase } from '../support/database.js';
import { Services } from '../support/services.js';

const NUMBER: PolledNumber = {
  phoneNumberId: LUCKY.phoneNumberId,
  displayPhoneNumber: '+1 555 078 3881',
  verifiedName: 'Lucky Shrub',
  qualityRating: 'GREEN',
  status: 'CONNECTED',
  nameStatus: 'APPROVED',
  throughputLevel: 'STANDARD',
  isOnBizApp: false,
  messagingLimitTier: null,
};
const SPRING = {
  templateId: '1',
  name: 'spring',
  language: 'en_US',
  status: 'APPROVED',
  category: 'MARKETING',
  qualityScore: 'GREEN',
  reason: null,
};

let db: Db;
let services: Services;
let readings: NumberReadingsService;
let waba: Waba;

beforeAll(async () => {
  const database = await freshDatabase();
  ({ db } = database);
  services = new Services(database);
  await services.bootstrap.applyFile(writeBootstrap(bootstrapFile({ numbersOfLucky: [LUCKY.phoneNumberId] })));
  waba = services.accounts.waba(LUCKY.wabaId) as Waba;
  const { accounts, limits, messaging, stops } = services;
  readings = new NumberReadingsService(accounts, limits, messaging, stops);
});

beforeEach(async () => {
  await db.run('delete from limit_stops');
  await db.run('delete from templates');
  await db.run('update phone_numbers set status = null, name_status = null');
});

const stop = (scope: 'number' | 'template', scopeId: string, code: number) =>
  db.transaction((tx) =>
    insertStops(
      tx,
      [{ portfolioId: waba.portfolioId, scope, scopeId, stops: 'all', code, reason: 'stopped', endsAfterMs: null }],
      false,
    ),
  );
const inForce = async () => (await listStops(db, waba.portfolioId, false)).map((s) => s.code).sort();

describe('polls of a number', () => {
  const polled = async (over: Partial<PolledNumber>, asOf?: Date) =>
    readings.take(waba, [{ ...NUMBER, ...over }], asOf ?? (await readings.now()));

  it('let go on what they show to be over, and what a person has to judge stays', async () => {
    await stop('number', LUCKY.phoneNumberId, 133010);
    await stop('number', LUCKY.phoneNumberId, 131048);
    await polled({ status: 'DISCONNECTED' });
    await polled({});
    expect(await inForce()).toEqual([131048]);
  });

  it('let nothing go on because they are good, or tell nothing', async () => {
    await stop('number', LUCKY.phoneNumberId, 133010);
    await polled({});
    await polled({});
    await polled({ status: null });
    await polled({});
    expect(await inForce()).toEqual([133010]);
  });

  it('say nothing of a stop that began after they were asked for', async () => {
    await polled({ status: 'DISCONNECTED' });
    const asOf = await readings.now();
    await stop('number', LUCKY.phoneNumberId, 133010);
    await polled({}, asOf);
    expect(await inForce()).toEqual([133010]);
  });
});

describe('lists of templates', () => {
  const listed = async (status: string) => {
    const { wabaId, portfolioId } = waba;
    const askedAt = await services.templateLists.now();
    await services.templateLists.take({ wabaId, portfolioId, askedAt, facts: [{ ...SPRING, status }], isWhole: true });
  };

  it('let a template go on that was paused and is approved again, and no other', async () => {
    await listed('APPROVED');
    await stop('template', `${LUCKY.wabaId}/spring`, 132015);
    await stop('template', `${LUCKY.wabaId}/summer`, 132015);
    await listed('APPROVED');
    expect(await inForce()).toEqual([132015, 132015]);
    await listed('PAUSED');
    await listed('APPROVED');
    const [left, ...others] = await listStops(db, waba.portfolioId, false);
    expect([left?.scope_id, others]).toEqual([`${LUCKY.wabaId}/summer`, []]);
    const released = (await listStops(db, waba.portfolioId, true)).find((s) => s.released_at !== null);
    expect(released?.released_by).toBe('Meta: poll of status, APPROVED after PAUSED');
  });

  it('let a flow that was blocked wait for a person', async () => {
    await stop('template', `${LUCKY.wabaId}/spring`, 132068);
    await listed('PAUSED');
    await listed('APPROVED');
    expect(await inForce()).toEqual([132068]);
  });
});
