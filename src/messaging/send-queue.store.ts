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
}

/**
 * The messages of some lanes that are due now, in the order in which they go: priority first, then due time. One range
 * scan per lane and priority, so a backlog of a million campaign messages costs a one-time password nothing.
 */
export function peekDue(
  q: Queryable,
  lanes: readonly { phoneNumberId: string; upTo: number }[],
): Promise<DueMessage[]> {
  const ofPriority = (priority: number) => `
    (select id, phone_number_id, recipient, priority, type, due_at
       from messages
      where phone_number_id = lane.phone_number_id and state in ('queued', 'scheduled') and priority = ${priority}
        and due_at <= now() and (expires_at is null or expires_at > now())
      order by due_at, id
      limit lane.up_to)`;
  return q.rows<DueMessage>(
    `select due.id, due.phone_number_id, due.recipient, due.priority, due.type
       from unnest($1::text[], $2::integer[]) as lane (phone_number_id, up_to)
      cross join lateral (
        select * from (${[0, 1, 2].map(ofPriority).join(' union all ')}) candidates
         order by priority, due_at, id
         limit lane.up_to) due`,
    [lanes.map((l) => l.phoneNumberId), lanes.map((l) => l.upTo)],
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
  readonly recipient: string;
  readonly recipient_kind: 'phone' | 'bsuid';
  readonly type: string;
  readonly content: object;
  readonly context: object | null;
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
       insert into attempts (message_id, number, portfolio_id, phone_number_id, fence)
       select a.id, a.attempt_no, a.portfolio_id, a.phone_number_id, lane.fence
         from armed a
         join lane using (phone_number_id)
     )
     select a.id, a.phone_number_id, lane.fence, a.attempt_no, a.retries, a.recipient, a.recipient_kind, a.type,
            a.content, a.context
       from armed a
       join lane using (phone_number_id)
      order by a.priority, a.due_at, a.id`,
    [p.workerId, p.lanes.map((l) => l.phoneNumberId), p.lanes.map((l) => l.fence), p.ids],
  );
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
