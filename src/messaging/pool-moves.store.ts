import { NOT_AT_META } from '../core/delivery/message-lifecycle.js';
import type { Queryable } from '../platform/db/queryable.js';

/** What waits on one number and was accepted for one pool. */
export interface PoolQueueKey {
  readonly poolId: string;
  readonly phoneNumberId: string;
}

/** Such a queue, with its pool as it is now. */
export interface PoolQueueRow {
  readonly pool_id: string;
  readonly phone_number_id: string;
  readonly portfolio_id: string;
  /** The pool's numbers. */
  readonly numbers: readonly string[];
  /** Whether the portfolio still has the number. */
  readonly is_there: boolean;
}

/** A message that waits in such a queue, as far as moving it goes. */
export interface PooledRow {
  readonly id: string;
  readonly recipient: string;
  readonly type: string;
  readonly content: object;
  readonly is_reply: boolean;
  /** Whether an attempt may have reached Meta, or still may. */
  readonly in_doubt: boolean;
}

const WAITING = `state in ('queued', 'scheduled')`;

/**
 * Every queue of a pool in which something waits; messages of pools that are gone keep their numbers. Hops from one queue
 * to the next through the index, so it costs a probe per queue and not a look at each message.
 */
export function listPoolQueues(q: Queryable): Promise<PoolQueueRow[]> {
  return q.rows<PoolQueueRow>(
    `with recursive queue as (
       (select pool_id, phone_number_id
          from messages
         where pool_id is not null and ${WAITING}
         order by pool_id, phone_number_id
         limit 1)
       union all
       select next.pool_id, next.phone_number_id
         from queue
        cross join lateral (
          select m.pool_id, m.phone_number_id
            from messages m
           where m.pool_id is not null and m.${WAITING}
             and (m.pool_id, m.phone_number_id) > (queue.pool_id, queue.phone_number_id)
           order by m.pool_id, m.phone_number_id
           limit 1) next
     )
     select queue.pool_id, queue.phone_number_id, p.portfolio_id, p.phone_number_ids as numbers,
            exists (select 1 from phone_numbers n
                     where n.phone_number_id = queue.phone_number_id and n.portfolio_id = p.portfolio_id) as is_there
       from queue
       join pools p on p.id = queue.pool_id`,
  );
}

/** One such queue, or null when there is no such pool. */
export async function findPoolQueue(
  q: Queryable,
  { poolId, phoneNumberId }: PoolQueueKey,
): Promise<PoolQueueRow | null> {
  const [row] = await q.rows<PoolQueueRow>(
    `select p.id as pool_id, $2::text as phone_number_id, p.portfolio_id, p.phone_number_ids as numbers,
            exists (select 1 from phone_numbers n
                     where n.phone_number_id = $2 and n.portfolio_id = p.portfolio_id) as is_there
       from pools p
      where p.id = $1`,
    [poolId, phoneNumberId],
  );
  return row ?? null;
}

/** The next people, in an order of their own, for whom something waits in a queue, and how much. */
export async function listWaitingPeople(
  q: Queryable,
  p: PoolQueueKey & { readonly after: string; readonly limit: number },
): Promise<{ readonly recipient: string; readonly waiting: number }[]> {
  return q.rows(
    `select recipient, count(*)::integer as waiting
       from messages
      where pool_id = $1 and phone_number_id = $2 and ${WAITING} and recipient > $3
      group by recipient
      order by recipient
      limit $4`,
    [p.poolId, p.phoneNumberId, p.after, p.limit],
  );
}

/**
 * Locks what waits of some people in a queue, at most `limit` messages, and names whom something is held of by somebody
 * else: arming locks what it arms until its attempt is committed. Nobody is waited for. To be called within a transaction;
 * what is locked here can be armed by nobody until it ends, and is seen on its new number afterwards.
 */
export async function lockWaiting(
  tx: Queryable,
  p: PoolQueueKey & { readonly people: readonly string[]; readonly limit: number },
): Promise<{ readonly ids: string[]; readonly held: string[]; readonly isFull: boolean }> {
  const seen = await tx.rows<{ id: string; recipient: string }>(
    `select id, recipient
       from messages
      where pool_id = $1 and phone_number_id = $2 and ${WAITING} and recipient = any($3)
      order by id
      limit $4`,
    [p.poolId, p.phoneNumberId, p.people, p.limit],
  );
  const locked = await tx.rows<{ id: string }>(
    `select id from messages
      where id = any($1::uuid[]) and phone_number_id = $2 and ${WAITING}
      order by id
        for update skip locked`,
    [seen.map((m) => m.id), p.phoneNumberId],
  );
  const ids = new Set(locked.map((m) => m.id));
  return {
    ids: [...ids],
    held: seen.filter((m) => !ids.has(m.id)).map((m) => m.recipient),
    isFull: seen.length >= p.limit,
  };
}

/** What waits of some people in a queue, oldest first, 1,000 messages at most; of `ids` only when they are given. */
export function readPooled(
  q: Queryable,
  p: PoolQueueKey & { readonly people: readonly string[]; readonly ids?: readonly string[] },
): Promise<PooledRow[]> {
  return q.rows<PooledRow>(
    `select m.id, m.recipient, m.type, m.content, m.context is not null or m.type = 'reaction' as is_reply,
            exists (select 1 from attempts a
                     where a.message_id = m.id
                       and (a.outcome is null or a.outcome <> all($4::text[]))) as in_doubt
       from messages m
      where m.pool_id = $1 and m.phone_number_id = $2 and m.${WAITING} and m.recipient = any($3)
        and ($5::uuid[] is null or m.id = any($5::uuid[]))
      order by m.id
      limit 1000`,
    [p.poolId, p.phoneNumberId, p.people, NOT_AT_META, p.ids ?? null],
  );
}

/** Of some people, those to whom a message of a queue is on its way, or of whom nobody knows whether they have it. */
export async function listBusyPeople(
  q: Queryable,
  p: PoolQueueKey & { readonly people: readonly string[] },
): Promise<string[]> {
  const rows = await q.rows<{ recipient: string }>(
    `select distinct recipient
       from messages
      where pool_id = $1 and phone_number_id = $2 and state in ('sending', 'unknown') and recipient = any($3)`,
    [p.poolId, p.phoneNumberId, p.people],
  );
  return rows.map((row) => row.recipient);
}

/** From which number of a pool some people hear now, by their key. */
export async function readKnownSenders(
  q: Queryable,
  poolId: string,
  people: readonly string[],
): Promise<Map<string, string>> {
  const rows = await q.rows<{ person_key: string; phone_number_id: string }>(
    `select person_key, phone_number_id from pool_senders where pool_id = $1 and person_key = any($2)`,
    [poolId, people],
  );
  return new Map(rows.map((row) => [row.person_key, row.phone_number_id]));
}

/**
 * Gives locked messages to other numbers. They are due when they were at first: what put them off was the old number's, and
 * their order among themselves is that in which they came. What is scheduled keeps its instant, which marketing has beside a full
 * hour and not on it.
 */
export async function giveToNumbers(
  tx: Queryable,
  moves: readonly { readonly id: string; readonly to: string }[],
): Promise<void> {
  await tx.run(
    `update messages m
        set phone_number_id = n.phone_number_id, due_at = case when m.state = 'scheduled' then m.due_at else greatest(m.accepted_at, m.send_at) end,
            updated_at = now()
       from unnest($1::uuid[], $2::text[]) as n (id, phone_number_id)
      where m.id = n.id`,
    [moves.map((m) => m.id), moves.map((m) => m.to)],
  );
}

/** The last time that a message was moved; null when it never was. */
export async function lastMove(
  q: Queryable,
  portfolioId: string,
  messageId: string,
): Promise<{ readonly data: Readonly<Record<string, unknown>>; readonly occurred_at: Date } | null> {
  const [row] = await q.rows<{ data: Record<string, unknown>; occurred_at: Date }>(
    `select data, occurred_at
       from message_events
      where portfolio_id = $1 and aggregate_id = $2 and type = 'moved'
      order by version desc
      limit 1`,
    [portfolioId, messageId],
  );
  return row ?? null;
}
