import { toJsonb } from '../platform/db/jsonb.js';
import type { Queryable } from '../platform/db/queryable.js';

/** What can be chosen for a number; null where nothing was. */
export interface PolicyChoice {
  readonly warm_up: string | null;
  readonly escalation: string | null;
  readonly utilisation: string | null;
  readonly max_mps: number | null;
  /** Marketing templates that a person gets at most in so many days; both or neither. */
  readonly marketing_cap: number | null;
  readonly marketing_cap_days: number | null;
  /** What fairness keys weigh; 1 those that are not among them. */
  readonly fairness_weights: Readonly<Record<string, number>> | null;
  /** For how many milliseconds after a full hour marketing is spread; null: as the setting says. */
  readonly full_hour_spread_ms: number | null;
}

/** A row of `rate_limit_policies`. */
export interface PolicyRow extends PolicyChoice {
  readonly phone_number_id: string;
  readonly portfolio_id: string;
  readonly warm_up_stage: number;
  readonly warm_up_since: Date | null;
  readonly warm_up_reason: string | null;
  readonly changed_at: Date;
  readonly changed_by: string;
}

/** What a row is to say from now on. */
export interface PolicyWrite extends PolicyChoice {
  readonly warmUpStage: number;
  /** When the stage began; null without a warm-up. */
  readonly warmUpSince: Date | null;
  readonly warmUpReason: string | null;
  readonly by: string;
}

/** A row of `rate_limit_policy_changes`. */
export interface PolicyChangeRow {
  readonly id: number;
  readonly changed_at: Date;
  readonly changed_by: string;
  readonly before: PolicySnapshotRow | null;
  readonly after: PolicySnapshotRow;
}

/** What of a policy is kept with each of its changes. */
export type PolicySnapshotRow = PolicyChoice & Pick<PolicyRow, 'warm_up_stage' | 'warm_up_reason'>;

/** Whose policy. */
export interface PolicyOf {
  readonly portfolioId: string;
  readonly phoneNumberId: string;
}

const COLUMNS = `phone_number_id, portfolio_id, warm_up, escalation, utilisation, max_mps, marketing_cap, marketing_cap_days,
                 fairness_weights, full_hour_spread_ms, warm_up_stage, warm_up_since, warm_up_reason, changed_at, changed_by`;

/** The policy of a number of a portfolio; null when none was ever chosen. */
export async function findPolicy(q: Queryable, of: PolicyOf): Promise<PolicyRow | null> {
  const [row] = await q.rows<PolicyRow>(
    `select ${COLUMNS} from rate_limit_policies where portfolio_id = $1 and phone_number_id = $2`,
    [of.portfolioId, of.phoneNumberId],
  );
  return row ?? null;
}

/** Lets changes of one number's policy take turns, also the first two, when there is no row to lock yet. */
export async function lockPolicy(tx: Queryable, { phoneNumberId }: PolicyOf): Promise<void> {
  await tx.rows(`select pg_advisory_xact_lock(hashtextextended('policy of ' || $1, 0))`, [phoneNumberId]);
}

/** The numbers for which it was chosen how long after a full hour marketing is spread, of all portfolios. */
export function fullHourSpreads(
  q: Queryable,
): Promise<{ readonly phone_number_id: string; readonly full_hour_spread_ms: number }[]> {
  return q.rows(
    `select phone_number_id, full_hour_spread_ms from rate_limit_policies where full_hour_spread_ms is not null`,
  );
}

/** The policies with a warm-up, of all portfolios. */
export function policiesThatWarmUp(q: Queryable): Promise<PolicyRow[]> {
  return q.rows<PolicyRow>(`select ${COLUMNS} from rate_limit_policies where warm_up is not null`);
}

/**
 * The policies that changed lately: after `sinceMs` (milliseconds since the epoch), and up to ten seconds before it,
 * because a change is dated before it is committed. The database's clock dates them all.
 */
export function policiesChangedSince(q: Queryable, sinceMs: number): Promise<PolicyRow[]> {
  return q.rows<PolicyRow>(
    `select ${COLUMNS}
       from rate_limit_policies
      where changed_at > to_timestamp($1::double precision / 1000) - interval '10 seconds'
      order by changed_at`,
    [sinceMs],
  );
}

/** Writes a policy down together with who changed it from what into what. */
export async function writePolicy(
  tx: Queryable,
  of: PolicyOf,
  write: PolicyWrite,
  before: PolicyRow | null,
): Promise<PolicyRow> {
  const [row] = await tx.rows<PolicyRow>(
    `insert into rate_limit_policies (phone_number_id, portfolio_id, warm_up, max_mps, warm_up_stage, warm_up_since,
                                      warm_up_reason, changed_by, escalation, utilisation, marketing_cap, marketing_cap_days,
                                      fairness_weights, full_hour_spread_ms)
     values ($2, $1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     on conflict (phone_number_id) do update
        set warm_up = excluded.warm_up, max_mps = excluded.max_mps, warm_up_stage = excluded.warm_up_stage,
            warm_up_since = excluded.warm_up_since, warm_up_reason = excluded.warm_up_reason,
            escalation = excluded.escalation, utilisation = excluded.utilisation,
            marketing_cap = excluded.marketing_cap, marketing_cap_days = excluded.marketing_cap_days,
            fairness_weights = excluded.fairness_weights, full_hour_spread_ms = excluded.full_hour_spread_ms,
            changed_at = clock_timestamp(), changed_by = excluded.changed_by
      where rate_limit_policies.portfolio_id = $1
     returning ${COLUMNS}`,
    [
      of.portfolioId,
      of.phoneNumberId,
      write.warm_up,
      write.max_mps,
      write.warmUpStage,
      write.warmUpSince,
      write.warmUpReason,
      write.by,
      write.escalation,
      write.utilisation,
      write.marketing_cap,
      write.marketing_cap_days,
      toJsonb(write.fairness_weights),
      write.full_hour_spread_ms,
    ],
  );
  const written = row as PolicyRow;
  await tx.run(
    `insert into rate_limit_policy_changes (portfolio_id, phone_number_id, changed_at, changed_by, before, after)
     values ($1, $2, $3, $4, $5, $6)`,
    [
      of.portfolioId,
      of.phoneNumberId,
      written.changed_at,
      write.by,
      toJsonb(before === null ? null : snapshotOf(before)),
      toJsonb(snapshotOf(written)),
    ],
  );
  return written;
}

function snapshotOf(row: PolicyRow): PolicySnapshotRow {
  const { warm_up, escalation, utilisation, max_mps, warm_up_stage, warm_up_reason } = row;
  const { marketing_cap, marketing_cap_days, fairness_weights, full_hour_spread_ms } = row;
  return {
    warm_up,
    escalation,
    utilisation,
    max_mps,
    marketing_cap,
    marketing_cap_days,
    fairness_weights,
    full_hour_spread_ms,
    warm_up_stage,
    warm_up_reason,
  };
}

/** The changes of a number's policy, the newest first, before the change `beforeId` (exclusive) when given. */
export function listChanges(
  q: Queryable,
  of: PolicyOf,
  beforeId: string | null,
  limit: number,
): Promise<PolicyChangeRow[]> {
  return q.rows<PolicyChangeRow>(
    `select id, changed_at, changed_by, before, after
       from rate_limit_policy_changes
      where portfolio_id = $1 and phone_number_id = $2 and ($3::bigint is null or id < $3)
      order by id desc
      limit $4`,
    [of.portfolioId, of.phoneNumberId, beforeId, limit],
  );
}
