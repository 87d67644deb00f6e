import pg from 'pg';
import type { Logger } from '../observability/logger.js';
import { openDataSource } from './data-source.js';

/** Any fixed number: replicas that start together take turns on it. */
const MIGRATION_LOCK = 7_240_119;

/**
 * Applies the migrations that are missing. Several replicas may start at once: an advisory lock lets one of them work
 * while the others wait and then find nothing to do. `steps: 'undo-all'` takes every migration back (tests and CI).
 */
export async function migrate(url: string, logger: Logger, steps: 'apply' | 'undo-all' = 'apply'): Promise<number> {
  const lock = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, keepAlive: true });
  lock.on('error', (error) => logger.warn({ err: error }, 'the migration lock connection broke'));
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const source = await openDataSource({ url, size: 2, timeoutMs: 600_000, name: 'heliograph-migrate' }, logger);
    try {
      if (steps === 'apply') return (await source.runMigrations({ transaction: 'each' })).length;
      const [row] = await source.query<{ count: string }[]>(`select count(*) as count from migrations`);
      const applied = Number(row?.count ?? 0);
      for (let i = 0; i < applied; i += 1) await source.undoLastMigration({ transaction: 'each' });
      return applied;
    } finally {
      await source.destroy();
    }
  } finally {
    // Ending the session gives the lock back, also when the unlock itself could not be sent.
    await lock.end().catch(() => undefined);
  }
}
