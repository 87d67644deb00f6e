import type { Queryable } from '../platform/db/queryable.js';

/** What came of a number's media messages, as a batch of statuses told. */
export interface MediaNews {
  readonly portfolioId: string;
  readonly phoneNumberId: string;
  /** How many failed because of their files since the last one that arrived. */
  readonly failures: number;
  /** Whether any arrived: what had failed before does not count any more. */
  readonly hasArrived: boolean;
}

/** Counts media messages that failed in a row. In the order of the numbers, so that two batches wait for each other instead of deadlocking. */
export async function countFailedMedia(tx: Queryable, news: readonly MediaNews[]): Promise<void> {
  const sorted = [...news].sort((a, b) => (a.phoneNumberId < b.phoneNumberId ? -1 : 1));
  await tx.rows(`select 1 from failed_media where phone_number_id = any($1) order by phone_number_id for update`, [
    sorted.map((n) => n.phoneNumberId),
  ]);
  await tx.run(`delete from failed_media where phone_number_id = any($1)`, [
    sorted.filter((n) => n.hasArrived).map((n) => n.phoneNumberId),
  ]);
  const failed = sorted.filter((n) => n.failures > 0);
  await tx.run(
    `insert into failed_media as known (phone_number_id, portfolio_id, failures)
     select n.phone_number_id, n.portfolio_id, n.failures
       from unnest($1::text[], $2::uuid[], $3::integer[]) as n (phone_number_id, portfolio_id, failures)
      order by n.phone_number_id
     on conflict (phone_number_id) do update
        set failures = known.failures + excluded.failures, latest_at = clock_timestamp()`,
    [failed.map((n) => n.phoneNumberId), failed.map((n) => n.portfolioId), failed.map((n) => n.failures)],
  );
}

/** The numbers of which media failed and none has arrived since. */
export async function numbersWithFailedMedia(q: Queryable): Promise<string[]> {
  const rows = await q.rows<{ phone_number_id: string }>(`select phone_number_id from failed_media`);
  return rows.map((row) => row.phone_number_id);
}

/** Takes those of some numbers of which too much failed in a row: how long ago the last of it did. They count anew. */
export function takeFailedTooOften(
  q: Queryable,
  phoneNumberIds: readonly string[],
  tooMany: number,
): Promise<{ phone_number_id: string; age_ms: number }[]> {
  return q.rows(
    `delete from failed_media
      where phone_number_id = any($1) and failures >= $2
     returning phone_number_id, (extract(epoch from clock_timestamp() - latest_at) * 1000)::double precision as age_ms`,
    [phoneNumberIds, tooMany],
  );
}
