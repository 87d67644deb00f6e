import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PoolView } from '../../src/accounts/pools.dto.js';
import { PoolsService } from '../../src/accounts/pools.service.js';
import { LaneSchedule } from '../../src/messaging/lane-schedule.js';
import type { MessageView, SendMessageDto } from '../../src/messaging/messaging.dto.js';
import { MessagingService } from '../../src/messaging/messaging.service.js';
import { OutboxSignal } from '../../src/messaging/outbox-signal.js';
import { PoolSendersService } from '../../src/messaging/pool-senders.service.js';
import type { Db } from '../../src/platform/db/db.js';
import { IdempotentCalls } from '../../src/platform/idempotency/idempotent-calls.js';
import { FullHoursService } from '../../src/rate-limit/full-hours.service.js';
import { insertStops } from '../../src/rate-limit/stops.store.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aRecipient } from '../support/factories.js';
import { aPortfolio, type PortfolioRows } from '../support/rows.js';
import { Services } from '../support/services.js';

let database: TestDatabase;
let db: Db;
let portfolio: PortfolioRows;
let services: Services;
let pools: PoolsService;

beforeEach(async () => {
  database ??= await freshDatabase();
  ({ db } = database);
  portfolio = await aPortfolio(db, 3);
  services ??= new Services(database);
  await services.accounts.refresh();
  pools = new PoolsService(db, services.accounts, new IdempotentCalls(db, services.runtime));
});

const tenantOf = ({ portfolioId }: PortfolioRows) =>
  ({ kind: 'tenant', portfolioId, keyId: 'k1', scopes: new Set(['*']) }) as const;
const tenant = () => tenantOf(portfolio);
const aPool = (numbers: readonly string[] = portfolio.phoneNumberIds) =>
  pools.create(tenant(), { name: 'Campaigns', phone_number_ids: [...numbers] }, null);

/** A process of its own that accepts messages. */
function anAcceptor(): MessagingService {
  const { accounts, runtime, stops, templates } = services;
  const senders = new PoolSendersService(db, accounts, stops, new FullHoursService(db, runtime), runtime);
  const schedule = new LaneSchedule(runtime.clock);
  return new MessagingService(db, schedule, new OutboxSignal(), templates, senders, runtime);
}
const text = (pool_id: string, to: string) => ({ pool_id, to, type: 'text', text: { body: 'x' } }) as SendMessageDto;
const send = async (poolId: string, to: string, key: string | null = null, by = anAcceptor()) =>
  ((await by.accept(tenant(), text(poolId, to), key)) as MessageView).phone_number_id;
/** What was accepted so far waits no more. */
const settleAll = () => db.run(`update messages set state = 'cancelled' where state = 'queued'`);
const stop = (scopeId: string, endsAfterMs: number | null = null) =>
  insertStops(
    db,
    [
      {
        portfolioId: portfolio.portfolioId,
        scope: 'number',
        scopeId,
        stops: 'all',
        code: 131031,
        reason: 'locked',
        endsAfterMs,
      },
    ],
    false,
  );

describe('a pool', () => {
  it('is the same when it is made again, has a name of its own, and keeps who changed it', async () => {
    const pool = await aPool();
    expect(await aPool()).toEqual(pool);
    const [first = ''] = portfolio.phoneNumberIds;
    await expect(aPool([first])).rejects.toMatchObject({ code: 'invalid_request', errors: [{ pointer: '/name' }] });
    const other = await pools.create(tenant(), { name: 'Support', phone_number_ids: [first] }, null);
    const renamed = pools.update(tenant(), { id: other.id, name: 'Campaigns', phone_number_ids: [first] });
    await expect(renamed).rejects.toMatchObject({ errors: [{ pointer: '/name' }] });
    await pools.update(tenant(), { id: pool.id, name: 'Sales', phone_number_ids: [first] });
    await pools.remove(tenant(), pool);
    const { changes } = await pools.history(tenant(), pool);
    expect(changes.map((c) => [c.before?.name ?? null, c.after?.name ?? null, c.changed_by])).toEqual([
      ['Sales', null, 'api key k1'],
      ['Campaigns', 'Sales', 'api key k1'],
      [null, 'Campaigns', 'api key k1'],
    ]);
    expect((await pools.list(tenant())).pools.map((p) => p.name)).toEqual(['Support']);
  });

  it('is answered again under its idempotency key as it was, and is made with its answer or not at all', async () => {
    const make = (name: string, key: string, numbers = portfolio.phoneNumberIds) =>
      pools.create(tenant(), { name, phone_number_ids: [...numbers] }, key);
    await expect(make('Campaigns', 'one', ['1'])).rejects.toMatchObject({ code: 'invalid_request' });
    const racers = await Promise.all(Array.from({ length: 10 }, () => make('Campaigns', 'one')));
    const [pool] = racers as [PoolView, ...PoolView[]];
    expect(racers).toEqual(racers.map(() => pool));
    await pools.remove(tenant(), pool);
    expect(await make('Campaigns', 'one')).toEqual(pool);
    await expect(make('Others', 'one')).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    expect((await pools.list(tenant())).pools).toEqual([]);
  });

  it('has numbers of its portfolio only, and is nobody else’s', async () => {
    const other = await aPortfolio(db);
    await services.accounts.refresh();
    await expect(aPool([portfolio.phoneNumberId, other.phoneNumberId])).rejects.toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: '/phone_number_ids/1' }],
    });
    const pool = await aPool();
    await expect(pools.get(tenantOf(other), pool)).rejects.toMatchObject({ code: 'not_found' });
    await expect(pools.remove(tenantOf(other), pool)).rejects.toMatchObject({ code: 'not_found' });
    const theirs = anAcceptor().accept(tenantOf(other), text(pool.id, aRecipient()), null);
    await expect(theirs).rejects.toMatchObject({ code: 'invalid_request', errors: [{ pointer: '/pool_id' }] });
  });
});

describe('a message from a pool', () => {
  it('is stored with its pool, from the number that its answer shows', async () => {
    const { id } = await aPool();
    const view = (await anAcceptor().accept(tenant(), text(id, aRecipient()), null)) as MessageView;
    expect(view.pool_id).toBe(id);
    expect(await anAcceptor().get(tenant(), view.id)).toMatchObject({
      pool_id: id,
      phone_number_id: view.phone_number_id,
    });
  });

  it('comes from the same number for all racers of one person, and people are shared out', async () => {
    const { id } = await aPool();
    const [one, two] = [anAcceptor(), anAcceptor()];
    const people = Array.from({ length: 60 }, aRecipient);
    const sent = await Promise.all(people.flatMap((to) => [send(id, to, null, one), send(id, to, null, two)]));
    for (let i = 0; i < sent.length; i += 2) expect(sent[i]).toBe(sent[i + 1]);
    expect(new Set(sent).size).toBe(3);
  });

  it('comes from the number that the person knows, also when weights change or numbers come', async () => {
    const [first = '', second = ''] = portfolio.phoneNumberIds;
    const { id } = await aPool([first]);
    const people = Array.from({ length: 20 }, aRecipient);
    for (const to of people) expect(await send(id, to)).toBe(first);
    await pools.update(tenant(), { id, name: 'Campaigns', phone_number_ids: [second, first] });
    for (const to of people) expect(await send(id, to)).toBe(first);
  });

  it('passes over a number that is stopped or not connected, and stays with the one chosen instead', async () => {
    const { id } = await aPool();
    const to = aRecipient();
    const first = await send(id, to);
    await settleAll();
    await stop(first);
    const second = await send(id, to);
    expect(second).not.toBe(first);
    await settleAll();
    await db.run(`update phone_numbers set status = 'BANNED' where phone_number_id = $1`, [second]);
    await services.accounts.refresh();
    const third = await send(id, to);
    await settleAll();
    expect(new Set([first, second, third]).size).toBe(3);
    await db.run(`update limit_stops set released_at = now(), released_by = 'test'`);
    expect(await send(id, to)).toBe(third);
  });

  it('waits behind an earlier one of the same person on a number that is lost, so that both move in their order', async () => {
    const { id } = await aPool();
    const to = aRecipient();
    const first = await send(id, to);
    await stop(first);
    expect(await send(id, to)).toBe(first);
    const { phone_number_id: other = '' } = (await anAcceptor().accept(
      tenant(),
      text(id, aRecipient()),
      null,
    )) as MessageView;
    expect(other).not.toBe(first);
    await settleAll();
    expect(await send(id, to)).not.toBe(first);
  });

  it('keeps the number that its person knows through a stop that is soon over', async () => {
    const { id } = await aPool();
    const to = aRecipient();
    const first = await send(id, to);
    await settleAll();
    await stop(first, 5 * 60_000);
    expect(await send(id, to)).toBe(first);
  });

  it('waits on a number when none of the pool can send', async () => {
    const [first = ''] = portfolio.phoneNumberIds;
    const { id } = await aPool([first]);
    await stop(first);
    expect(await send(id, aRecipient())).toBe(first);
  });

  it('shows the number of the first request when that comes again after a stop', async () => {
    const { id } = await aPool();
    const to = aRecipient();
    const first = await send(id, to, 'key');
    await stop(first);
    expect(await send(id, to, 'key')).toBe(first);
    expect(await db.rows('select 1 from messages where pool_id = $1', [id])).toHaveLength(1);
  });

  it('keeps nobody of a request that is only validated', async () => {
    const { id } = await aPool();
    await anAcceptor().accept(tenant(), { ...text(id, aRecipient()), validate_only: true }, null);
    expect(await db.rows('select 1 from pool_senders where pool_id = $1', [id])).toEqual([]);
  });
});
