import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Fact } from '../../src/core/delivery/message-lifecycle.js';
import { countsAsOpening, MESSAGING_LIMIT } from '../../src/core/limits/messaging-limit.js';
import { recordInbound, recordWindowRefusals } from '../../src/messaging/consent.store.js';
import type { Db } from '../../src/platform/db/db.js';
import { Metrics } from '../../src/platform/observability/metrics.js';
import { Runtime } from '../../src/platform/runtime.js';
import { type MessageToPerson, MessagingLimitService } from '../../src/rate-limit/messaging-limit.service.js';
import {
  claimPlaces,
  countPlaces,
  forgetPlaces,
  makePlaces,
  readPeople,
} from '../../src/rate-limit/messaging-limit.store.js';
import { freshDatabase, quiet, type TestDatabase } from '../support/database.js';
import { aRecipient } from '../support/factories.js';
import { aPortfolio, aWorker, type PortfolioRows, reported, store } from '../support/rows.js';
import { Services } from '../support/services.js';
import { TestClock } from '../support/test-clock.js';

const HOUR_MS = 3_600_000;
const TEMPLATE = { type: 'template', content: { name: 'spring', language: { code: 'en' } } } as const;

let database: TestDatabase;
let db: Db;
let portfolio: PortfolioRows;

beforeEach(async () => {
  database ??= await freshDatabase();
  ({ db } = database);
  portfolio = await aPortfolio(db, 2);
});

const people = (count: number) => Array.from({ length: count }, aRecipient);
const used = async () => (await countPlaces(db, portfolio.portfolioId)).used;

/** Lets so much time pass for those who count: their places end that much earlier. */
const pass = (ms: number) =>
  db.run(
    `update messaging_places set held_until = held_until - $2 * interval '1 millisecond' where portfolio_id = $1`,
    [portfolio.portfolioId, ms],
  );

/** A worker's side of the limit, with the limit as Meta tells it. */
async function aGateway(tier?: string): Promise<Services> {
  const services = new Services(database);
  await services.accounts.refresh();
  if (tier !== undefined) await told(services, tier);
  return services;
}
const told = async ({ messaging }: Services, tier: string, asOf?: Date) =>
  messaging.record([{ portfolioId: portfolio.portfolioId, tier, asOf: asOf ?? (await messaging.now()) }]);

const messagesTo = (recipients: readonly string[], type = 'template', number = 0): MessageToPerson[] =>
  recipients.map((recipient, i) => ({
    id: `${recipient} ${i}`,
    phoneNumberId: portfolio.phoneNumberIds[number] as string,
    recipient,
    type,
    template: type === 'template' ? 'spring' : null,
  }));
const refused = async ({ messaging }: Services, messages: MessageToPerson[]) => [
  ...(await messaging.claim(messages)).keys(),
];

describe('a portfolio that may write to a number of people', () => {
  it('writes to as many, holds the next one back until the first no longer counts, and then lets it go', async () => {
    const gateway = await aGateway('TIER_50');
    const [everybody, next] = [messagesTo(people(50)), messagesTo(people(1))];
    expect(await refused(gateway, everybody)).toEqual([]);
    const held = [...(await gateway.messaging.claim(next)).values()];
    const inMs = (held[0]?.untilMs ?? 0) - gateway.runtime.clock.monotonicMs();
    expect(inMs).toBeGreaterThan(MESSAGING_LIMIT.heldMs - 30_000);
    expect(inMs).toBeLessThanOrEqual(MESSAGING_LIMIT.heldMs);
    expect(held[0]?.reason).toMatch(/as many people in 24 hours as its messaging limit \(TIER_50\) allows/);
    await pass(24 * HOUR_MS);
    expect(await refused(gateway, next)).toHaveLength(1);
    await pass(60_000);
    expect(await refused(gateway, next)).toEqual([]);
    expect(await used()).toBe(1);
  });

  it('goes on writing to people who count already, and to those who wrote first', async () => {
    const gateway = await aGateway('TIER_50');
    const everybody = people(50);
    await refused(gateway, messagesTo(everybody));
    const [writer = ''] = people(1);
    const [phoneNumberId = ''] = portfolio.phoneNumberIds;
    await recordInbound(db, [
      { portfolioId: portfolio.portfolioId, phoneNumberId, person: writer, at: new Date(Date.now() - HOUR_MS) },
    ]);
    expect(await refused(gateway, messagesTo([...everybody, writer]))).toEqual([]);
    expect(await refused(gateway, messagesTo(people(3), 'text'))).toEqual([]);
    // The window is with one number: from the other one it is the business that begins.
    expect(await refused(gateway, messagesTo([writer], 'template', 1))).toHaveLength(1);
    expect(await refused(gateway, messagesTo(everybody, 'template', 1))).toEqual([]);
    expect(await used()).toBe(50);
  });

  it('counts a person once, whichever way the number is written', async () => {
    const gateway = await aGateway('TIER_50');
    await refused(gateway, messagesTo(['+5511987654321', '+551187654321', '+5511987654321']));
    expect(await used()).toBe(1);
  });

  it('counts a person for another day with every message that begins anew', async () => {
    const gateway = await aGateway('TIER_50');
    const [often = ''] = people(1);
    await refused(gateway, messagesTo([often, ...people(49)]));
    await pass(23 * HOUR_MS);
    await refused(gateway, messagesTo([often]));
    await pass(2 * HOUR_MS);
    expect(await used()).toBe(1);
  });

  it('writes to more when the limit rises, and to nobody new when it falls below those who count', async () => {
    const gateway = await aGateway('TIER_50');
    await refused(gateway, messagesTo(people(51)));
    await told(gateway, 'TIER_2K');
    expect(await refused(gateway, messagesTo(people(1950)))).toEqual([]);
    expect(await refused(gateway, messagesTo(people(1)))).toHaveLength(1);
    await told(gateway, 'TIER_250');
    await pass(HOUR_MS);
    expect(await refused(gateway, messagesTo(people(1)))).toHaveLength(1);
    // Those above the lowered limit still count, though places below it are free.
    await db.run(`update messaging_places set held_until = '-infinity' where portfolio_id = $1 and place <= 100`, [
      portfolio.portfolioId,
    ]);
    expect(await refused(gateway, messagesTo(people(1)))).toHaveLength(1);
    expect((await gateway.messaging.standing(portfolio.portfolioId)).used).toBe(1900);
  });

  it('is asked nothing when its limit is unknown or there is none', async () => {
    const gateway = await aGateway();
    expect(await refused(gateway, messagesTo(people(60)))).toEqual([]);
    for (const tier of ['TIER_NOT_SET', 'TIER_UNLIMITED']) {
      await told(gateway, tier);
      expect(await refused(gateway, messagesTo(people(60)))).toEqual([]);
    }
    expect(await used()).toBe(0);
  });

  it('counts whom it wrote to before the limit was known', async () => {
    const ids = await store(db, portfolio, ...people(30).map((recipient) => ({ recipient, ...TEMPLATE })), {});
    const worker = await aWorker(database);
    expect(await worker.arm(await worker.take(), ids)).toHaveLength(31);
    await worker.die();
    const gateway = await aGateway('TIER_50');
    expect(await refused(gateway, messagesTo(people(25)))).toHaveLength(5);
    expect(await used()).toBe(50);
  });

  it('never reaches more people through two workers at once, and no fewer either', async () => {
    const workers = [await aGateway('TIER_250'), await aGateway(), await aGateway()];
    const all = people(400);
    const refusals = await Promise.all(
      workers.flatMap((worker, w) =>
        Array.from({ length: 40 }, (_, i) => {
          const mine = all.filter((_, n) => n % 3 === w).slice(i * 4, i * 4 + 4);
          return refused(worker, messagesTo(mine, 'template', w % 2));
        }),
      ),
    );
    // What was locked by another worker when one looked may be free after all: the next round gets it.
    const again = await refused(workers[0] as Services, messagesTo(people(250)));
    expect(400 - refusals.flat().length + (250 - again.length)).toBe(250);
    expect(await used()).toBe(250);
  });

  it('takes no place for a message that waits for a stop', async () => {
    const gateway = await aGateway('TIER_50');
    gateway.stops.learn(portfolio.phoneNumberId, 131048, 'Spam rate limit hit', null);
    await gateway.messaging.claim(messagesTo(people(10)));
    expect(await used()).toBe(0);
  });
});

describe('places', () => {
  it('are held by the right people in every order of claims, deliveries and hours', async () => {
    const step = fc.oneof(
      fc.record({ claim: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 }) }),
      fc.record({ hours: fc.integer({ min: 1, max: 20 }) }),
    );
    const names = people(10);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), async (steps, allowed) => {
        portfolio = await aPortfolio(db);
        const { portfolioId, phoneNumberId } = portfolio;
        await makePlaces(db, { portfolioId, allowed, most: 100 });
        const until = new Map<number, number>();
        let nowMs = 0;
        const counts = (i: number) => (until.get(i) ?? 0) > nowMs;
        for (const each of steps) {
          if ('hours' in each) {
            nowMs += each.hours * HOUR_MS;
            await pass(each.hours * HOUR_MS);
            continue;
          }
          const claims = each.claim.map((i) => ({ portfolioId, phoneNumberId, person: names[i] as string, allowed }));
          const waiting = new Set((await claimPlaces(db, claims)).map(({ n }) => each.claim[n - 1]));
          for (const i of each.claim) {
            if (!counts(i) && names.filter((_, k) => counts(k)).length >= allowed) expect(waiting).toContain(i);
            else until.set(i, nowMs + MESSAGING_LIMIT.heldMs);
          }
          expect(await used()).toBe(names.filter((_, k) => counts(k)).length);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('are asked for by the very messages that the core says count', async () => {
    const { portfolioId, phoneNumberId } = portfolio;
    await makePlaces(db, { portfolioId, allowed: 200, most: 1000 });
    const hours = [null, 1, 23, 24, 30];
    for (const wroteAgo of hours) {
      for (const refusedAgo of hours) {
        const [person = ''] = people(1);
        const at = (ago: number) => new Date(Date.now() - ago * HOUR_MS);
        const encounter = { portfolioId, phoneNumberId, person };
        if (wroteAgo !== null) await recordInbound(db, [{ ...encounter, at: at(wroteAgo) }]);
        if (refusedAgo !== null) await recordWindowRefusals(db, [{ ...encounter, at: at(refusedAgo) }]);
        await claimPlaces(db, [{ ...encounter, allowed: 200 }]);
        const [known] = await readPeople(db, portfolioId, [{ phoneNumberId, person }]);
        const opening = {
          isTemplate: true,
          lastInboundAtMs: known?.last_inbound_at?.getTime() ?? null,
          windowRefusedAtMs: known?.window_refused_at?.getTime() ?? null,
        };
        expect(known?.is_counted).toBe(countsAsOpening(opening, Date.now()));
      }
    }
  });

  it('tell nobody who held them once they are free', async () => {
    const gateway = await aGateway('TIER_50');
    await refused(gateway, messagesTo(people(2)));
    const named = async () =>
      (
        await db.rows(`select 1 from messaging_places where portfolio_id = $1 and person is not null`, [
          portfolio.portfolioId,
        ])
      ).length;
    await forgetPlaces(db);
    expect(await named()).toBe(2);
    await pass(25 * HOUR_MS);
    await forgetPlaces(db);
    expect(await named()).toBe(0);
  });

  it('are held for a day from when a template was delivered, which may be hours after it was sent', async () => {
    const gateway = await aGateway('TIER_50');
    const [recipient = '', replied = ''] = people(2);
    const [template = '', text = ''] = await store(db, portfolio, { recipient, ...TEMPLATE }, { recipient: replied });
    await refused(gateway, messagesTo([recipient, replied]));
    await pass(20 * HOUR_MS);
    const at = new Date();
    const delivered = [
      { messageId: template, portfolioId: portfolio.portfolioId, person: recipient, at },
      { messageId: text, portfolioId: portfolio.portfolioId, person: replied, at },
    ];
    await db.transaction((tx) => gateway.messaging.delivered(tx, delivered));
    await pass(5 * HOUR_MS);
    expect(
      await readPeople(
        db,
        portfolio.portfolioId,
        delivered.map((d) => ({ phoneNumberId: '', ...d })),
      ),
    ).toEqual([expect.objectContaining({ is_counted: true }), expect.objectContaining({ is_counted: false })]);
  });
});

describe('what Meta says of the limit', () => {
  const tier = async ({ messaging }: Services) => (await messaging.standing(portfolio.portfolioId)).tier;

  it('is not overwritten by what was read before it came', async () => {
    const gateway = await aGateway();
    const asked = new Date((await gateway.messaging.now()).getTime() - 1);
    await db.transaction(async (tx) =>
      gateway.messaging.recordIn(tx, [
        { portfolioId: portfolio.portfolioId, tier: 'TIER_2K', asOf: await gateway.messaging.now() },
      ]),
    );
    await told(gateway, 'TIER_250', asked);
    expect(await tier(gateway)).toBe('TIER_2K');
    await told(gateway, 'TIER_10K');
    expect(await tier(gateway)).toBe('TIER_10K');
  });

  describe('when it rises', () => {
    /** A worker whose time is the test's, long after it began. */
    async function aWorkerOf(services: Services): Promise<{ messaging: MessagingLimitService; clock: TestClock }> {
      const clock = new TestClock();
      const { config, crash } = services.runtime;
      const runtime = new Runtime(config, clock, quiet, new Metrics(), crash);
      const messaging = new MessagingLimitService(db, services.accounts, services.stops, runtime);
      await messaging.follow();
      clock.advance(60_000);
      await messaging.follow();
      return { messaging, clock };
    }
    const putOff = (ids: readonly (string | undefined)[]) =>
      db.run(`update messages set due_at = now() + interval '9 hours' where id = any($1::uuid[])`, [ids]);
    const due = () =>
      db.rows<{ id: string }>(`select id from messages where portfolio_id = $1 and due_at <= now()`, [
        portfolio.portfolioId,
      ]);

    it('lets those go that waited for it, and nobody who waits for something else', async () => {
      const gateway = await aGateway('TIER_250');
      const { messaging, clock } = await aWorkerOf(gateway);
      const sendAt = new Date(Date.now() + 5 * HOUR_MS);
      const [waited, retried] = await store(db, portfolio, {}, {}, { sendAt });
      await db.run(`update messages set retries = 1 where id = $1`, [retried]);
      await putOff([waited, retried]);
      await told(gateway, 'TIER_50');
      clock.advance(1000);
      await messaging.follow();
      expect(await due()).toEqual([]);
      await told(gateway, 'TIER_2K');
      clock.advance(1000);
      await messaging.follow();
      expect(await due()).toEqual([{ id: waited }]);
    });

    it('lets those go that a worker still put off by the old limit', async () => {
      const gateway = await aGateway('TIER_250');
      const { messaging, clock } = await aWorkerOf(gateway);
      const [waited] = await store(db, portfolio, {});
      await told(gateway, 'TIER_2K');
      clock.advance(1000);
      await messaging.follow();
      await putOff([waited]);
      clock.advance(2000);
      await messaging.follow();
      expect(await due()).toEqual([{ id: waited }]);
    });

    it('gives them their old place, and leaves alone what is spread after a full hour and was never due', async () => {
      const gateway = await aGateway('TIER_2K');
      const [waited, spread] = await store(db, portfolio, {}, {});
      await putOff([waited, spread]);
      await db.run(
        `update messages set accepted_at = now() - interval '2 hours', updated_at = now() - interval '2 hours',
                             send_at = now() - interval '1 minute', due_at = now() + interval '20 minutes'
          where id = $1`,
        [spread],
      );
      await gateway.messaging.follow();
      expect(await due()).toEqual([{ id: waited }]);
      const [place] = await db.rows(`select due_at = accepted_at as is_old from messages where id = $1`, [waited]);
      expect(place).toEqual({ is_old: true });
    });

    it('lets those go that waited for it while no worker was there', async () => {
      const gateway = await aGateway('TIER_2K');
      const [waited] = await store(db, portfolio, {});
      await putOff([waited]);
      await gateway.messaging.follow();
      expect(await due()).toEqual([{ id: waited }]);
    });
  });
});

it('keeps the place of a person for a day from the delivery that a status tells of', async () => {
  const gateway = await aGateway('TIER_50');
  const [recipient = ''] = people(1);
  const [id = ''] = await store(db, portfolio, { recipient, ...TEMPLATE });
  const worker = await aWorker(database);
  await worker.arm(await worker.take(), [id]);
  await worker.die();
  await refused(gateway, messagesTo([recipient]));
  await pass(20 * HOUR_MS);
  const { report } = reported('delivered', 'wamid.1', 1) as Extract<Fact, { kind: 'reported' }>;
  const { portfolioId, phoneNumberId } = portfolio;
  const of = { messageId: id, attempt: 1, portfolioId, phoneNumberId, wamid: 'wamid.1', recipientId: null };
  await db.transaction((tx) => gateway.delivery.applyReports(tx, [{ ...of, report, inferred: false }]));
  await pass(5 * HOUR_MS);
  expect(await used()).toBe(1);
});
