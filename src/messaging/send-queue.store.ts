import type { WeightOf } from '../core/limits/fair-share.js';
import type { Queryable } from '../platform/db/queryable.js';

/** A lane that a worker holds: the fence rises with every change of owner, and outdated fences write nothing. */
export interface HeldLane {
  readonly phoneNumberId: string;
  readonly fence: number;
}

/** A message that is due, as the limiter needs to see it. */
export interface DueMessage {
  readonly id: string;
  readonly phone_number_id: string;
  readonly recipient: string;
  readonly priority: number;
  readonly fairness_key: string;
  readonly type: string;
  /** The name of its template; null for other kinds. */
  readonly template: string | null;
  /** The code of its template's language; null for other kinds. */
  readonly language: string | null;
  readonly accepted_at: Date;
  readonly expires_at: Date | null;
}

/** What is asked of one lane. */
export interface LaneRequest {
  readonly phoneNumberId: string;
  readonly upTo: number;
  /** The least urgent priority that is wanted: 0, 1 or 2. */
  readonly mostPriority: number;
  /** What the fairness keys of its messages weigh. */
  readonly weightOf: WeightOf;
}

/** What is asked of one queue of a lane. */
export interface QueueSlice {
  readonly phoneNumberId: string;
  readonly priority: number;
  /** Empty for the messages that name none. */
  readonly fairnessKey: string;
  readonly upTo: number;
}

/**
 * The messages of some queues that are due now, of each in the order in which they go, which is by due time: one list
 * for each slice. One range scan per slice, so a backlog of a million campaign messages costs neither a one-time
 * password nor another campaign anything.
 */
export async function peekDue(q: Queryable, slices: readonly QueueSlice[]): Promise<DueMessage[][]> {
  const rows = await q.rows<DueMessage & { readonly slice: number }>(
    `select slice.n::integer as slice, due.id, due.phone_number_id, due.recipient, due.priority, due.fairness_key, due.type,
            due.template, due.language, due.accepted_at, due.expires_at
       from unnest($1::text[], $2::smallint[], $3::text[], $4::integer[])
            with ordinality as slice (phone_number_id, priority, fairness_key, up_to, n)
      cross join lateral (
        select id, phone_number_id, recipient, priority, fairness_key, type, due_at,
               case when type = 'template' then content->>'name' end as template,
               case when type = 'template' then content->'language'->>'code' end as language, accepted_at, expires_at
          from messages
         where phone_number_id = slice.phone_number_id and state in ('queued', 'scheduled')
           and priority = slice.priority and fairness_key = slice.fairness_key
           and due_at <= now() and (expires_at is null or expires_at > now())
         order by due_at, id
         limit slice.up_to) due
      order by slice.n, due.due_at, due.id`,
    [
      slices.map((s) => s.phoneNumberId),
      slices.map((s) => s.priority),
      slices.map((s) => s.fairnessKey),
      slices.map((s) => s.upTo),
    ],
  );
  const lists: DueMessage[][] = slices.map(() => []);
  for (const { slice, ...message } of rows) lists[slice - 1]?.push(message);
  return lists;
}

/** A message whose attempt is armed: committed before its first byte leaves. */
export interface ArmedMessage {
  readonly id: string;
  readonly phone_number_id: string;
  /** The fence of the lane at which it was armed. */
  readonly fence: number;
  readonly attempt_no: number;
  readonly priority: number;
  readonly fairness_key: string;
  readonly retries: number;
  /** Version of its latest ledger entry. */
  readonly version: number;
  readonly recipient: string;
  readonly recipient_kind: 'phone' | 'bsuid' | 'group';
  readonly type: string;
  readonly content: object;
  readonly context: object | null;
  readonly envelope: object | null;
}

/**
 * Arms an attempt for each message that is still due, in one commit. Only lanes that the worker holds at this fence
 * count: their rows are locked against a change of owner until the attempts are committed, and a worker whose lease
 * ran out arms nothing.
 */
export function armMessages(
  q: Queryable,
  p: { workerId: string; lanes: readonly HeldLane[]; ids: readonly string[] },
): Promise<ArmedMessage[]> {
  return q.rows<ArmedMessage>(
    `with lane as (
       select l.phone_number_id, l.fence
         from lanes l
         join unnest($2::text[], $3::bigint[]) as mine (phone_number_id, fence)
           on mine.phone_number_id = l.phone_number_id and mine.fence = l.fence
        where l.owner = $1
          and exists (select 1 from workers w where w.id = $1 and w.lease_until > now())
          for share of l
     ), due as (
       select m.id
         from messages m
        where m.id = any($4::uuid[]) and m.phone_number_id in (select phone_number_id from lane)
          and m.state in ('queued', 'scheduled') and m.due_at <= now()
          and (m.expires_at is null or m.expires_at > now())
        order by m.id
          for update skip locked
     ), armed as (
       update messages m
          set state = 'sending', attempt_no = m.attempt_no + 1, armed_at = clock_timestamp(), updated_at = now()
         from due
        where m.id = due.id
       returning m.*
     ), attempt as (
       insert into attempts (message_id, number, portfolio_id, phone_number_id, fence, recipient)
       select a.id, a.attempt_no, a.portfolio_id, a.phone_number_id, lane.fence, a.recipient
         from armed a
         join lane using (phone_number_id)
     )
     select a.id, a.phone_number_id, lane.fence, a.attempt_no, a.priority, a.fairness_key, a.retries, a.version, a.recipient,
            a.recipient_kind, a.type, a.content, a.context, a.envelope
       from armed a
       join lane using (phone_number_id)
      order by a.priority, a.due_at, a.id`,
    [p.workerId, p.lanes.map((l) => l.phoneNumberId), p.lanes.map((l) => l.fence), p.ids],
  );
}

/** Puts off messages that have to wait for a limit, so that they do not stand in the way of others. */
export async function putOff(
  q: Queryable,
  messages: readonly { readonly id: string; readonly inMs: number }[],
): Promise<void> {
  await q.run(
    `update messages m
        set due_at = clock_timestamp() + n.in_ms * interval '1 millisecond', updated_at = now()
       from unnest($1::uuid[], $2::double precision[]) as n (id, in_ms)
      where m.id = n.id and m.state in ('queued', 'scheduled')`,
    [messages.map((m) => m.id), messages.map((m) => m.inMs)],
  );
}

/** What of a number may go on. */
export interface Freed {
  readonly phoneNumberId: string;
  /** The one template whose messages may; null for all. */
  readonly template: string | null;
  /** Whether only templates waited. */
  readonly isOfTemplates: boolean;
}

/** Messages of one queue that were woken. */
interface WokenQueue {
  readonly priority: number;
  readonly fairness_key: string;
  readonly messages: number;
}

/** What one statement woke, and whether nothing is left to wake. */
export interface WokenBatch {
  readonly queues: readonly WokenQueue[];
  readonly isLast: boolean;
}

/** Longest time for which a stop or the state of a template puts a message off (`send-loop.worker.ts`). */
const PUT_OFF_BY_HOLD = '5 minutes';

/**
 * Gives up to so many messages that were put off their old place in the queue, and tells the queues in which they are:
 * what came later for the same person, and was not looked at meanwhile, must not overtake them. Some of them wait for
 * another limit as well: they are looked at and put off again. What Meta refused and is to be tried again keeps its own
 * time, and so does what has not been due yet, as marketing that is spread after a full hour: nobody has touched it
 * since it was accepted.
 */
export async function wakePutOff(q: Queryable, freed: Freed, upTo: number): Promise<WokenBatch> {
  const woken = await q.rows<WokenQueue>(
    `with due as (
       select id
         from messages
        where phone_number_id = $1 and state in ('queued', 'scheduled') and retries = 0
          and due_at > now() and due_at <= now() + interval '${PUT_OFF_BY_HOLD}'
          and (send_at is null or (send_at <= now() and updated_at >= send_at))
          and (type = 'template' or not $3::boolean)
          and ($2::text is null or content->>'name' = $2)
        limit $4
          for no key update skip locked
     ), woken as (
       update messages m
          set due_at = greatest(m.accepted_at, m.send_at), updated_at = now()
         from due
        where m.id = due.id
       returning m.priority, m.fairness_key
     )
     select priority, fairness_key, count(*)::integer as messages from woken group by priority, fairness_key`,
    [freed.phoneNumberId, freed.template, freed.isOfTemplates, upTo],
  );
  return { queues: woken, isLast: woken.reduce((sum, { messages }) => sum + messages, 0) < upTo };
}

/**
 * The numbers of which anything waits, `most` at most, in the order of their ids. It hops from one to the next in the
 * index, so it costs what it finds: nothing while all is idle, however many numbers there are.
 */
export async function waitingNumbers(q: Queryable, most: number): Promise<string[]> {
  const rows = await q.rows<{ phone_number_id: string }>(
    `with recursive waiting as (
       (select phone_number_id, 1 as n
          from messages
         where state in ('queued', 'scheduled')
         order by phone_number_id
         limit 1)
       union all
       select next.phone_number_id, w.n + 1
         from waiting w
        cross join lateral (
          select m.phone_number_id
            from messages m
           where m.state in ('queued', 'scheduled') and m.phone_number_id > w.phone_number_id
           order by m.phone_number_id
           limit 1) next
        where w.n < $1
     )
     select phone_number_id from waiting`,
    [most],
  );
  return rows.map((row) => row.phone_number_id);
}

/** A queue of a lane in which something waits, and in how long the first of it is due: 0 for now. */
export interface WaitingQueue {
  readonly phone_number_id: string;
  readonly priority: number;
  readonly fairness_key: string;
  readonly in_ms: number;
}

/** From where on the queues of a lane are told: after this one. */
export interface QueuesAfter {
  readonly phoneNumberId: string;
  readonly priority: number;
  readonly fairnessKey: string;
}

/**
 * The queues of some lanes in which something waits, `most` of each lane at most, in the order of priority and key. It
 * hops from one to the next in the index: a probe for each, however much waits in them.
 */
export function listQueues(q: Queryable, after: readonly QueuesAfter[], most: number): Promise<WaitingQueue[]> {
  return q.rows<WaitingQueue>(
    `with recursive queue as (
       select first.phone_number_id, first.priority, first.fairness_key, first.due_at, 1 as n
         from unnest($1::text[], $2::smallint[], $3::text[]) as lane (phone_number_id, priority, fairness_key)
        cross join lateral (
          select m.phone_number_id, m.priority, m.fairness_key, m.due_at
            from messages m
           where m.phone_number_id = lane.phone_number_id and m.state in ('queued', 'scheduled')
             and (m.priority, m.fairness_key) > (lane.priority, lane.fairness_key collate "C")
           order by m.priority, m.fairness_key, m.due_at, m.id
           limit 1) first
       union all
       select next.phone_number_id, next.priority, next.fairness_key, next.due_at, queue.n + 1
         from queue
        cross join lateral (
          select m.phone_number_id, m.priority, m.fairness_key, m.due_at
            from messages m
           where m.phone_number_id = queue.phone_number_id and m.state in ('queued', 'scheduled')
             and (m.priority, m.fairness_key) > (queue.priority, queue.fairness_key)
           order by m.priority, m.fairness_key, m.due_at, m.id
           limit 1) next
        where queue.n < $4
     )
     select phone_number_id, priority, fairness_key,
            greatest(0, extract(epoch from due_at - clock_timestamp()) * 1000)::double precision as in_ms
       from queue
      order by phone_number_id, priority, fairness_key`,
    [after.map((l) => l.phoneNumberId), after.map((l) => l.priority), after.map((l) => l.fairnessKey), most],
  );
}

/**
 * Where a waiting message stands: how many of its lane go before it, and in how long it is due. Of its own queue these
 * are those before it, of another with the same priority as many as its share allows until then, by what the number's
 * policy says of weights. An estimate when there is much: no more than 100,000 of anything are counted, and of other
 * keys the first 200.
 */
export async function countAhead(
  q: Queryable,
  id: string,
): Promise<{ readonly position: number; readonly due_in_ms: number }> {
  const [row] = await q.rows<{ position: number; due_in_ms: number }>(
    `with recursive mine as (
       select m.id, m.phone_number_id, m.priority, m.fairness_key, m.due_at, greatest(now(), m.due_at) as by_then,
              p.fairness_weights as weights, coalesce((p.fairness_weights->>m.fairness_key)::numeric, 1) as weight
         from messages m
         left join rate_limit_policies p on p.phone_number_id = m.phone_number_id
        where m.id = $1
     ), more_urgent as (
       select count(*) as n
         from (select 1
                 from mine
                 join messages m on m.phone_number_id = mine.phone_number_id and m.state in ('queued', 'scheduled')
                                and m.priority < mine.priority and m.due_at <= mine.by_then
                limit 100000) ahead
     ), own as (
       select count(*) as n
         from (select 1
                 from mine
                 join messages m on m.phone_number_id = mine.phone_number_id and m.state in ('queued', 'scheduled')
                                and m.priority = mine.priority and m.fairness_key = mine.fairness_key
                                and m.due_at <= mine.by_then and (m.due_at, m.id) < (mine.due_at, mine.id)
                limit 100000) ahead
     ), other as (
       (select m.fairness_key, 1 as n
          from mine
          join messages m on m.phone_number_id = mine.phone_number_id and m.state in ('queued', 'scheduled')
                         and m.priority = mine.priority
         order by m.fairness_key
         limit 1)
       union all
       select next.fairness_key, other.n + 1
         from other
        cross join mine
        cross join lateral (
          select m.fairness_key
            from messages m
           where m.phone_number_id = mine.phone_number_id and m.state in ('queued', 'scheduled')
             and m.priority = mine.priority and m.fairness_key > other.fairness_key
           order by m.fairness_key
           limit 1) next
        where other.n < 200
     ), others as (
       select coalesce(sum(ahead.n), 0) as n
         from other
        cross join mine
        cross join own
        cross join lateral (
          select count(*) as n
            from (select 1
                    from messages m
                   where m.phone_number_id = mine.phone_number_id and m.state in ('queued', 'scheduled')
                     and m.priority = mine.priority and m.fairness_key = other.fairness_key and m.due_at <= mine.by_then
                   limit least(ceil((own.n + 1) * coalesce((mine.weights->>other.fairness_key)::numeric, 1) / mine.weight),
                               (select 100000 / count(*) from other))) theirs) ahead
        where other.fairness_key <> mine.fairness_key
     )
     select least(100000, more_urgent.n + own.n + others.n)::integer as position,
            greatest(0, extract(epoch from mine.due_at - now()) * 1000)::double precision as due_in_ms
       from mine, more_urgent, own, others`,
    [id],
  );
  return row ?? { position: 0, due_in_ms: 0 };
}
