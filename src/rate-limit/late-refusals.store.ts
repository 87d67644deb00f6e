import type { Queryable } from '../platform/db/queryable.js';

/** Refusals with one code that slow a number down, as a batch of statuses told. */
export interface RateRefusal {
  readonly portfolioId: string;
  readonly phoneNumberId: string;
  readonly code: number;
  /** When the message was handed over. */
  readonly sentAt: Date;
}

/**
 * Writes down which numbers were refused for their rate, for the owners of their lanes; the latest of a kind counts.
 */
export async function writeRateRefusals(tx: Queryable, refusals: readonly RateRefusal[]): Promise<void> {
  await tx.run(
    `insert into late_refusals as known (phone_number_id, code, portfolio_id, sent_at)
     select phone_number_id, code, portfolio_id, max(sent_at)
       from unnest($1::text[], $2::integer[], $3::uuid[], $4::timestamptz[]) as n (phone_number_id, code, portfolio_id, sent_at)
      group by phone_number_id, code, portfolio_id
      order by phone_number_id, code
     on conflict (phone_number_id, code) do update set sent_at = greatest(known.sent_at, excluded.sent_at)`,
    [
      refusals.map((r) => r.phoneNumberId),
      refusals.map((r) => r.code),
      refusals.map((r) => r.portfolioId),
      refusals.map((r) => r.sentAt),
    ],
  );
}

/** A number that was refused for its rate, and how long ago the latest message of these was sent. */
export interface TakenRefusal {
  readonly phone_number_id: string;
  readonly code: number;
  readonly sent_ago_ms: number;
}

/** Takes what was written down of some numbers, once. */
export function takeRateRefusals(q: Queryable, phoneNumberIds: readonly string[]): Promise<TakenRefusal[]> {
  return q.rows(
    `delete from late_refusals
      where phone_number_id = any($1)
     returning phone_number_id, code, (1000 * extract(epoch from clock_timestamp() - sent_at))::double precision as sent_ago_ms`,
    [phoneNumberIds],
  );
}
