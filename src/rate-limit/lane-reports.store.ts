import type { Queryable } from '../platform/db/queryable.js';

/** How a lane stands, as its owner tells it. */
export interface LaneReport {
  readonly phoneNumberId: string;
  readonly used: number;
  readonly currentMps: number;
  readonly reserveMps: number;
  readonly pausedForMs: number | null;
  readonly pauseReason: string | null;
  /** Whether the pause ends with its owner. */
  readonly pauseIsOfWorker: boolean;
  /** The part of the level that is in use, from above 0 to 1. */
  readonly shareOfLevel: number;
  readonly mediaPausedForMs: number | null;
  /** Media messages that failed in a row. */
  readonly mediaFailures: number;
}

/** A row of `lane_limits`. */
export interface LaneReportRow {
  readonly used: number;
  readonly current_mps: number;
  readonly reserve_mps: number;
  readonly paused_until: Date | null;
  readonly pause_reason: string | null;
  readonly media_paused_until: Date | null;
  readonly told_at: Date;
}

/** Writes down how lanes stand; instants are counted from the database's now. */
export async function writeReports(q: Queryable, reports: readonly LaneReport[]): Promise<void> {
  const column = <T>(of: (r: LaneReport) => T) => reports.map(of);
  await q.run(
    `insert into lane_limits (phone_number_id, portfolio_id, used, current_mps, reserve_mps, paused_until, pause_reason,
                              pause_of_worker, share_of_level, media_paused_until, media_failures, told_at)
     select n.phone_number_id, p.portfolio_id, n.used, n.current_mps, n.reserve_mps,
            now() + n.paused_ms * interval '1 millisecond', n.pause_reason,
            n.pause_of_worker, n.share_of_level, now() + n.media_ms * interval '1 millisecond', n.media_failures, now()
       from unnest($1::text[], $2::integer[], $3::integer[], $4::integer[], $5::double precision[], $6::text[],
                   $7::boolean[], $8::double precision[], $9::double precision[], $10::integer[])
         as n (phone_number_id, used, current_mps, reserve_mps, paused_ms, pause_reason, pause_of_worker, share_of_level,
               media_ms, media_failures)
       join phone_numbers p using (phone_number_id)
      order by n.phone_number_id
     on conflict (phone_number_id) do update
        set used = excluded.used, current_mps = excluded.current_mps, reserve_mps = excluded.reserve_mps,
            paused_until = excluded.paused_until, pause_reason = excluded.pause_reason,
            pause_of_worker = excluded.pause_of_worker, share_of_level = excluded.share_of_level,
            media_paused_until = excluded.media_paused_until, media_failures = excluded.media_failures,
            told_at = excluded.told_at`,
    [
      column((r) => r.phoneNumberId),
      column((r) => r.used),
      column((r) => r.currentMps),
      column((r) => r.reserveMps),
      column((r) => r.pausedForMs),
      column((r) => r.pauseReason),
      column((r) => r.pauseIsOfWorker),
      column((r) => r.shareOfLevel),
      column((r) => r.mediaPausedForMs),
      column((r) => r.mediaFailures),
    ],
  );
}

/**
 * What the next owner of a lane has to know, as the one before last told it. Times that have passed are not above 0.
 */
export interface ToldState {
  readonly phone_number_id: string;
  readonly paused_for_ms: number;
  readonly pause_reason: string | null;
  readonly share_of_level: number;
  readonly told_ago_ms: number;
  readonly media_failures: number;
  readonly media_paused_for_ms: number;
}

/** How some lanes stood; only those that were paused, had given way, or had media that failed. */
export function toldStates(q: Queryable, phoneNumberIds: readonly string[]): Promise<ToldState[]> {
  return q.rows<ToldState>(
    `select phone_number_id,
            coalesce(1000 * extract(epoch from case when not pause_of_worker then paused_until end - clock_timestamp()),
                     0)::double precision as paused_for_ms,
            pause_reason, share_of_level,
            (1000 * extract(epoch from clock_timestamp() - told_at))::double precision as told_ago_ms,
            media_failures,
            coalesce(1000 * extract(epoch from media_paused_until - clock_timestamp()),
                     0)::double precision as media_paused_for_ms
       from lane_limits
      where phone_number_id = any($1)
        and (media_failures > 0 or media_paused_until > clock_timestamp() or share_of_level < 1
             or (paused_until > clock_timestamp() and not pause_of_worker))`,
    [phoneNumberIds],
  );
}

/** How a lane stood when its owner last told; null when it never did. */
export async function findReport(q: Queryable, phoneNumberId: string): Promise<LaneReportRow | null> {
  const [row] = await q.rows<LaneReportRow>(
    `select used, current_mps, reserve_mps, paused_until, pause_reason, media_paused_until, told_at
       from lane_limits
      where phone_number_id = $1`,
    [phoneNumberId],
  );
  return row ?? null;
}
