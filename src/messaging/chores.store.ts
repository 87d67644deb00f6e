import type { Queryable } from '../platform/db/queryable.js';

/** Messages that were not sent by the instant after which nobody wants them. */
export async function findExpired(q: Queryable, limit: number): Promise<string[]> {
  const rows = await q.rows<{ id: string }>(
    `select id from messages
      where state in ('queued', 'scheduled') and expires_at <= now()
      order by expires_at
      limit $1`,
    [limit],
  );
  return rows.map((row) => row.id);
}

/** Messages whose outcome has been unknown for too long. */
export async function findUnresolved(q: Queryable, olderThanMs: number, limit: number): Promise<string[]> {
  const rows = await q.rows<{ id: string }>(
    `select id from messages
      where state = 'unknown' and armed_at < now() - $1 * interval '1 millisecond'
      order by armed_at
      limit $2`,
    [olderThanMs, limit],
  );
  return rows.map((row) => row.id);
}

/**
 * Messages that may be sent once more because their caller allowed it and there is good reason to think that Meta
 * never had them: they have been in doubt for `holdMs`, only one attempt ever was, no webhook waits to be applied, and
 * of what the same number had accepted after them at least 99 % has a status already, so theirs would be here too.
 */
export async function findResendable(q: Queryable, p: { holdMs: number; limit: number }): Promise<string[]> {
  const rows = await q.rows<{ id: string }>(
    `select m.id
       from messages m
      cross join lateral (
        select count(*) as accepted, count(*) filter (where later.status_rank >= 20) as reported
          from messages later
         where later.phone_number_id = m.phone_number_id and later.state = 'submitted'
           and later.submitted_at between m.armed_at and now() - interval '10 seconds') since
      where m.state = 'unknown' and m.on_unknown = 'resend'
        and m.armed_at < now() - $1 * interval '1 millisecond'
        and (select count(*) from attempts a where a.message_id = m.id and a.outcome = 'unknown') = 1
        and since.reported >= 0.99 * since.accepted
        and not exists (select 1
                          from webhook_queue w
                          join webhook_inbox i on i.id = w.id
                         where i.received_at < now() - interval '5 seconds')
      order by m.armed_at
      limit $2`,
    [p.holdMs, p.limit],
  );
  return rows.map((row) => row.id);
}

/** Messages that Meta took and of which it has reported nothing for too long. */
export async function findWithoutStatus(q: Queryable, olderThanMs: number, limit: number): Promise<string[]> {
  const rows = await q.rows<{ id: string }>(
    `select message_id as id from messages_awaiting_status
      where submitted_at < now() - $1 * interval '1 millisecond'
      order by submitted_at
      limit $2`,
    [olderThanMs, limit],
  );
  return rows.map((row) => row.id);
}

/** How many messages are in each state that somebody should watch. */
export function countOpen(q: Queryable): Promise<{ state: string; count: number }[]> {
  return q.rows(
    `select state, count(*) as count from messages where state in ('scheduled', 'queued', 'sending', 'unknown') group by state`,
  );
}

/** Drops idempotency keys past the time for which they are promised. */
export function purgeIdempotencyKeys(q: Queryable, days: number): Promise<number> {
  return q.run(`delete from idempotency_keys where created_at < now() - $1 * interval '1 day'`, [days]);
}

/** Drops ledger entries past their retention, and their place in the outbox if they still had one. */
export async function purgeEvents(q: Queryable, days: number, limit: number): Promise<number> {
  return q.run(
    `with old as (
       delete from message_events
        where seq in (select seq from message_events where recorded_at < now() - $1 * interval '1 day' order by seq limit $2)
       returning seq
     ), forgotten as (
       delete from message_outbox where seq in (select seq from old)
     )
     select seq from old`,
    [days, limit],
  );
}
