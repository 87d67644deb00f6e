import type { Queryable } from '../platform/db/queryable.js';

/** How many messages people wrote to a number within a second. */
export interface InboundSecond {
  readonly phone_number_id: string;
  /** Second since the epoch in which Meta took them. */
  readonly second: number;
  readonly count: number;
}

/**
 * What people wrote to some numbers and came here within the last `lookBackMs`, by Meta's second; `now` is the second
 * that is under way. One range scan per number, so it is asked only for lanes that send.
 */
export async function countInbound(
  q: Queryable,
  phoneNumberIds: readonly string[],
  lookBackMs: number,
): Promise<{ readonly nowSecond: number; readonly seconds: readonly InboundSecond[] }> {
  const rows = await q.rows<InboundSecond & { now_second: number }>(
    `select lane.phone_number_id, i.second, i.count, floor(extract(epoch from now()))::double precision as now_second
       from unnest($1::text[]) as lane (phone_number_id)
      left join lateral (
        select floor(extract(epoch from coalesce(sent_at, received_at)))::double precision as second, count(*) as count
          from inbound_messages
         where phone_number_id = lane.phone_number_id and received_at > now() - $2 * interval '1 millisecond'
         group by 1) i on true`,
    [phoneNumberIds, lookBackMs],
  );
  return { nowSecond: rows[0]?.now_second ?? 0, seconds: rows.filter((row) => row.second !== null) };
}
