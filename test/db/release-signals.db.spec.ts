import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Db } from '../../src/platform/db/db.js';
import { LateRefusalsService } from '../../src/rate-limit/late-refusals.service.js';
import { insertStops, listStops } from '../../src/rate-limit/stops.store.js';
import { appendInbox } from '../../src/webhooks/inbox.store.js';
import { bootstrapFile, LUCKY } from '../support/accounts.js';
import { writeBootstrap } from '../support/bootstrap.js';
import { freshDatabase } from '../support/database.js';
import { Services } from '../support/services.js';

let db: Db;
let services: Services;
let portfolioId: string;

beforeAll(async () => {
  const database = await freshDatabase();
  ({ db } = database);
  services = new Services(database);
  await services.bootstrap.applyFile(writeBootstrap(bootstrapFile({ numbersOfLucky: [LUCKY.phoneNumberId] })));
  portfolioId = services.accounts.waba(LUCKY.wabaId)?.portfolioId ?? '';
});

beforeEach(async () => {
  await db.run('delete from limit_stops');
  await db.run('delete from release_signals');
});

const stop = (scope: 'waba' | 'template', scopeId: string, code: number) =>
  db.transaction((tx) =>
    insertStops(tx, [{ portfolioId, scope, scopeId, stops: 'all', code, reason: 'stopped', endsAfterMs: null }], false),
  );

/** Applies a webhook of the account, as if it had been received so long after now, and told by Meta when it says. */
async function hear(field: string, value: object, inMs = 0, toldAtMs?: number): Promise<void> {
  const time = toldAtMs === undefined ? undefined : Math.floor(toldAtMs / 1000);
  const entry = { id: LUCKY.wabaId, time, changes: [{ field, value }] };
  const body = { object: 'whatsapp_business_account', entry: [entry] };
  await appendInbox(db, [{ appId: LUCKY.appId, body: Buffer.from(JSON.stringify(body)) }]);
  await db.run(`update webhook_inbox set received_at = received_at + $1 * interval '1 millisecond'`, [inMs]);
  await services.applier.runOnce();
}

const inForce = async () => (await listStops(db, portfolioId, false)).map((s) => s.code).sort();
const reinstated = { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'REINSTATE', waba_ban_date: '2026-09-01' } };

it('goes on when Meta reinstates the account: what had locked it, and nothing else', async () => {
  await stop('waba', LUCKY.wabaId, 131031);
  await stop('waba', LUCKY.wabaId, 131042);
  await hear('account_update', { ...reinstated, ban_info: { waba_ban_state: 'DISABLE' } });
  expect(await inForce()).toEqual([131031, 131042]);
  await hear('account_update', reinstated);
  expect(await inForce()).toEqual([131042]);
  const [released] = (await listStops(db, portfolioId, true)).filter((s) => s.code === 131031);
  expect(released?.released_by).toBe('Meta: account_update REINSTATE');
  await services.stops.refresh();
  expect(services.stops.stopsOf(LUCKY.phoneNumberId).map((s) => s.code)).toEqual([131042]);
});

it('does not go on by a reinstatement that was told before the account was locked', async () => {
  await stop('waba', LUCKY.wabaId, 131031);
  await hear('account_update', reinstated, -60_000);
  expect(await inForce()).toEqual([131031]);
});

it('does not go on by a reinstatement that Meta delivers days late, after it locked the account again', async () => {
  await stop('waba', LUCKY.wabaId, 131031);
  await hear('account_update', reinstated, 0, Date.now() - 2 * 86_400_000);
  expect(await inForce()).toEqual([131031]);
  await hear('account_update', reinstated, 0, Date.now());
  expect(await inForce()).toEqual([]);
});

it('goes on with a template that Meta lets go on, and with no other', async () => {
  await stop('template', `${LUCKY.wabaId}/spring`, 132015);
  await stop('template', `${LUCKY.wabaId}/summer`, 132016);
  const template = { message_template_id: 1, message_template_name: 'spring', message_template_language: 'en_US' };
  await hear('message_template_status_update', { ...template, event: 'UNPAUSED' });
  expect(await inForce()).toEqual([132016]);
});

it('goes on by a sample of Meta’s documents, whose date is longer ago than Meta redelivers', async () => {
  await stop('template', `${LUCKY.wabaId}/spring`, 132015);
  const template = { message_template_id: 1, message_template_name: 'spring', message_template_language: 'en_US' };
  await hear('message_template_status_update', { ...template, event: 'UNPAUSED' }, 1000, Date.UTC(2025, 4, 28));
  expect(await inForce()).toEqual([]);
});

it('stays released when a refusal of before is heard of afterwards, although nothing had been stopped', async () => {
  const template = { message_template_id: 1, message_template_name: 'spring', message_template_language: 'en_US' };
  await hear('message_template_status_update', { ...template, event: 'UNPAUSED' }, 0, Date.now() - 5000);
  const refusal = { portfolioId, phoneNumberId: LUCKY.phoneNumberId, template: 'spring', code: 132015 };
  const late = new LateRefusalsService(services.stops, services.runtime);
  const heard = (sentAt: Date) =>
    db.transaction((tx) => late.heard(tx, [{ ...refusal, sentAt, failedAt: new Date() }]));
  await heard(new Date(Date.now() - 10_000));
  expect(await inForce()).toEqual([]);
  await heard(new Date());
  expect(await inForce()).toEqual([132015]);
});
