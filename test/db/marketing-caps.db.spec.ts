import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Tenant } from '../../src/platform/auth/principal.js';
import { newId } from '../../src/platform/clock/ids.js';
import type { Db } from '../../src/platform/db/db.js';
import { MarketingCapsService } from '../../src/rate-limit/marketing-caps.service.js';
import { forgetReach, readReach } from '../../src/rate-limit/marketing-caps.store.js';
import { PoliciesService } from '../../src/rate-limit/policies.service.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aRecipient } from '../support/factories.js';
import { aPortfolio, aWorker, type PortfolioRows, store } from '../support/rows.js';
import { Services } from '../support/services.js';
import { TestClock } from '../support/test-clock.js';
import { until } from '../support/until.js';

const DAY_MS = 24 * 3_600_000;
const MARKETING = {
  type: 'template',
  priority: 2,
  content: { name: 'spring', language: { code: 'en' } },
} as const;
const TWO_A_WEEK = { marketing_cap: 2, marketing_cap_days: 7 };

let database: TestDatabase;
let db: Db;
let portfolio: PortfolioRows;

beforeEach(async () => {
  database ??= await freshDatabase();
  ({ db } = database);
  portfolio = await aPortfolio(db, 2);
});

const tenant = () =>
  ({ kind: 'tenant', portfolioId: portfolio.portfolioId, keyId: 'k1', scopes: new Set(['*']) }) as unknown as Tenant;
const numberOf = (number = 0) => portfolio.phoneNumberIds[number] as string;

/** A worker's side of the caps. */
async function aGateway(): Promise<Services> {
  const services = new Services(database);
  await services.accounts.refresh();
  return services;
}
const choose = ({ accounts, runtime }: Services, cap: object, number = 0) =>
  new PoliciesService(db, accounts, runtime).put(tenant(), { ...cap, phone_number_id: numberOf(number) });

/** Marketing to a person that waits in the queue. */
async function queued(recipient: string, number = 0): Promise<string> {
  const [id] = await store(db, portfolio, { ...MARKETING, recipient, phoneNumberId: numberOf(number) });
  return id as string;
}
const claimed = ({ caps }: Services, recipient: string, ids: readonly string[], number = 0) =>
  caps.claim(ids.map((id) => ({ ...asked(id, recipient, number) })));
const asked = (id: string, recipient: string, number = 0) => ({
  id,
  phoneNumberId: numberOf(number),
  recipient,
  type: 'template',
  template: 'spring',
});
const became = (id: string, state: string) =>
  db.run(`update messages set state = $2, wamid = case when $2 = 'submitted' then 'wamid.' || id end where id = $1`, [
    id,
    state,
  ]);

/** A cap is in force once what was sent before is counted. */
async function inForce(gateway: Services): Promise<void> {
  await until(async () => (await claimed(gateway, aRecipient(), [await queued(aRecipient())])).size === 0);
}

/** Queues, takes a place and sends, unless it has to wait. */
async function send(gateway: Services, recipient: string, number = 0): Promise<{ id: string; untilMs: number | null }> {
  const id = await queued(recipient, number);
  const hold = (await claimed(gateway, recipient, [id], number)).get(id);
  if (hold === undefined) await became(id, 'submitted');
  return { id, untilMs: hold === undefined ? null : (hold.untilMs ?? 0) - gateway.runtime.clock.monotonicMs() };
}

/** Lets time pass for what a person had. */
const pass = (ms: number) =>
  db.run(
    `update marketing_reach r
        set sends = (select jsonb_agg(jsonb_build_object('id', s->>'id', 'at_ms', (s->>'at_ms')::double precision - $2))
                       from jsonb_array_elements(r.sends) s)
      where portfolio_id = $1 and sends <> '[]'`,
    [portfolio.portfolioId, ms],
  );

describe('a person who may have two marketing templates in seven days', () => {
  let gateway: Services;
  beforeEach(async () => {
    gateway = await aGateway();
    for (const number of [0, 1]) await choose(gateway, TWO_A_WEEK, number);
    await inForce(gateway);
  });

  it('gets two, from whichever numbers, and the third when the first is seven days old', async () => {
    const person = aRecipient();
    expect(await send(gateway, person, 0)).toMatchObject({ untilMs: null });
    await pass(3 * DAY_MS);
    expect(await send(gateway, person, 1)).toMatchObject({ untilMs: null });
    const third = await send(gateway, person, 0);
    expect(third.untilMs).toBeGreaterThan(4 * DAY_MS - 60_000);
    expect(third.untilMs).toBeLessThanOrEqual(4 * DAY_MS);
    await pass(4 * DAY_MS - 60_000);
    expect((await send(gateway, person, 1)).untilMs).toBeGreaterThan(0);
    await pass(60_000);
    expect((await claimed(gateway, person, [third.id])).size).toBe(0);
  });

  it('gets two also when both numbers, on two workers, write to them at once', async () => {
    const other = await aGateway();
    await inForce(other);
    for (let round = 0; round < 10; round += 1) {
      const people = Array.from({ length: 5 }, aRecipient);
      const messages = await Promise.all(
        people.flatMap((to) => [0, 0, 1, 1].map(async (n) => ({ to, n, id: await queued(to, n) }))),
      );
      const claim = ({ caps }: Services, number: number) =>
        caps.claim(messages.filter((m) => m.n === number).map((m) => asked(m.id, m.to, m.n)));
      const [here, there] = await Promise.all([claim(gateway, 0), claim(other, 1)]);
      const went = messages.filter((m) => !here.has(m.id) && !there.has(m.id));
      for (const to of people) expect(went.filter((m) => m.to === to)).toHaveLength(2);
    }
  });

  it('is not counted for what was refused, was cancelled or did not arrive, once it cannot be on its way any more', async () => {
    const person = aRecipient();
    const [first, second] = [await send(gateway, person), await send(gateway, person)];
    const third = await queued(person);
    expect((await claimed(gateway, person, [third])).size).toBe(1);
    await became(first.id, 'rejected');
    expect((await claimed(gateway, person, [third])).size).toBe(1);
    await pass(60_000);
    expect((await claimed(gateway, person, [third])).size).toBe(0);
    await became(third, 'submitted');
    await db.run(`update messages set status = 'failed' where id = $1`, [second.id]);
    const fourth = await queued(person);
    expect((await claimed(gateway, person, [fourth])).size).toBe(0);
  });

  it('takes one place for a message that asks again and again', async () => {
    const person = aRecipient();
    const [id, another] = [await queued(person), await queued(person)];
    for (let round = 0; round < 3; round += 1) expect((await claimed(gateway, person, [id])).size).toBe(0);
    expect((await claimed(gateway, person, [another])).size).toBe(0);
    const [reach] = await readReach(db, portfolio.portfolioId, [person]);
    expect(reach?.sends.map((s) => s.id)).toEqual([id, another]);
  });

  it('is told about to who asks, with how much is used and when there is room, and to the message itself', async () => {
    const person = aRecipient();
    await send(gateway, person, 1);
    await pass(DAY_MS);
    await send(gateway, person, 0);
    const limits = gateway.asked();
    const message = { ...asked(await queued(person), person), isMarketing: true, expiresAtMs: null };
    const hold = { limit: 'marketing_cap', counted: { used: 2, allowed: 2 } };
    const [verdict, utility, expiring] = await limits.check(tenant(), [
      message,
      { ...message, id: newId(), isMarketing: false },
      { ...message, id: newId(), expiresAtMs: Date.now() + DAY_MS },
    ]);
    expect(verdict).toMatchObject({
      kind: 'wait',
      ...hold,
      reason: expect.stringMatching(/^this person has had 2 of at most 2/),
    });
    const untilMs = (verdict as { untilMs: number }).untilMs - Date.now();
    expect(untilMs).toBeGreaterThan(6 * DAY_MS - 60_000);
    expect(untilMs).toBeLessThanOrEqual(6 * DAY_MS);
    expect(utility).toEqual({ kind: 'go' });
    expect(expiring).toMatchObject({ kind: 'refuse', ...hold });
    expect(await limits.holds(tenant(), message)).toMatchObject([hold]);
  });
});

describe('a cap', () => {
  it('counts what was sent before it was chosen, and while it was not there', async () => {
    const gateway = await aGateway();
    const person = aRecipient();
    const worker = await aWorker(database);
    const lanes = await worker.take();
    const sent = async (number: number, ageMs: number) => {
      const id = await queued(person, number);
      expect(await worker.arm(lanes, [id])).toHaveLength(1);
      await db.run(`update attempts set armed_at = now() - $2 * interval '1 millisecond' where message_id = $1`, [
        id,
        ageMs,
      ]);
    };
    await sent(1, 2 * DAY_MS);
    await choose(gateway, TWO_A_WEEK);
    await inForce(gateway);
    expect((await readReach(db, portfolio.portfolioId, [person]))[0]?.sends).toHaveLength(1);
    await choose(gateway, {});
    await sent(1, 0);
    await choose(gateway, TWO_A_WEEK);
    const successor = await aGateway();
    await inForce(successor);
    expect((await send(successor, person)).untilMs).toBeGreaterThan(5 * DAY_MS - 60_000);
    await worker.die();
  });

  it('holds only the numbers that it was chosen for, and counts what the others send', async () => {
    const gateway = await aGateway();
    await choose(gateway, { marketing_cap: 1, marketing_cap_days: 1 });
    await inForce(gateway);
    const person = aRecipient();
    for (let n = 0; n < 3; n += 1) expect((await send(gateway, person, 1)).untilMs).toBeNull();
    expect((await send(gateway, person, 0)).untilMs).toBeGreaterThan(DAY_MS - 60_000);
  });

  it('costs nothing where nobody chose one', async () => {
    const gateway = await aGateway();
    const person = aRecipient();
    for (let n = 0; n < 5; n += 1) expect((await send(gateway, person)).untilMs).toBeNull();
    expect(await readReach(db, portfolio.portfolioId, [person])).toEqual([]);
  });

  it('that is taken back lets go at once what waited for it', async () => {
    const gateway = await aGateway();
    await choose(gateway, TWO_A_WEEK);
    const clock = new TestClock();
    const { accounts, stops } = gateway;
    const runtime = Object.assign(Object.create(gateway.runtime) as typeof gateway.runtime, { clock });
    const caps = new MarketingCapsService(db, accounts, stops, runtime);
    const id = await queued(aRecipient());
    await db.run(`update messages set due_at = now() + interval '5 hours' where id = $1`, [id]);
    const isDue = async () =>
      (await db.rows(`select 1 from messages where id = $1 and due_at <= now()`, [id])).length > 0;
    const followed = async () => {
      clock.advance(10_000);
      await caps.follow();
      return isDue();
    };
    // A worker that begins wakes everybody once.
    expect(await followed()).toBe(true);
    await followed();
    await db.run(`update messages set due_at = now() + interval '5 hours' where id = $1`, [id]);
    expect(await followed()).toBe(false);
    await choose(gateway, {});
    expect(await followed()).toBe(true);
  });

  it('is forgotten with the people when it cannot count them any more', async () => {
    const gateway = await aGateway();
    await choose(gateway, TWO_A_WEEK);
    await inForce(gateway);
    const person = aRecipient();
    await send(gateway, person);
    await db.run(`update marketing_reach set latest_at = latest_at - interval '30 days' where person = $1`, [person]);
    await forgetReach(db, 31);
    expect(await readReach(db, portfolio.portfolioId, [person])).toHaveLength(1);
    await forgetReach(db, 29);
    expect(await readReach(db, portfolio.portfolioId, [person])).toEqual([]);
  });
});
