import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LaneKeeper } from '../../src/messaging/lane-keeper.js';
import * as lanes from '../../src/messaging/lanes.store.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aPortfolio, aWorker, type PortfolioRows, store } from '../support/rows.js';
import { Services } from '../support/services.js';
import { TestClock } from '../support/test-clock.js';
import { until } from '../support/until.js';

let database: TestDatabase;
let portfolio: PortfolioRows;

beforeEach(async () => {
  database = await freshDatabase();
  portfolio = await aPortfolio(database.db, 4);
});

describe('taking lanes', () => {
  it('takes what nobody holds, each at a higher fence', async () => {
    const worker = await aWorker(database);
    const taken = await worker.take(3);
    expect(taken).toHaveLength(3);
    expect(taken.every((l) => l.fence === 1 && !l.taken_over)).toBe(true);
    expect(await worker.take()).toHaveLength(1);
  });

  it('takes nothing from a worker that lives', async () => {
    await (await aWorker(database)).take();
    expect(await (await aWorker(database)).take()).toEqual([]);
  });

  it('takes over at once when the session of a worker has ended, long before its lease', async () => {
    const [dead, heir] = [await aWorker(database), await aWorker(database)];
    await dead.take();
    await dead.die();
    const taken = await until(async () => {
      const found = await heir.take();
      return found.length > 0 && found;
    });
    expect(taken).toHaveLength(4);
    expect(taken.every((l) => l.taken_over && l.fence === 2)).toBe(true);
  });

  it('takes over from a worker that hangs: its session lives, its lease has run out', async () => {
    const hanging = await aWorker(database, -1);
    const held = await hanging.take();
    const heir = await aWorker(database);
    expect(await heir.take()).toHaveLength(4);
    // When it wakes up, nothing that it does at its old fences counts.
    await lanes.renewWorker(database.db, { id: hanging.id, lockKey: 1, leaseMs: 60_000 });
    const [id] = await store(database.db, portfolio, {});
    expect(await hanging.arm(held, [id as string])).toEqual([]);
    await lanes.releaseLanes(database.db, hanging.id, held);
    expect(await lanes.lanesOf(database.db, heir.id)).toHaveLength(4);
  });

  it('gives each lane to one of several workers that reach for it together', async () => {
    const workers = await Promise.all([1, 2, 3, 4, 5].map(() => aWorker(database)));
    for (let round = 0; round < 30; round += 1) {
      const taken = (await Promise.all(workers.map((w) => w.take()))).flat();
      expect(taken.map((l) => l.phoneNumberId).sort()).toEqual([...portfolio.phoneNumberIds].sort());
      await database.db.run('update lanes set owner = null');
    }
  });

  it('shows an heir what its predecessor armed and never settled, and how recently it sent', async () => {
    const dead = await aWorker(database);
    const held = await dead.take();
    const ids = await store(database.db, portfolio, {}, {});
    await dead.arm(held, ids);
    expect(await lanes.abandonedAttempts(database.db, held)).toEqual([]);
    expect(await lanes.openAttempts(database.db, held)).toHaveLength(2);
    await dead.die();
    const taken = await (await aWorker(database)).take();
    const abandoned = await lanes.abandonedAttempts(database.db, taken);
    expect(abandoned.map((a) => a.message_id).sort()).toEqual([...ids].sort());
    expect(await lanes.openAttempts(database.db, taken)).toEqual([]);
    const recent = await lanes.recentAttempts(database.db, portfolio.phoneNumberIds, 60_000);
    expect(recent).toHaveLength(2);
    expect(
      recent.every(
        (r) => r.phone_number_id === portfolio.phoneNumberId && r.armed_age_ms >= 0 && r.answered_age_ms === null,
      ),
    ).toBe(true);
  });
});

describe('sharing lanes', () => {
  /** Lets the workers take turns until nothing moves any more, as their loops would over some seconds. */
  async function settle(clock: TestClock, keepers: readonly LaneKeeper[]): Promise<number[]> {
    for (let round = 0; round < 6; round += 1) {
      clock.advance(1000);
      for (const keeper of keepers) await keeper.tend();
    }
    return keepers.map((keeper) => keeper.lanes().length).sort();
  }

  it('shares 10 lanes fairly between one, two and three workers, and never one lane between two', async () => {
    await aPortfolio(database.db, 6);
    const clock = new TestClock();
    const services = new Services(database, { LEASE_MS: '100000' });
    const keepers = [services.laneKeeper(clock)];
    expect(await settle(clock, keepers)).toEqual([10]);
    keepers.push(services.laneKeeper(clock));
    expect(await settle(clock, keepers)).toEqual([5, 5]);
    keepers.push(services.laneKeeper(clock));
    const three = await settle(clock, keepers);
    expect(three.reduce((sum, n) => sum + n, 0)).toBe(10);
    expect(Math.max(...three)).toBeLessThanOrEqual(4);
    const held = keepers.flatMap((keeper) => keeper.lanes().map((l) => l.phoneNumberId));
    expect(new Set(held).size).toBe(10);
  });

  it('gives the lanes of a worker that leaves to the others', async () => {
    const clock = new TestClock();
    const services = new Services(database, { LEASE_MS: '100000' });
    const [one, two] = [services.laneKeeper(clock), services.laneKeeper(clock)];
    expect(await settle(clock, [one, two])).toEqual([2, 2]);
    await one.leave();
    expect(one.lanes()).toEqual([]);
    expect(await settle(clock, [two])).toEqual([4]);
  });

  it('notices within a second that somebody has taken a lane, and within ten that one was swapped for another', async () => {
    const clock = new TestClock();
    const keeper = new Services(database, { LEASE_MS: '100000' }).laneKeeper(clock);
    await settle(clock, [keeper]);
    const [lost, swapped] = keeper.lanes();
    const other = await aWorker(database);
    const takenBy = (owner: string, id: string | undefined, fences = 1) =>
      database.db.run('update lanes set owner = $1, fence = fence + $3 where phone_number_id = $2', [
        owner,
        id,
        fences,
      ]);
    await takenBy(other.id, lost?.phoneNumberId);
    clock.advance(1000);
    await keeper.tend();
    expect(keeper.lanes().map((l) => l.phoneNumberId)).not.toContain(lost?.phoneNumberId);
    // The same number of lanes and the same sum of fences, and yet another lane: the worker does not know the one that it got.
    const before = keeper.lanes().length;
    await takenBy(other.id, swapped?.phoneNumberId);
    await database.db.run('update lanes set owner = $1, fence = $3 where phone_number_id = $2', [
      keeper.workerId,
      lost?.phoneNumberId,
      swapped?.fence,
    ]);
    for (let second = 0; second < 10; second += 1) {
      clock.advance(1000);
      await keeper.tend();
    }
    expect(keeper.lanes().map((l) => l.phoneNumberId)).not.toContain(swapped?.phoneNumberId);
    expect(keeper.lanes().length).toBeGreaterThanOrEqual(before - 1);
  });

  it('holds nothing once its own lease has run out, even before anybody else takes it', async () => {
    const clock = new TestClock();
    const keeper = new Services(database, { LEASE_MS: '15000' }).laneKeeper(clock);
    await keeper.tend();
    const [lane] = keeper.lanes();
    expect(keeper.holds(lane?.phoneNumberId ?? '', lane?.fence ?? 0)).toBe(true);
    clock.advance(15_000);
    expect(keeper.lanes()).toEqual([]);
    expect(keeper.holds(lane?.phoneNumberId ?? '', lane?.fence ?? 0)).toBe(false);
  });
});
