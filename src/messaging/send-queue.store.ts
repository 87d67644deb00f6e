import type { SharedSlots } from '../core/limits/priority-share.js';
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
  /** How many of them are of a less urgent priority, whatever waits before these; none when absent. */
  readonly shared?: SharedSlots;
}

/**
 * The messages of some lanes that are due now, in the order in which they go: priority first, then due time. One range
 * scan per lane and priority, so a backlog of a million campaign messages costs a one-time password nothing. What is
 * shared is taken first, so that no priority waits without end.
 */
export function peekDue(q: Queryable, lanes: readonly LaneRequest[]): Promise<DueMessage[]> {
  const ofPriority = (priority: number) => `
    (select id, phone_number_id, recipient, priority, type, due_at,
            case when type = 'template' then content->>'name' end as template,
            case when type = 'template' then content->'language'->>'code' end as language, accepted_at,
            expires_at
       from messages
      where phone_number_id = lane.phone_number_id and state in ('queued', 'scheduled') and priority = ${priority}
        and lane.most_priority >= ${priority}
        and due_at <= now() and (expires_at is null or expires_at > now())
      order by due_at, id
      limit lane.up_to)`;
  return q.rows<DueMessage>(
    `select due.id, due.phone_number_id, due.recipient, due.priority, due.type, due.template,
            due.language, due.accepted_at, due.expires_at
       from unnest($1::text[], $2::integer[], $3::integer[], $4::integer[], $5::integer[])
         as lane (phone_number_id, up_to, most_priority, of_utility, of_marketing)
      cross join lateral (
        select *
          from (select *
                  from (select *, row_number() over (partition by priority order by due_at, id) as turn
                          from (${[0, 1, 2].map(ofPriority).join(' union all ')}) candidates) ranked
                 order by turn <= case priority when 1 then lane.of_utility when 2 then lane.of_marketing else 0 end desc,
                          priority, due_at, id
                 limit lane.up_to) taken
         order by priority, due_at, id) due`,
    [
      lanes.map((l) => l.phoneNumberId),
      lanes.map((l) => l.upTo),
      lanes.map((l) => l.mostPriority),
      lanes.map((l) => l.shared?.utility ?? 0),
      lanes.map((l) => l.shared?.marketing ?? 0),
    ],
  );
}

/** A message whose attempt is armed: committed before its first byte leaves. */
export interface ArmedMessage {
  readonly id: string;
  readonly phone_number_id: string;
  /** The fence of the lane at which it was armed. */
  readonly fence: number;
  readonly attempt_no: number;
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
     select a.id, a.phone_number_id, lane.fence, a.attempt_no, a.retries, a.version, a.recipient, a.recipient_kind, a.type,
            a.content, a.context, a.envelope
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

/**
 * The numbers of which anything waits, `most` at most, in the order of their ids. It hops from one to the next in the index, so it
 * costs what it finds: nothing while all is idle, however many numbers there are.
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

/** Of some lanes, those with a message that is due now or soon, and when the earliest is due. */
export function nextDue(
  q: Queryable,
  phoneNumberIds: readonly string[],
): Promise<{ phone_number_id: string; in_ms: number }[]> {
  return q.rows(
    `select lane.phone_number_id,
            greatest(0, extract(epoch from due.due_at - clock_timestamp()) * 1000)::double precision as in_ms
       from unnest($1::text[]) as lane (phone_number_id)
      cross join lateral (
        select min(due_at) as due_at
          from (select (select min(due_at) from messages
                         where phone_number_id = lane.phone_number_id and state in ('queued', 'scheduled')
                           and priority = p) as due_at
                  from generate_series(0, 2) as p) earliest) due
      where due.due_at is not null`,
    [phoneNumberIds],
  );
}

/** Where a waiting message stands: how many of its lane go before it (100,000 at most), and in how long it is due. */
export async function countAhead(
  q: Queryable,
  phoneNumberId: string,
  id: string,
): Promise<{ readonly position: number; readonly due_in_ms: number }> {
  const [row] = await q.rows<{ position: number; due_in_ms: number }>(
    `select (select count(*)
               from (select 1
                       from messages m
                      where m.phone_number_id = $1 and m.state in ('queued', 'scheduled')
                        and m.due_at <= greatest(now(), mine.due_at)
                        and (m.priority, m.due_at, m.id) < (mine.priority, mine.due_at, mine.id)
                      limit 100000) ahead) as position,
            greatest(0, extract(epoch from mine.due_at - now()) * 1000)::double precision as due_in_ms
       from messages mine
      where mine.id = $2`,
    [phoneNumberId, id],
  );
  return row ?? { position: 0, due_in_ms: 0 };
}
