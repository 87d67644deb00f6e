import type { Queryable } from '../platform/db/queryable.js';

/**
 * How far back a pair's attempts are read, in seconds. A burst of 45 is paid for after 270; of a pair that was at its
 * limit for longer than this, too little is seen, by at most what it owed at the beginning.
 */
const PAIR_MEMORY_S = 600;

/** What an attempt may be late: armed at most 2 s before its first byte, half a second on the way. */
const LATE_MS = 2500;

/** In how many milliseconds the messages that a recipient had from a number are paid for. */
export interface PairDebt {
  readonly phone_number_id: string;
  readonly recipient: string;
  readonly paid_in_ms: number;
}

/**
 * The pairs of some numbers that still owe something by the pair limit (a message every 6 s), as the attempts show:
 * each attempt and all after it cost 6 s from its instant on, and the dearest of these sums is the debt. `recipients`
 * null: all of them.
 */
export function pairDebts(
  q: Queryable,
  phoneNumberIds: readonly string[],
  recipients: readonly string[] | null = null,
): Promise<PairDebt[]> {
  return q.rows<PairDebt>(
    `select phone_number_id, recipient, max(paid_in_ms)::double precision as paid_in_ms
       from (select phone_number_id, recipient,
                    (extract(epoch from armed_at - clock_timestamp()) * 1000 + $3
                     + 6000 * row_number() over (partition by phone_number_id, recipient order by armed_at desc)) as paid_in_ms
               from attempts
              where phone_number_id = any($1) and armed_at > clock_timestamp() - $4 * interval '1 second'
                and recipient is not null and ($2::text[] is null or recipient = any($2))) dues
      group by phone_number_id, recipient
     having max(paid_in_ms) > 0`,
    [phoneNumberIds, recipients, LATE_MS, PAIR_MEMORY_S],
  );
}

/** A message that waits to be sent again, by what its last attempt came to. */
export interface WaitingRefusal {
  readonly phone_number_id: string;
  readonly recipient: string;
  readonly outcome: 'rejected_retry' | 'not_sent';
  readonly code: number | null;
  readonly retries: number;
  readonly age_ms: number;
  readonly due_in_ms: number;
}

/**
 * The messages of some numbers that wait to be sent again by the number that tried last: one that was moved to another number of its
 * pool is not among them. `recipients` null: to all of them.
 */
export function waitingRefusals(
  q: Queryable,
  phoneNumberIds: readonly string[],
  recipients: readonly string[] | null = null,
): Promise<WaitingRefusal[]> {
  // One probe per message, as everywhere: a young table's statistics lead to a scan of all attempts.
  return q.rows<WaitingRefusal>(
    `select m.phone_number_id, m.recipient, a.outcome, (a.error->>'code')::integer as code, m.retries,
            (extract(epoch from clock_timestamp() - a.finished_at) * 1000)::double precision as age_ms,
            (extract(epoch from m.due_at - clock_timestamp()) * 1000)::double precision as due_in_ms
       from messages m
      cross join lateral (
        select * from attempts where message_id = m.id and number = m.attempt_no offset 0) a
      where m.phone_number_id = any($1) and m.state = 'queued' and m.retries > 0 and m.due_at > clock_timestamp()
        and a.phone_number_id = m.phone_number_id and a.outcome in ('rejected_retry', 'not_sent')
        and ($2::text[] is null or m.recipient = any($2))`,
    [phoneNumberIds, recipients],
  );
}

/** Calls of some numbers in the last hour, and in how many milliseconds the oldest of them no longer counts. */
export async function callsOfHour(
  q: Queryable,
  phoneNumberIds: readonly string[],
): Promise<{ readonly calls: number; readonly resets_in_ms: number | null }> {
  const [row] = await q.rows<{ calls: number; resets_in_ms: number | null }>(
    `select count(*) as calls,
            (extract(epoch from min(armed_at) + interval '1 hour' - clock_timestamp()) * 1000)::double precision as resets_in_ms
       from attempts
      where phone_number_id = any($1) and armed_at > clock_timestamp() - interval '1 hour'`,
    [phoneNumberIds],
  );
  return row as { calls: number; resets_in_ms: number | null };
}

/** Is another one whenever a number has been read from Meta. Not the latest instant: answers come in any order. */
export async function readingsStamp(q: Queryable): Promise<string | null> {
  const [row] = await q.rows<{ stamp: string | null }>(
    `select sum(extract(epoch from polled_at))::text as stamp from phone_numbers`,
  );
  return row?.stamp ?? null;
}
