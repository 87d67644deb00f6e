import { toJsonb } from '../platform/db/jsonb.js';
import type { Queryable } from '../platform/db/queryable.js';

/** A row of `pools`. */
export interface PoolRow {
  readonly id: string;
  readonly portfolio_id: string;
  readonly name: string;
  readonly phone_number_ids: readonly string[];
  readonly created_at: Date;
  readonly changed_at: Date;
  readonly changed_by: string;
}

/** What of a pool is kept with each of its changes. */
export type PoolSnapshotRow = Pick<PoolRow, 'name' | 'phone_number_ids'>;

/** A row of `pool_changes`. `after` is null when the pool was removed. */
export interface PoolChangeRow {
  readonly changed_at: Date;
  readonly changed_by: string;
  readonly before: PoolSnapshotRow | null;
  readonly after: PoolSnapshotRow | null;
}

/** A pool as it is to be, and who says so. */
export interface PoolWrite extends PoolSnapshotRow {
  readonly id: string;
  readonly portfolioId: string;
  readonly by: string;
}

const COLUMNS = `id, portfolio_id, name, phone_number_ids, created_at, changed_at, changed_by`;

/** The pools of a portfolio by name; 1,000 at most. */
export function listPools(q: Queryable, portfolioId: string): Promise<PoolRow[]> {
  return q.rows<PoolRow>(`select ${COLUMNS} from pools where portfolio_id = $1 order by name limit 1000`, [
    portfolioId,
  ]);
}

/** A pool of a portfolio, or null; locked against other changes when asked for. */
export async function findPool(
  q: Queryable,
  of: { portfolioId: string; id: string },
  lock: 'locked' | 'as it is' = 'as it is',
): Promise<PoolRow | null> {
  const [row] = await q.rows<PoolRow>(
    `select ${COLUMNS} from pools where portfolio_id = $1 and id = $2 ${lock === 'locked' ? 'for update' : ''}`,
    [of.portfolioId, of.id],
  );
  return row ?? null;
}

/** The pool of a portfolio with this name, or null. */
export async function findPoolByName(
  q: Queryable,
  of: { readonly portfolioId: string; readonly name: string },
): Promise<PoolRow | null> {
  const [row] = await q.rows<PoolRow>(`select ${COLUMNS} from pools where portfolio_id = $1 and name = $2`, [
    of.portfolioId,
    of.name,
  ]);
  return row ?? null;
}

/** Adds a pool and notes who did; null when the portfolio has one of this name. To be called within a transaction. */
export async function insertPool(tx: Queryable, pool: PoolWrite): Promise<PoolRow | null> {
  const [row] = await tx.rows<PoolRow>(
    `insert into pools (id, portfolio_id, name, phone_number_ids, changed_by) values ($1, $2, $3, $4, $5)
     on conflict (portfolio_id, name) do nothing
     returning ${COLUMNS}`,
    [pool.id, pool.portfolioId, pool.name, pool.phone_number_ids, pool.by],
  );
  if (row === undefined) return null;
  await noteChange(tx, pool, null, row);
  return row;
}

/**
 * Changes a pool and notes who did, to be called within the transaction that locked `before`. Null when another pool of
 * the portfolio has the name.
 */
export async function updatePool(tx: Queryable, pool: PoolWrite, before: PoolRow): Promise<PoolRow | null> {
  const [row] = await tx.rows<PoolRow>(
    `update pools p
        set name = $3, phone_number_ids = $4, changed_by = $5, changed_at = clock_timestamp()
      where portfolio_id = $1 and id = $2
        and not exists (select 1 from pools other where other.portfolio_id = $1 and other.name = $3 and other.id <> $2)
     returning ${COLUMNS}`,
    [pool.portfolioId, pool.id, pool.name, pool.phone_number_ids, pool.by],
  );
  if (row === undefined) return null;
  await noteChange(tx, pool, before, row);
  return row;
}

/** Takes a pool out and notes who did; false when the portfolio has none with this id. Within a transaction. */
export async function deletePool(
  tx: Queryable,
  of: { readonly portfolioId: string; readonly id: string; readonly by: string },
): Promise<boolean> {
  const [row] = await tx.rows<PoolRow>(`delete from pools where portfolio_id = $1 and id = $2 returning ${COLUMNS}`, [
    of.portfolioId,
    of.id,
  ]);
  if (row === undefined) return false;
  await noteChange(tx, of, row, null);
  return true;
}

/** The changes of a pool, the newest first; 1,000 at most. */
export function listPoolChanges(q: Queryable, of: { portfolioId: string; id: string }): Promise<PoolChangeRow[]> {
  return q.rows<PoolChangeRow>(
    `select changed_at, changed_by, before, after
       from pool_changes
      where portfolio_id = $1 and pool_id = $2
      order by id desc
      limit 1000`,
    [of.portfolioId, of.id],
  );
}

async function noteChange(
  tx: Queryable,
  of: { readonly portfolioId: string; readonly id: string; readonly by: string },
  before: PoolRow | null,
  after: PoolRow | null,
): Promise<void> {
  const kept = (row: PoolRow | null) =>
    toJsonb(row === null ? null : { name: row.name, phone_number_ids: row.phone_number_ids });
  await tx.run(
    `insert into pool_changes (portfolio_id, pool_id, changed_by, before, after) values ($1, $2, $3, $4, $5)`,
    [of.portfolioId, of.id, of.by, kept(before), kept(after)],
  );
}
