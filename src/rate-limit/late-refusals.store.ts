import type { Queryable } from '../platform/db/queryable.js';

/** Refusals with one code that slow a number down, as a batch of statuses told. */
export interface RateRefusal {
  readonly portfolioId: string;
  readonly phoneNumberId: string;
  readonly code: number;
}

/** Writes down which numbers were refused for their rate, for the owners of their lanes; however many of a kind are one. */
export async function writeRateRefusals(tx: Queryable, refusals: readonly RateRefusal[]): Promise<void> {
  await tx.run(
    `insert into late_refusals (phone_number_id, code, portfolio_id)
     select distinct phone_number_id, code, portfolio_id
       from unnest($1::text[], $2::integer[], $3::uuid[]) as n (phone_number_id, code, portfolio_id)
      order by phone_number_id, code
     on conflict (phone_number_id, code) do update set latest_at = clock_timestamp()`,
    [refusals.map((r) => r.phoneNumberId), refusals.map((r) => r.code), refusals.map((r) => r.portfolioId)],
  );
}

/** Takes what was written down of some numbers, once; what is older than `mostMs` is only thrown away. */
export async function takeRateRefusals(
  q: Queryable,
  phoneNumberIds: readonly string[],
  mostMs: number,
): Promise<{ phone_number_id: string; code: number }[]> {
  const rows = await q.rows<{ phone_number_id: string; code: number; is_young: boolean }>(
    `delete from late_refusals
      where phone_number_id = any($1)
     returning phone_number_id, code, latest_at > clock_timestamp() - $2 * interval '1 millisecond' as is_young`,
    [phoneNumberIds, mostMs],
  );
  return rows.filter((row) => row.is_young);
}
