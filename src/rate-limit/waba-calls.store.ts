import type { Queryable } from '../platform/db/queryable.js';

/** Calls about one WABA. */
export interface WabaCalls {
  readonly wabaId: string;
  readonly portfolioId: string;
  readonly calls: number;
}

/** Adds calls to the present minute. */
export async function addCalls(q: Queryable, calls: readonly WabaCalls[]): Promise<void> {
  // In the order of the key, so that two processes wait for each other instead of deadlocking.
  await q.run(
    `insert into waba_calls as known (waba_id, portfolio_id, minute, calls)
     select waba_id, portfolio_id, date_trunc('minute', clock_timestamp()), calls
       from unnest($1::text[], $2::uuid[], $3::integer[]) as n (waba_id, portfolio_id, calls)
      order by waba_id
         on conflict (waba_id, minute) do update set calls = known.calls + excluded.calls`,
    [calls.map((c) => c.wabaId), calls.map((c) => c.portfolioId), calls.map((c) => c.calls)],
  );
}

/**
 * Calls about some WABAs in the moving hour, a minute more than that at most, and when the last of them no longer counts. WABAs that had none are absent.
 */
export function callsOfWabas(
  q: Queryable,
  wabaIds: readonly string[],
): Promise<{ readonly waba_id: string; readonly calls: number; readonly resets_at: Date }[]> {
  return q.rows(
    `select waba_id, sum(calls)::integer as calls,
            max(minute) + interval '61 minutes' as resets_at
       from waba_calls
      where waba_id = any($1) and minute > now() - interval '61 minutes'
      group by waba_id`,
    [wabaIds],
  );
}

/** Forgets what counts no more. */
export function forgetCalls(q: Queryable): Promise<number> {
  return q.run(`delete from waba_calls where minute < now() - interval '2 hours'`);
}
