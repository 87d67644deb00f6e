import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Db } from '../../src/platform/db/db.js';
import { claimRun, endRun } from '../../src/platform/jobs/jobs.store.js';
import { freshDatabase } from '../support/database.js';

describe('a scheduled job over many replicas', () => {
  let db: Db;

  beforeAll(async () => {
    ({ db } = await freshDatabase());
  });

  const claim = (name: string) => claimRun(db, { name, everyMs: 60_000, mostMs: 120_000 });
  const back = (name: string, interval: string) =>
    db.run(
      `update scheduled_jobs set last_run_at = last_run_at - $2::interval, running_until = running_until - $2::interval
        where name = $1`,
      [name, interval],
    );

  it('is given to exactly one of those that ask together, the first time and every time after', async () => {
    for (let round = 0; round < 10; round += 1) {
      const given = await Promise.all(Array.from({ length: 20 }, () => claim('a')));
      expect(given.filter(Boolean)).toHaveLength(1);
      await endRun(db, 'a');
      await back('a', '61 seconds');
    }
  });

  it('is not given again before its period has passed', async () => {
    expect(await claim('b')).toBe(true);
    await endRun(db, 'b');
    expect(await claim('b')).toBe(false);
  });

  it('is not given while it runs, even when its period has passed', async () => {
    expect(await claim('c')).toBe(true);
    await back('c', '61 seconds');
    expect(await claim('c')).toBe(false);
    await endRun(db, 'c');
    expect(await claim('c')).toBe(true);
  });

  it('is given again when the replica that ran it has died', async () => {
    expect(await claim('d')).toBe(true);
    await back('d', '121 seconds');
    expect(await claim('d')).toBe(true);
  });
});
