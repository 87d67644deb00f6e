import { MESSAGING_LIMIT } from '../core/limits/messaging-limit.js';
import type { Queryable } from '../platform/db/queryable.js';

/** What Meta said of a portfolio's messaging limit, and since when people are counted against it. */
export interface MessagingLimitRow {
  readonly portfolio_id: string;
  readonly tier: string;
  readonly as_of: Date;
  readonly counted_since: Date | null;
}

/** Somebody whom a template is to go to. */
export interface Claim {
  readonly portfolioId: string;
  readonly phoneNumberId: string;
  /** The key of the person (`personKey`). */
  readonly person: string;
  /** How many people the portfolio may reach. */
  readonly allowed: number;
}

/** A claim that must wait, by its place among those that were asked for. */
export interface RefusedClaim {
  readonly n: number;
  /** In how many milliseconds the first place becomes free; null when none is held. */
  readonly free_in_ms: number | null;
}

/** Every portfolio of whose limit something is known. There are few: tenants, not people. */
export function listMessagingLimits(q: Queryable): Promise<MessagingLimitRow[]> {
  return q.rows(`select portfolio_id, tier, as_of, counted_since from messaging_limits`);
}

/** The database's time. */
export async function databaseNow(q: Queryable): Promise<Date> {
  const [row] = await q.rows<{ now: Date }>(`select clock_timestamp() as now`);
  return (row as { now: Date }).now;
}

/** One portfolio's limit, locked against other readings of it; null when nothing is known. */
export async function lockMessagingLimit(tx: Queryable, portfolioId: string): Promise<MessagingLimitRow | null> {
  const [row] = await tx.rows<MessagingLimitRow>(
    `select portfolio_id, tier, as_of, counted_since from messaging_limits where portfolio_id = $1 for update`,
    [portfolioId],
  );
  return row ?? null;
}

/** Writes a reading down. `isCounted` false: nobody is counted until there is a limit again. */
export async function writeMessagingLimit(
  tx: Queryable,
  p: { portfolioId: string; tier: string; asOf: Date; isCounted: boolean },
): Promise<void> {
  await tx.run(
    `insert into messaging_limits as known (portfolio_id, tier, as_of) values ($1, $2, $3)
     on conflict (portfolio_id) do update
        set tier = excluded.tier, as_of = excluded.as_of, counted_since = case when $4 then known.counted_since end`,
    [p.portfolioId, p.tier, p.asOf, p.isCounted],
  );
}

/**
 * Gives places to people before they are written to: one statement for a round, over all portfolios. Whoever holds one
 * keeps it for another day; a new person takes one that is free. Places are rows that are locked one by one, so workers
 * that claim at once never wait for each other and never take the same one. Answers those that must wait.
 */
export function claimPlaces(q: Queryable, claims: readonly Claim[]): Promise<RefusedClaim[]> {
  return q.rows<RefusedClaim>(
    `with asked as materialized (
       select a.n, a.portfolio_id, a.person, a.allowed
         from unnest($1::uuid[], $2::text[], $3::text[], $4::integer[]) with ordinality
           as a (portfolio_id, phone_number_id, person, allowed, n)
         left join conversations c on c.phone_number_id = a.phone_number_id and c.person = a.person
        where c.last_inbound_at is null or c.last_inbound_at <= now() - $6 * interval '1 millisecond'
           or c.window_refused_at >= c.last_inbound_at
     ), kept as (
       update messaging_places p
          set held_until = greatest(p.held_until, clock_timestamp() + $5 * interval '1 millisecond')
         from (select distinct portfolio_id, person from asked) a
        where p.portfolio_id = a.portfolio_id and p.person = a.person and p.held_until > now()
       returning p.portfolio_id, p.person
     ), wanted as materialized (
       select portfolio_id, person, allowed, row_number() over (partition by portfolio_id order by n) as rank
         from (select portfolio_id, person, max(allowed) as allowed, min(n) as n from asked group by 1, 2) people
        where not exists (select 1 from kept k where k.portfolio_id = people.portfolio_id and k.person = people.person)
     ), free as (
       -- Those who hold a place above a limit that was lowered take up as many below it.
       select found.portfolio_id, found.place,
              row_number() over (partition by found.portfolio_id order by found.place) - above.n as rank
         from (select portfolio_id, max(allowed) as allowed, count(*) as n from wanted group by 1) need
        cross join lateral (
          select count(*) as n from messaging_places p
           where p.portfolio_id = need.portfolio_id and p.place > need.allowed and p.held_until > now()) above
        cross join lateral (
          select p.portfolio_id, p.place from messaging_places p
           where p.portfolio_id = need.portfolio_id and p.place <= need.allowed and p.held_until <= now()
           order by p.held_until
           limit need.n + above.n
             for update skip locked) found
     ), taken as (
       update messaging_places p
          set person = w.person, held_until = clock_timestamp() + $5 * interval '1 millisecond'
         from free f
         join wanted w on w.portfolio_id = f.portfolio_id and w.rank = f.rank
        where p.portfolio_id = f.portfolio_id and p.place = f.place
       returning p.portfolio_id, p.person
     )
     select asked.n::integer as n,
            (select extract(epoch from min(p.held_until) - clock_timestamp()) * 1000
               from messaging_places p
              where p.portfolio_id = asked.portfolio_id and p.held_until > now())::double precision as free_in_ms
       from asked
      where not exists (select 1 from kept k where k.portfolio_id = asked.portfolio_id and k.person = asked.person)
        and not exists (select 1 from taken t where t.portfolio_id = asked.portfolio_id and t.person = asked.person)
      order by asked.n`,
    [
      claims.map((c) => c.portfolioId),
      claims.map((c) => c.phoneNumberId),
      claims.map((c) => c.person),
      claims.map((c) => c.allowed),
      MESSAGING_LIMIT.heldMs,
      MESSAGING_LIMIT.windowMs,
    ],
  );
}

/** Makes up to `most` more places of a portfolio; false when it has as many as it is allowed already. */
export async function makePlaces(
  q: Queryable,
  p: { portfolioId: string; allowed: number; most: number },
): Promise<boolean> {
  const [row] = await q.rows<{ last: number }>(
    `with known as (select coalesce(max(place), 0) as last from messaging_places where portfolio_id = $1),
     made as (
       insert into messaging_places (portfolio_id, place)
       select $1, place from known, generate_series(known.last + 1, least(known.last + $3::integer, $2::integer)) as place
       on conflict do nothing)
     select last from known`,
    [p.portfolioId, p.allowed, p.most],
  );
  return (row as { last: number }).last < p.allowed;
}

/** Whom a portfolio has written to by templates in the last day, and how long ago at last. */
export function reachedLately(
  q: Queryable,
  portfolioId: string,
): Promise<{ phone_number_id: string; recipient: string; ago_ms: number }[]> {
  return q.rows(
    `select a.phone_number_id, a.recipient,
            (extract(epoch from clock_timestamp() - max(a.armed_at)) * 1000)::double precision as ago_ms
       from phone_numbers n
       join attempts a on a.phone_number_id = n.phone_number_id
       join messages m on m.id = a.message_id and m.type = 'template'
      where n.portfolio_id = $1 and a.armed_at > now() - $2 * interval '1 millisecond' and a.recipient is not null
      group by a.phone_number_id, a.recipient`,
    [portfolioId, MESSAGING_LIMIT.heldMs],
  );
}

/** Begins to count: puts these people into the first places, in place of whoever was in them, once per beginning. */
export async function beginCounting(
  tx: Queryable,
  portfolioId: string,
  people: readonly { readonly person: string; readonly agoMs: number }[],
): Promise<void> {
  await tx.run(`delete from messaging_places where portfolio_id = $1`, [portfolioId]);
  await tx.run(
    `insert into messaging_places (portfolio_id, place, person, held_until)
     select $1, n, person, clock_timestamp() + ($4 - ago_ms) * interval '1 millisecond'
       from unnest($2::text[], $3::double precision[]) with ordinality as p (person, ago_ms, n)`,
    [portfolioId, people.map((p) => p.person), people.map((p) => p.agoMs), MESSAGING_LIMIT.heldMs],
  );
  await tx.run(`update messaging_limits set counted_since = clock_timestamp() where portfolio_id = $1`, [portfolioId]);
}

/** A message that was delivered. */
export interface Delivery {
  readonly messageId: string;
  readonly portfolioId: string;
  readonly person: string;
  readonly at: Date;
}

/**
 * Keeps the places of people to whom a template was delivered for a day from then on: Meta counts deliveries, and a
 * phone may be off for hours. A place that is free already is not taken again.
 */
export async function holdDelivered(tx: Queryable, deliveries: readonly Delivery[]): Promise<void> {
  await tx.run(
    `update messaging_places p
        set held_until = d.held_until
       from (select d.portfolio_id, d.person, least(max(d.at), now()) + $5 * interval '1 millisecond' as held_until
               from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) as d (message_id, portfolio_id, person, at)
               join messages m on m.id = d.message_id and m.type = 'template'
              group by 1, 2) d
      where p.portfolio_id = d.portfolio_id and p.person = d.person and p.held_until > now()
        and p.held_until < d.held_until`,
    [
      deliveries.map((d) => d.messageId),
      deliveries.map((d) => d.portfolioId),
      deliveries.map((d) => d.person),
      deliveries.map((d) => d.at),
      MESSAGING_LIMIT.heldMs,
    ],
  );
}

/** How many people count against a portfolio's limit, and in how long the first and the last no longer do. */
export async function countPlaces(
  q: Queryable,
  portfolioId: string,
): Promise<{ readonly used: number; readonly first_in_ms: number | null; readonly last_in_ms: number | null }> {
  const [row] = await q.rows<{ used: number; first_in_ms: number | null; last_in_ms: number | null }>(
    `select count(*) as used,
            (extract(epoch from min(held_until) - clock_timestamp()) * 1000)::double precision as first_in_ms,
            (extract(epoch from max(held_until) - clock_timestamp()) * 1000)::double precision as last_in_ms
       from messaging_places
      where portfolio_id = $1 and held_until > now()`,
    [portfolioId],
  );
  return row as { used: number; first_in_ms: number | null; last_in_ms: number | null };
}

/** What is known of people whom a portfolio wants to write to: whether they count already, and when they last wrote. */
export function readPeople(
  q: Queryable,
  portfolioId: string,
  pairs: readonly { readonly phoneNumberId: string; readonly person: string }[],
): Promise<
  { readonly is_counted: boolean; readonly last_inbound_at: Date | null; readonly window_refused_at: Date | null }[]
> {
  return q.rows(
    `select c.last_inbound_at, c.window_refused_at,
            exists (select 1 from messaging_places p
                     where p.portfolio_id = $1 and p.person = pair.person and p.held_until > now()) as is_counted
       from unnest($2::text[], $3::text[]) with ordinality as pair (phone_number_id, person, n)
       left join conversations c on c.phone_number_id = pair.phone_number_id and c.person = pair.person
      order by pair.n`,
    [portfolioId, pairs.map((p) => p.phoneNumberId), pairs.map((p) => p.person)],
  );
}

/**
 * Makes messages due that were put off for longer than any other limit puts them off: those that waited for a limit
 * which has risen. They have their old place in the queue again, so that nothing that came later for the same person
 * overtakes them; what has not been due yet, because it is spread after a full hour, was not put off and keeps its
 * time.
 */
export async function wakeWaiting(tx: Queryable, portfolioId: string, longerThanMs: number): Promise<void> {
  await tx.run(
    `update messages m
        set due_at = greatest(m.accepted_at, m.send_at), updated_at = now()
       from phone_numbers n
      where n.portfolio_id = $1 and m.phone_number_id = n.phone_number_id and m.state in ('queued', 'scheduled')
        and m.retries = 0 and m.due_at > now() + $2 * interval '1 millisecond'
        and (m.send_at is null or (m.send_at <= now() and m.updated_at >= m.send_at))`,
    [portfolioId, longerThanMs],
  );
}

/** Forgets who held places that are free again. */
export function forgetPlaces(q: Queryable): Promise<number> {
  return q.run(`update messaging_places set person = null where person is not null and held_until <= now()`);
}
