import type { StopKind, StopScope } from '../core/limits/stop.js';
import type { Queryable } from '../platform/db/queryable.js';
import { appendNotices, type Notice } from '../platform/ledger/notices.store.js';

/** A row of `limit_stops`. */
export interface StopRow {
  readonly id: string;
  readonly portfolio_id: string;
  readonly scope: StopScope;
  readonly scope_id: string;
  readonly stops: StopKind;
  readonly code: number;
  readonly reason: string;
  readonly since: Date;
  readonly until: Date | null;
  readonly released_at: Date | null;
  readonly released_by: string | null;
  /** How many events have told of it. */
  readonly version: number;
}

/** A stop to be written down. */
export interface NewStop {
  readonly portfolioId: string;
  readonly scope: StopScope;
  readonly scopeId: string;
  readonly stops: StopKind;
  readonly code: number;
  readonly reason: string;
  readonly endsAfterMs: number | null;
}

const COLUMNS = `id, portfolio_id, scope, scope_id, stops, code, reason, since, until, released_at, released_by, version`;

/**
 * Writes stops down and tells of those that begin, to be called within a transaction. One that is in force already
 * keeps its beginning and is not told of again; it lasts as long as the newer one if that is longer (replicas that
 * learn of the same error a moment apart). One whose time was over begins anew. Gives those that begin.
 */
export async function insertStops(
  tx: Queryable,
  stops: readonly NewStop[],
  publish: boolean,
): Promise<readonly StopRow[]> {
  const known = await tx.rows<StopRow & { readonly begins: boolean }>(
    `insert into limit_stops (portfolio_id, scope, scope_id, stops, code, reason, until, version)
     select portfolio_id, scope, scope_id, stops, code, reason, now() + ends_after_ms * interval '1 millisecond', 1
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::double precision[])
         as n (portfolio_id, scope, scope_id, stops, code, reason, ends_after_ms)
      order by scope, scope_id, code
     on conflict (scope, scope_id, code) where released_at is null do update
        set until = greatest(limit_stops.until, excluded.until),
            since = case when limit_stops.until <= now() then now() else limit_stops.since end,
            version = limit_stops.version + case when limit_stops.until <= now() then 1 else 0 end
     returning ${COLUMNS}, since = now() as begins`,
    [
      stops.map((s) => s.portfolioId),
      stops.map((s) => s.scope),
      stops.map((s) => s.scopeId),
      stops.map((s) => s.stops),
      stops.map((s) => s.code),
      stops.map((s) => s.reason),
      stops.map((s) => s.endsAfterMs),
    ],
  );
  const begun = known.filter((stop) => stop.begins);
  await appendNotices(
    tx,
    begun.map((stop) => noticeOfStop(stop, 'stopped')),
    publish,
  );
  return begun;
}

/** When something was last let go on. */
export interface LastRelease extends Pick<StopRow, 'scope' | 'scope_id' | 'code'> {
  readonly at: Date;
}

/** When each of some stops was last released, or Meta said that it may be; only of those of which it is known. */
export function lastReleases(
  q: Queryable,
  stops: readonly Pick<NewStop, 'scope' | 'scopeId' | 'code'>[],
): Promise<LastRelease[]> {
  return q.rows(
    `with asked as (select * from unnest($1::text[], $2::text[], $3::integer[]) as n (scope, scope_id, code))
     select scope, scope_id, code, max(at) as at
       from (select scope, scope_id, code, released_at as at from limit_stops join asked using (scope, scope_id, code)
              where released_at is not null
             union all
             select scope, scope_id, code, at from release_signals join asked using (scope, scope_id, code)) known
      group by scope, scope_id, code`,
    [stops.map((s) => s.scope), stops.map((s) => s.scopeId), stops.map((s) => s.code)],
  );
}

/** Writes down when Meta said that something may go on; the latest counts. */
export async function writeSignals(tx: Queryable, signals: readonly Release[]): Promise<void> {
  const each = signals.flatMap(({ codes, ...signal }) => codes.map((code) => ({ ...signal, code })));
  await tx.run(
    `insert into release_signals as known (scope, scope_id, code, portfolio_id, at)
     select scope, scope_id, code, portfolio_id, max(at)
       from unnest($1::text[], $2::text[], $3::integer[], $4::uuid[], $5::timestamptz[]) as n (scope, scope_id, code, portfolio_id, at)
      group by scope, scope_id, code, portfolio_id
      order by scope, scope_id, code
     on conflict (scope, scope_id, code) do update set at = greatest(known.at, excluded.at)`,
    [
      each.map((s) => s.scope),
      each.map((s) => s.scopeId),
      each.map((s) => s.code),
      each.map((s) => s.portfolioId),
      each.map((s) => s.at),
    ],
  );
}

/** Every stop in force. */
export function stopsInForce(q: Queryable): Promise<StopRow[]> {
  return q.rows<StopRow>(
    `select ${COLUMNS} from limit_stops where released_at is null and (until is null or until > now()) order by since`,
  );
}

/** The stops of a portfolio, the newest first; those that ended as well when asked for. */
export function listStops(q: Queryable, portfolioId: string, withEnded: boolean): Promise<StopRow[]> {
  return q.rows<StopRow>(
    `select ${COLUMNS}
       from limit_stops
      where portfolio_id = $1 and ($2 or (released_at is null and (until is null or until > now())))
      order by since desc, id
      limit 1000`,
    [portfolioId, withEnded],
  );
}

/**
 * Releases a stop of a portfolio, once, and tells of it, to be called within a transaction; null when the portfolio has
 * none with this id. A release again changes nothing and tells nothing.
 */
export async function releaseStop(
  tx: Queryable,
  p: { portfolioId: string; id: string; by: string },
  publish: boolean,
): Promise<StopRow | null> {
  const [released] = await tx.rows<StopRow>(
    `update limit_stops
        set released_at = now(), released_by = $3, version = version + 1
      where portfolio_id = $1 and id = $2 and released_at is null
     returning ${COLUMNS}`,
    [p.portfolioId, p.id, p.by],
  );
  if (released !== undefined) {
    await appendNotices(tx, [noticeOfStop(released, 'released')], publish);
    return released;
  }
  const [before] = await tx.rows<StopRow>(`select ${COLUMNS} from limit_stops where portfolio_id = $1 and id = $2`, [
    p.portfolioId,
    p.id,
  ]);
  return before ?? null;
}

/** A signal of Meta's that something may go on. */
export interface Release {
  readonly portfolioId: string;
  readonly scope: StopScope;
  readonly scopeId: string;
  readonly codes: readonly number[];
  /** Who or what says so. */
  readonly by: string;
  /** When it was said: a stop that began later is not meant. */
  readonly at: Date;
}

/** Releases the stops that a signal means, and tells of each, to be called within a transaction. */
export async function releaseStopsOf(tx: Queryable, r: Release, publish: boolean): Promise<number> {
  const released = await tx.rows<StopRow>(
    `update limit_stops
        set released_at = now(), released_by = $5, version = version + 1
      where portfolio_id = $1 and scope = $2 and scope_id = $3 and code = any($4::integer[])
        and released_at is null and since < $6
     returning ${COLUMNS}`,
    [r.portfolioId, r.scope, r.scopeId, r.codes, r.by, r.at],
  );
  await appendNotices(
    tx,
    released.map((stop) => noticeOfStop(stop, 'released')),
    publish,
  );
  return released.length;
}

/** What is told of stops. One that has an end ends at it, and nothing more is told. */
export const STOP_EVENTS = ['stopped', 'released'] as const;

/** The ledger's entry that a stop has begun, or that somebody has released it. */
export function noticeOfStop(row: StopRow, type: (typeof STOP_EVENTS)[number]): Notice {
  return {
    portfolioId: row.portfolio_id,
    aggregate: 'rate_limit',
    aggregateId: row.id,
    version: row.version,
    type,
    occurredAt: type === 'released' ? (row.released_at ?? row.since) : row.since,
    data: {
      stop_id: row.id,
      scope: row.scope,
      scope_id: row.scope_id,
      stops: row.stops,
      code: row.code,
      reason: row.reason,
      since: row.since.toISOString(),
      until: row.until?.toISOString() ?? null,
      ...(type === 'released' ? { released_by: row.released_by } : {}),
    },
  };
}
