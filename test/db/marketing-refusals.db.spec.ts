import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Fact } from '../../src/core/delivery/message-lifecycle.js';
import { recordInbound } from '../../src/messaging/consent.store.js';
import { ConsentGate } from '../../src/messaging/consent-gate.js';
import { purgeMarketingRefusals, recordMarketingRefusals } from '../../src/messaging/marketing-refusals.store.js';
import { OutboxSignal } from '../../src/messaging/outbox-signal.js';
import { peekDue } from '../../src/messaging/send-queue.store.js';
import { Withholder } from '../../src/messaging/withholder.js';
import type { Tenant } from '../../src/platform/auth/principal.js';
import type { Db } from '../../src/platform/db/db.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aRecipient } from '../support/factories.js';
import { aPortfolio, aWorker, everyQueue, type PortfolioRows, reported, store, tell } from '../support/rows.js';
import { Services } from '../support/services.js';

const DAY_MS = 24 * 3_600_000;
const MARKETING = { type: 'template', content: { name: 'spring', language: { code: 'en' } }, priority: 2 } as const;

let database: TestDatabase;
let db: Db;
let portfolio: PortfolioRows;
let services: Services;

beforeEach(async () => {
  database ??= await freshDatabase();
  ({ db } = database);
  portfolio = await aPortfolio(db);
  services = new Services(database);
  await services.accounts.refresh();
});

/** Sends a message to a person, and Meta says minutes later that it did not deliver it. */
async function refusedTo(recipient: string): Promise<void> {
  const [id = ''] = await store(db, portfolio, { recipient, ...MARKETING });
  const worker = await aWorker(database);
  await worker.arm(await worker.take(), [id]);
  const failed = reported('failed', `wamid.${id}`, 1) as Extract<Fact, { kind: 'reported' }>;
  const errors = [{ code: 131049, subcode: null, title: 'not delivered', details: null, fbtrace_id: null }];
  await tell(db, id, [{ ...failed, report: { ...failed.report, errors: errors as never } }]);
  await worker.die();
}

/** Which of the messages that are due are held, and for how long. */
async function heldMs(): Promise<Record<string, number>> {
  const gate = new ConsentGate(db, new Withholder(db, new OutboxSignal(), services.runtime), services.runtime);
  const due = (await peekDue(db, everyQueue(portfolio.phoneNumberId, 100))).flat();
  const { mayGo, held } = await gate.letThrough(due);
  expect(mayGo).toHaveLength(due.length);
  const nowMs = services.runtime.clock.monotonicMs();
  return Object.fromEntries([...held].map(([id, { untilMs }]) => [id, (untilMs ?? 0) - nowMs]));
}

describe('after Meta chose not to deliver marketing to a person', () => {
  it('holds marketing to that person for a day, and nothing else', async () => {
    const [person, other] = [aRecipient(), aRecipient()];
    await refusedTo(person);
    const [marketing = ''] = await store(db, portfolio, { recipient: person, ...MARKETING });
    const utility = { recipient: person, ...MARKETING, priority: 1 };
    await store(db, portfolio, utility, { recipient: person }, { recipient: other, ...MARKETING });
    const held = await heldMs();
    expect(Object.keys(held)).toEqual([marketing]);
    expect(held[marketing]).toBeGreaterThan(DAY_MS - 60_000);
    expect(held[marketing]).toBeLessThanOrEqual(DAY_MS);
  });

  it('holds it for longer when Meta refuses again', async () => {
    const person = aRecipient();
    await refusedTo(person);
    await refusedTo(person);
    const [marketing = ''] = await store(db, portfolio, { recipient: person, ...MARKETING });
    expect((await heldMs())[marketing]).toBeGreaterThan(2 * DAY_MS - 60_000);
  });

  it('lets it go when the person has written since', async () => {
    const { portfolioId, phoneNumberId } = portfolio;
    const person = aRecipient();
    const at = new Date(Date.now() - 3_600_000);
    await db.transaction((tx) => recordMarketingRefusals(tx, [{ portfolioId, person, at }]));
    await store(db, portfolio, { recipient: person, ...MARKETING });
    expect(Object.keys(await heldMs())).toHaveLength(1);
    await recordInbound(db, [{ portfolioId, phoneNumberId, person, at: new Date() }]);
    expect(await heldMs()).toEqual({});
  });

  it('says so to who asks', async () => {
    const person = aRecipient();
    await refusedTo(person);
    const limits = services.asked();
    const asked = { id: '1', phoneNumberId: portfolio.phoneNumberId, recipient: person, type: 'template' };
    const tenant = { portfolioId: portfolio.portfolioId, keyId: 'k', scopes: ['*'] } as unknown as Tenant;
    const message = { ...asked, template: 'spring', expiresAtMs: null };
    const [marketing, utility] = await limits.check(tenant, [
      { ...message, isMarketing: true },
      { ...message, id: '2', isMarketing: false },
    ]);
    expect(marketing).toMatchObject({ kind: 'wait', limit: 'marketing', reason: expect.stringMatching(/131049/) });
    expect(utility?.kind).toBe('go');
  });

  it('forgets it when the hold has been over for long', async () => {
    const { portfolioId } = portfolio;
    const at = new Date(Date.now() - 20 * DAY_MS);
    await db.transaction((tx) => recordMarketingRefusals(tx, [{ portfolioId, person: aRecipient(), at }]));
    expect(await purgeMarketingRefusals(db, 20)).toBe(0);
    expect(await purgeMarketingRefusals(db, 18)).toBe(1);
  });
});
