import type { Queryable } from '../platform/db/queryable.js';
import { Every } from '../platform/lifecycle/worker-loop.js';
import type { Runtime } from '../platform/runtime.js';
import type { Lane } from './lane.js';
import { type LaneReport, writeReports } from './lane-reports.store.js';

/** How often the owner of a lane tells how it stands. */
const TELL_EVERY_MS = 1000;

/**
 * Tells the other replicas how the lanes of this worker stand, about once a second and in one statement, because a
 * request about a number may come in anywhere. Idle lanes are told about once more, and then not at all.
 */
export class LaneReports {
  private readonly telling: Every;
  private told = new Set<string>();

  constructor(
    private readonly db: Queryable,
    private readonly runtime: Pick<Runtime, 'clock' | 'logger'>,
  ) {
    this.telling = new Every(TELL_EVERY_MS, runtime.clock);
  }

  /** Tells when it is time to. Never throws: it is told again a second later. */
  async tend(busy: readonly string[], lanes: ReadonlyMap<string, Lane>): Promise<void> {
    if ((busy.length === 0 && this.told.size === 0) || !this.telling.due()) return;
    const { clock, logger } = this.runtime;
    const nowMs = clock.monotonicMs();
    const paused = [...lanes].filter(([, lane]) => lane.limiter.pauseAt(nowMs) !== null).map(([id]) => id);
    const ids = [...new Set([...busy, ...this.told, ...paused])];
    const reports = ids.flatMap((id) => {
      const lane = lanes.get(id);
      return lane === undefined ? [] : [reportOf(id, lane, nowMs)];
    });
    this.told = new Set([...busy, ...paused]);
    if (reports.length === 0) return;
    await writeReports(this.db, reports).catch((err: unknown) => {
      logger.warn({ err }, 'the state of lanes could not be told');
    });
  }
}

function reportOf(phoneNumberId: string, lane: Lane, nowMs: number): LaneReport {
  const pause = lane.limiter.pauseAt(nowMs);
  const mediaInMs = lane.media.freeAtMs - nowMs;
  return {
    phoneNumberId,
    used: lane.limiter.usedAt(nowMs),
    currentMps: lane.limiter.currentMps,
    reserveMps: lane.limiter.inboundReserveMps,
    pausedForMs: pause === null ? null : pause.untilMs - nowMs,
    pauseReason: pause?.reason ?? null,
    mediaPausedForMs: mediaInMs > 0 ? mediaInMs : null,
  };
}
