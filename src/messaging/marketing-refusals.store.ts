import { afterRefusal, type MarketingRefusals } from '../core/limits/marketing-hold.js';
import type { Queryable } from '../platform/db/queryable.js';

/** Meta refused to deliver marketing to a person. */
export interface MarketingRefusal {
  readonly portfolioId: string;
  /** The key of the person (`personKey`). */
  readonly person: string;
  readonly at: Date;
}

interface Row {
  readonly portfolio_id: string;
  readonly person: string;
  readonly refusals: number;
  readonly refused_at: Date;
  readonly held_until: Date;
}

/** Remembers refusals: marketing to these people is held, longer with every further one. */
export async function recordMarketingRefusals(tx: Queryable, refusals: readonly MarketingRefusal[]): Promise<void> {
  if (refusals.length === 0) return;
  const known = new Map((await lockRefusals(tx, refusals)).map((row) => [keyOf(row.portfolio_id, row.person), row]));
  const learnt = new Map<string, MarketingRefusal & { readonly state: MarketingRefusals }>();
  for (const refusal of refusals) {
    const key = keyOf(refusal.portfolioId, refusal.person);
    const before = learnt.get(key)?.state ?? stateOf(known.get(key));
    learnt.set(key, { ...refusal, state: afterRefusal(before, refusal.at.getTime()) });
  }
  // In the order of the key, so that two batches about the same people wait for each other instead of deadlocking.
  const rows = [...learnt].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  await tx.run(
    `insert into marketing_refusals as known (portfolio_id, person, refusals, refused_at, held_until)
     select * from unnest($1::uuid[], $2::text[], $3::integer[], $4::timestamptz[], $5::timestamptz[])
         on conflict (portfolio_id, person) do update
        set refusals = excluded.refusals, refused_at = greatest(known.refused_at, excluded.refused_at),
            held_until = greatest(known.held_until, excluded.held_until)`,
    [
      rows.map((r) => r.portfolioId),
      rows.map((r) => r.person),
      rows.map((r) => r.state.count),
      rows.map((r) => new Date(r.state.refusedAtMs)),
      rows.map((r) => new Date(r.state.heldUntilMs)),
    ],
  );
}

/** Drops what is forgotten: holds that ended more than `days` ago. */
export function purgeMarketingRefusals(q: Queryable, days: number): Promise<number> {
  return q.run(`delete from marketing_refusals where held_until < now() - $1 * interval '1 day'`, [days]);
}

function lockRefusals(tx: Queryable, refusals: readonly MarketingRefusal[]): Promise<Row[]> {
  return tx.rows<Row>(
    `select known.portfolio_id, known.person, known.refusals, known.refused_at, known.held_until
       from marketing_refusals known
      where (known.portfolio_id, known.person) in (select * from unnest($1::uuid[], $2::text[]))
      order by known.portfolio_id, known.person
        for update`,
    [refusals.map((r) => r.portfolioId), refusals.map((r) => r.person)],
  );
}

function stateOf(row: Row | undefined): MarketingRefusals | null {
  if (row === undefined) return null;
  return { count: row.refusals, refusedAtMs: row.refused_at.getTime(), heldUntilMs: row.held_until.getTime() };
}

function keyOf(portfolioId: string, person: string): string {
  return `${portfolioId} ${person}`;
}
