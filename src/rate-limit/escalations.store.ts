import type { EscalationLevel, PastLevel } from '../core/limits/escalation.js';
import type { Queryable } from '../platform/db/queryable.js';

/** A level that begins. */
export interface NewEscalation {
  readonly portfolioId: string;
  readonly phoneNumberId: string;
  readonly level: EscalationLevel;
  readonly code: number;
  readonly reason: string;
  readonly lastsMs: number;
}

/** More levels than a day can have: each lasts five minutes at least. */
const MOST = 10_000;

/**
 * The levels that a portfolio's numbers reached in the last `backMs`, and the database's now; held against other
 * workers that have something to add, until the end of the transaction.
 */
export async function lockPastLevels(
  tx: Queryable,
  portfolioId: string,
  backMs: number,
): Promise<{ readonly nowMs: number; readonly past: PastLevel[] }> {
  await tx.rows(`select pg_advisory_xact_lock(hashtextextended('escalations of ' || $1, 0))`, [portfolioId]);
  const rows = await tx.rows<{ phone_number_id: string; level: EscalationLevel; began_at: Date; until: Date }>(
    `select phone_number_id, level, began_at, until
       from limit_escalations
      where portfolio_id = $1 and began_at > clock_timestamp() - $2 * interval '1 millisecond'
      order by began_at desc
      limit ${MOST}`,
    [portfolioId, backMs],
  );
  const [clock] = await tx.rows<{ now: Date }>(`select clock_timestamp() as now`);
  return {
    nowMs: (clock?.now ?? new Date(0)).getTime(),
    past: rows.map((row) => ({
      phoneNumberId: row.phone_number_id,
      level: row.level,
      beganAtMs: row.began_at.getTime(),
      untilMs: row.until.getTime(),
    })),
  };
}

/** Writes down that a level begins now. */
export async function insertEscalation(tx: Queryable, e: NewEscalation): Promise<void> {
  await tx.run(
    `insert into limit_escalations (portfolio_id, phone_number_id, level, code, reason, until)
     values ($1, $2, $3, $4, $5, clock_timestamp() + $6 * interval '1 millisecond')`,
    [e.portfolioId, e.phoneNumberId, e.level, e.code, e.reason, e.lastsMs],
  );
}
