import type { Queryable } from '../platform/db/queryable.js';

/** How a lane stands, as its owner tells it. */
export interface LaneReport {
  readonly phoneNumberId: string;
  readonly used: number;
  readonly currentMps: number;
  readonly reserveMps: number;
  readonly pausedForMs: number | null;
  readonly pauseReason: string | null;
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
                              media_paused_until, media_failures, told_at)
     select n.phone_number_id, p.portfolio_id, n.used, n.current_mps, n.reserve_mps,
            now() + n.paused_ms * interval '1 millisecond', n.pause_reason,
            now() + n.media_ms * interval '1 millisecond', n.media_failures, now()
       from unnest($1::text[], $2::integer[], $3::integer[], $4::integer[], $5::double precision[], $6::text[],
                   $7::double precision[], $8::integer[])
         as n (phone_number_id, used, current_mps, reserve_mps, paused_ms, pause_reason, media_ms, media_failures)
       join phone_numbers p using (phone_number_id)
      order by n.phone_number_id
     on conflict (phone_number_id) do update
        set used = excluded.used, current_mps = excluded.current_mps, reserve_mps = excluded.reserve_mps,
            paused_until = excluded.paused_until, pause_reason = excluded.pause_reason,
            media_paused_until = excluded.media_paused_until, media_failures = excluded.media_failures,
            told_at = excluded.told_at`,
    [
      column((r) => r.phoneNumberId),
      column((r) => r.used),
      column((r) => r.currentMps),
      column((r) => r.reserveMps),
      column((r) => r.pausedForMs),
      column((r) => r.pauseReason),
      column((r) => r.mediaPausedForMs),
      column((r) => r.mediaFailures),
    ],
  );
}

/** How the media of a number stood when the owner of its lane last told. */
export interface ToldMedia {
  readonly phone_number_id: string;
  readonly failures: number;
  /** In how many milliseconds media may go again; not above 0 when it may. */
  readonly paused_for_ms: number;
}

/** How the media of some numbers stood; only of those where anything had failed. */
export function toldMedia(q: Queryable, phoneNumberIds: readonly string[]): Promise<ToldMedia[]> {
  return q.rows<ToldMedia>(
    `select phone_number_id, media_failures as failures,
            coalesce(extract(epoch from media_paused_until - clock_timestamp()) * 1000, 0)::double precision as paused_for_ms
       from lane_limits
      where phone_number_id = any($1) and (media_failures > 0 or media_paused_until > clock_timestamp())`,
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
