import type { Queryable } from '../platform/db/queryable.js';

/** States in which nothing is done with a message any more; in doubt it may be sent once more. */
const SETTLED = `('submitted', 'unconfirmed', 'rejected', 'expired', 'cancelled')`;

/**
 * Takes the content out of settled messages that were accepted so many days ago: what they said, whom they answered,
 * and the options beside. What happened to them stays.
 */
export function eraseContent(q: Queryable, days: number, limit: number): Promise<number> {
  return q.run(
    `update messages
        set content = '{}', context = null, envelope = null, content_erased_at = now()
      where id in (select id from messages
                    where content_erased_at is null and accepted_at < now() - $1 * interval '1 day' and state in ${SETTLED}
                    order by accepted_at
                    limit $2
                      for update skip locked)`,
    [days, limit],
  );
}

/** Removes settled messages with their attempts. Their ids begin with the time of acceptance (UUIDv7), as the index does. */
export function purgeMessages(q: Queryable, days: number, limit: number): Promise<number> {
  return q.run(
    `with old as (
       delete from messages
        where id in (select id from messages
                      where id < (lpad(to_hex((extract(epoch from now() - $1 * interval '1 day') * 1000)::bigint), 12, '0')
                                  || repeat('0', 20))::uuid
                        and accepted_at < now() - $1 * interval '1 day' and state in ${SETTLED}
                      order by id
                      limit $2
                        for update skip locked)
       returning id
     ), attempted as (
       delete from attempts where message_id in (select id from old)
     ), awaited as (
       delete from messages_awaiting_status where message_id in (select id from old)
     )
     select id from old`,
    [days, limit],
  );
}

/** Forgets who wrote when, so many days after it decided anything: Meta's window lasts one. */
export function purgeConversations(q: Queryable, days: number, limit: number): Promise<number> {
  return q.run(
    `delete from conversations
      where ctid in (select ctid from conversations
                      where greatest(last_inbound_at, window_refused_at) < now() - $1 * interval '1 day'
                      limit $2
                        for update skip locked)`,
    [days, limit],
  );
}
