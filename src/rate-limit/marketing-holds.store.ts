import { marketingHeldUntilMs } from '../core/limits/marketing-hold.js';
import type { Queryable } from '../platform/db/queryable.js';

/** Until when marketing to some people is held after refusals of Meta's, in milliseconds since the epoch; null: it is not. */
export async function readMarketingHolds(
  q: Queryable,
  portfolioId: string,
  pairs: readonly { readonly phoneNumberId: string; readonly person: string }[],
  nowMs: number,
): Promise<(number | null)[]> {
  const rows = await q.rows<{ refused_at: Date | null; held_until: Date | null; last_inbound_at: Date | null }>(
    `select r.refused_at, r.held_until, c.last_inbound_at
       from unnest($2::text[], $3::text[]) with ordinality as pair (phone_number_id, person, n)
       left join marketing_refusals r on r.portfolio_id = $1 and r.person = pair.person
       left join conversations c on c.phone_number_id = pair.phone_number_id and c.person = pair.person
      order by pair.n`,
    [portfolioId, pairs.map((p) => p.phoneNumberId), pairs.map((p) => p.person)],
  );
  return rows.map(({ refused_at, held_until, last_inbound_at }) => {
    if (refused_at === null || held_until === null) return null;
    const known = { refusedAtMs: refused_at.getTime(), heldUntilMs: held_until.getTime() };
    return marketingHeldUntilMs(known, last_inbound_at?.getTime() ?? null, nowMs);
  });
}
