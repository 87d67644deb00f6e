import type { MarketingSend } from '../core/limits/marketing-cap.js';
import type { Queryable } from '../platform/db/queryable.js';

/** A number with a cap, and when a policy of its portfolio was last changed. */
export interface CapRow {
  readonly phone_number_id: string;
  readonly portfolio_id: string;
  readonly marketing_cap: number;
  readonly marketing_cap_days: number;
  readonly changed_at: Date;
}

/** A person of a portfolio, and the marketing templates that they had. */
export interface Reach {
  readonly portfolioId: string;
  /** The key of the person (`personKey`). */
  readonly person: string;
  readonly sends: readonly MarketingSend[];
}

interface ReachRow {
  readonly portfolio_id: string;
  readonly person: string;
  readonly sends: { readonly id: string; readonly at_ms: number }[];
  readonly now: Date;
}

/** The caps of all portfolios: few, as somebody chose each. */
export function listCaps(q: Queryable): Promise<CapRow[]> {
  return q.rows<CapRow>(
    `select p.phone_number_id, p.portfolio_id, p.marketing_cap, p.marketing_cap_days,
            (select max(o.changed_at) from rate_limit_policies o where o.portfolio_id = p.portfolio_id) as changed_at
       from rate_limit_policies p
      where p.marketing_cap is not null`,
  );
}

/**
 * What people had, locked until the end of the transaction, so that whoever else writes to them waits; with the database's
 * time. People of whom nothing is known begin with nothing.
 */
export async function lockReach(
  tx: Queryable,
  people: readonly { readonly portfolioId: string; readonly person: string }[],
): Promise<{ readonly nowMs: number; readonly reaches: Reach[] }> {
  // In the order of the key, so that two rounds about the same people wait for each other instead of deadlocking.
  const rows = await tx.rows<ReachRow>(
    `insert into marketing_reach as known (portfolio_id, person)
     select * from unnest($1::uuid[], $2::text[]) as wanted (portfolio_id, person) order by 1, 2
         on conflict (portfolio_id, person) do update set latest_at = clock_timestamp()
     returning known.portfolio_id, known.person, known.sends, clock_timestamp() as now`,
    [people.map((p) => p.portfolioId), people.map((p) => p.person)],
  );
  return { nowMs: Math.max(0, ...rows.map((row) => row.now.getTime())), reaches: rows.map(toReach) };
}

/** Writes down what locked people had. */
export async function writeReach(tx: Queryable, reaches: readonly Reach[]): Promise<void> {
  if (reaches.length === 0) return;
  await tx.run(
    `update marketing_reach r
        set sends = n.sends
       from unnest($1::uuid[], $2::text[], $3::jsonb[]) as n (portfolio_id, person, sends)
      where r.portfolio_id = n.portfolio_id and r.person = n.person`,
    [
      reaches.map((r) => r.portfolioId),
      reaches.map((r) => r.person),
      reaches.map((r) => JSON.stringify(r.sends.map(({ id, atMs }) => ({ id, at_ms: atMs })))),
    ],
  );
}

/** What people of a portfolio had; nobody waits. */
export async function readReach(q: Queryable, portfolioId: string, people: readonly string[]): Promise<Reach[]> {
  const rows = await q.rows<ReachRow>(
    `select portfolio_id, person, sends, clock_timestamp() as now
       from marketing_reach
      where portfolio_id = $1 and person = any($2)`,
    [portfolioId, people],
  );
  return rows.map(toReach);
}

/** Which of some messages have not gone, or did not arrive: what of them was counted counts no more. */
export async function unsentOf(q: Queryable, ids: readonly string[]): Promise<Set<string>> {
  const rows = await q.rows<{ id: string }>(
    `select id from messages
      where id = any($1::uuid[])
        and (state in ('scheduled', 'queued', 'rejected', 'expired', 'cancelled') or status = 'failed')`,
    [ids],
  );
  return new Set(rows.map((row) => row.id));
}

/** Up to which instant the ledger of a portfolio was counted; null when it never was. */
export async function countedTo(q: Queryable, portfolioId: string): Promise<Date | null> {
  const [row] = await q.rows<{ counted_to: Date }>(`select counted_to from marketing_counts where portfolio_id = $1`, [
    portfolioId,
  ]);
  return row?.counted_to ?? null;
}

/** Remembers up to which instant the ledger of a portfolio was counted. */
export async function recordCounted(q: Queryable, portfolioId: string, to: Date): Promise<void> {
  await q.run(
    `insert into marketing_counts as known (portfolio_id, counted_to) values ($1, $2)
         on conflict (portfolio_id) do update set counted_to = greatest(known.counted_to, excluded.counted_to)`,
    [portfolioId, to],
  );
}

/** A page of the marketing templates that a number sent from `since` on, the oldest first. */
export function marketingSentSince(
  q: Queryable,
  p: { readonly phoneNumberId: string; readonly since: Date; readonly limit: number },
): Promise<{ message_id: string; recipient: string | null; armed_at: Date; is_marketing: boolean }[]> {
  return q.rows(
    `select a.message_id, a.recipient, a.armed_at,
            coalesce(m.priority = 2 and m.type = 'template' and m.status is distinct from 'failed', false) as is_marketing
       from (select message_id, recipient, armed_at
               from attempts
              where phone_number_id = $1 and armed_at >= $2 and outcome is distinct from 'not_sent'
                and outcome is distinct from 'rejected' and outcome is distinct from 'rejected_retry'
              order by armed_at
              limit $3) a
       left join messages m on m.id = a.message_id
      order by a.armed_at`,
    [p.phoneNumberId, p.since, p.limit],
  );
}

/** Forgets what people had when no cap can ask for it any more. */
export function forgetReach(q: Queryable, days: number): Promise<number> {
  return q.run(`delete from marketing_reach where latest_at < now() - $1 * interval '1 day'`, [days]);
}

function toReach({ portfolio_id, person, sends }: ReachRow): Reach {
  return { portfolioId: portfolio_id, person, sends: sends.map(({ id, at_ms }) => ({ id, atMs: at_ms })) };
}
