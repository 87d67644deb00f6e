import type { Queryable } from '../platform/db/queryable.js';
import { LOCK_CLASS } from '../platform/db/session-lock.js';
import type { HeldLane } from './send-queue.store.js';

/** A worker is alive while its lease runs and its database session holds its lock. */
const ALIVE = `
  w.lease_until > now()
  and exists (select 1 from pg_locks k
               where k.locktype = 'advisory' and k.granted and k.objsubid = 2
                 and k.database = (select oid from pg_database where datname = current_database())
                 and k.classid = ${LOCK_CLASS} and k.objid::bigint = w.lock_key::bigint)`;

/** Makes a worker known, or renews its lease; the lease runs on the database's clock. */
export async function renewWorker(q: Queryable, p: { id: string; lockKey: number; leaseMs: number }): Promise<void> {
  await q.run(
    `insert into workers (id, lock_key, lease_until) values ($1, $2, now() + $3 * interval '1 millisecond')
     on conflict (id) do update set lease_until = excluded.lease_until, lock_key = excluded.lock_key`,
    [p.id, p.lockKey, p.leaseMs],
  );
}

/**
 * Workers alive and lanes in all: what a fair share is computed from. And how many lanes are a worker's, with the sum of their
 * fences: when these are as it thinks, so are its lanes.
 */
export async function countShares(
  q: Queryable,
  workerId: string,
): Promise<{ workers: number; lanes: number; own: { count: number; fences: number } }> {
  const [row] = await q.rows<{ workers: number; lanes: number; own: number; fences: number }>(
    `select (select count(*) from workers w where ${ALIVE}) as workers, count(*) as lanes,
            count(*) filter (where owner = $1) as own,
            coalesce(sum(fence) filter (where owner = $1), 0)::bigint as fences
       from lanes`,
    [workerId],
  );
  const { workers, lanes, own, fences } = row as { workers: number; lanes: number; own: number; fences: number };
  return { workers, lanes, own: { count: own, fences } };
}

/**
 * Takes up to `upTo` lanes that nobody alive holds; each gets a higher fence, so that whatever its last owner still
 * tries to write is ignored.
 */
export function takeLanes(
  q: Queryable,
  p: { workerId: string; upTo: number },
): Promise<(HeldLane & { readonly taken_over: boolean })[]> {
  return q.rows(
    // A lane that somebody took while this statement waited for its row has a higher fence than was seen: then the
    // judgement on its owner was about the one before, and the row is left alone.
    `with seen as materialized (
       select phone_number_id, fence from lanes
     ), free as (
       select l.phone_number_id, l.owner is not null as taken_over
         from lanes l
         join seen on seen.phone_number_id = l.phone_number_id and seen.fence = l.fence
         left join workers w on w.id = l.owner
        where l.owner is distinct from $1 and (w.id is null or not (${ALIVE}))
        order by l.phone_number_id
        limit $2
          for update of l skip locked
     )
     update lanes l
        set owner = $1, fence = l.fence + 1, owned_since = now()
       from free
      where l.phone_number_id = free.phone_number_id
     returning l.phone_number_id as "phoneNumberId", l.fence, free.taken_over`,
    [p.workerId, p.upTo],
  );
}

/** The lanes that a worker holds, by the database's account. */
export function lanesOf(q: Queryable, workerId: string): Promise<HeldLane[]> {
  return q.rows(`select phone_number_id as "phoneNumberId", fence from lanes where owner = $1`, [workerId]);
}

/** Gives lanes back, if they are still the worker's at these fences. */
export async function releaseLanes(q: Queryable, workerId: string, lanes: readonly HeldLane[]): Promise<void> {
  await q.run(
    `update lanes l
        set owner = null, owned_since = null
       from unnest($2::text[], $3::bigint[]) as mine (phone_number_id, fence)
      where l.phone_number_id = mine.phone_number_id and l.fence = mine.fence and l.owner = $1`,
    [workerId, lanes.map((l) => l.phoneNumberId), lanes.map((l) => l.fence)],
  );
}

/** Forgets a worker; its lanes are free at once. */
export async function removeWorker(q: Queryable, workerId: string): Promise<void> {
  await q.run(`delete from workers where id = $1`, [workerId]);
}

/** Forgets workers that have been silent for long and hold nothing. */
export function purgeWorkers(q: Queryable): Promise<number> {
  return q.run(
    `delete from workers w
      where w.lease_until < now() - interval '1 hour' and not exists (select 1 from lanes l where l.owner = w.id)`,
  );
}

/** Open attempts of lanes; a message whose latest attempt is open is `sending`, and few are at any time. */
const OPEN_ATTEMPTS = `
  select a.message_id, a.number
    from unnest($1::text[], $2::bigint[]) as mine (phone_number_id, fence)
    join messages m on m.phone_number_id = mine.phone_number_id and m.state = 'sending'
    join attempts a on a.message_id = m.id and a.number = m.attempt_no and a.outcome is null`;

/** Attempts of lanes that an earlier owner armed and never settled. */
export function abandonedAttempts(
  q: Queryable,
  lanes: readonly HeldLane[],
): Promise<{ message_id: string; number: number }[]> {
  return q.rows(`${OPEN_ATTEMPTS} where a.fence < mine.fence order by a.message_id limit 5000`, columnsOf(lanes));
}

/** Attempts of lanes at their present fence that are not settled. */
export function openAttempts(
  q: Queryable,
  lanes: readonly HeldLane[],
): Promise<{ message_id: string; number: number }[]> {
  return q.rows(`${OPEN_ATTEMPTS} where a.fence = mine.fence order by a.message_id`, columnsOf(lanes));
}

function columnsOf(lanes: readonly HeldLane[]): unknown[] {
  return [lanes.map((l) => l.phoneNumberId), lanes.map((l) => l.fence)];
}

/** How long ago (in milliseconds) an attempt was armed, and when it was answered if it was. */
export interface RecentAttempt {
  readonly phone_number_id: string;
  readonly armed_age_ms: number;
  readonly answered_age_ms: number | null;
}

/**
 * Each attempt of the last `windowMs`, per lane: from this the limiter of a new owner is derived, so that two owners
 * together never exceed the number's limit. An attempt that was only declared unknown was not answered.
 */
export function recentAttempts(
  q: Queryable,
  phoneNumberIds: readonly string[],
  windowMs: number,
): Promise<RecentAttempt[]> {
  return q.rows(
    `select phone_number_id,
            (extract(epoch from clock_timestamp() - armed_at) * 1000)::double precision as armed_age_ms,
            case when evidence in ('response', 'webhook')
                 then (extract(epoch from clock_timestamp() - finished_at) * 1000)::double precision end as answered_age_ms
       from attempts
      where phone_number_id = any($1) and armed_at > clock_timestamp() - $2 * interval '1 millisecond'
      order by armed_at`,
    [phoneNumberIds, windowMs],
  );
}
