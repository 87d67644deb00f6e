import type { Queryable } from '../platform/db/queryable.js';
import { Every } from '../platform/lifecycle/worker-loop.js';
import type { Runtime } from '../platform/runtime.js';
import type { Lane } from './lane.js';
import { type LaneReport, writeReports } from './lane-reports.store.js';

/** How often the owner of a lane tells how it stands. */
const TELL_EVERY_MS = 1000;

/**
 * Tells the other replicas how the lanes of this worker stand, about once a second and in one statement: a request
 * about a number may come in anywhere, and the next owner of a lane goes on from what was told of its pauses, its rate
 * and its media. Idle lanes are told about once more, and then not at all.
 */
export class LaneReports {
  private readonly telling: Every;
  /** Told about the last time, or changed since. */
  private toTell = new Set<string>();
  private isUrgent = false;

  constructor(
    private readonly db: Queryable,
    private readonly runtime: Pick<Runtime, 'clock' | 'logger'>,
  ) {
    this.telling = new Every(TELL_EVERY_MS, runtime.clock);
  }

  /**
   * The next owner of a lane has to know of a change: it is told within a second, or in the next round when it is
   * `urgent`.
   */
  changed(phoneNumberId: string, urgent: boolean): void {
    this.toTell.add(phoneNumberId);
    this.isUrgent ||= urgent;
  }

  /** Tells when it is time to. Never throws: it is told again a second later. */
  async tend(busy: readonly string[], lanes: ReadonlyMap<string, Lane>): Promise<void> {
    if ((busy.length === 0 && this.toTell.size === 0) || !(this.isUrgent || this.telling.due())) return;
    const nowMs = this.runtime.clock.monotonicMs();
    const paused = [...lanes].filter(([, lane]) => lane.limiter.pauseAt(nowMs) !== null).map(([id]) => id);
    const ids = new Set([...busy, ...this.toTell, ...paused]);
    this.isUrgent = false;
    this.toTell = new Set([...busy, ...paused]);
    await this.tell(ids, lanes);
  }

  /** Tells what is still to be told of lanes that are about to be given away. Never throws. */
  async leaving(phoneNumberIds: readonly string[], lanes: ReadonlyMap<string, Lane>): Promise<void> {
    const ids = phoneNumberIds.filter((id) => this.toTell.delete(id));
    await this.tell(new Set(ids), lanes);
  }

  private async tell(ids: ReadonlySet<string>, lanes: ReadonlyMap<string, Lane>): Promise<void> {
    const nowMs = this.runtime.clock.monotonicMs();
    const reports = [...ids].flatMap((id) => {
      const lane = lanes.get(id);
      return lane === undefined ? [] : [reportOf(id, lane, nowMs)];
    });
    if (reports.length === 0) return;
    await writeReports(this.db, reports).catch((err: unknown) => {
      this.runtime.logger.warn({ err }, 'the state of lanes could not be told');
      for (const id of ids) this.toTell.add(id);
    });
  }
}

function reportOf(phoneNumberId: string, lane: Lane, nowMs: number): LaneReport {
  // The next owner keeps the lasting one; its own, if that is longer, is over with it.
  const pause = lane.limiter.lastingPauseAt(nowMs) ?? lane.limiter.pauseAt(nowMs);
  const mediaInMs = lane.media.freeAtMs - nowMs;
  return {
    phoneNumberId,
    used: lane.limiter.usedAt(nowMs),
    currentMps: lane.limiter.currentMps,
    reserveMps: lane.limiter.inboundReserveMps,
    pausedForMs: pause === null ? null : pause.untilMs - nowMs,
    pauseReason: pause?.reason ?? null,
    pauseIsOfWorker: pause?.isOfWorker ?? false,
    shareOfLevel: lane.limiter.shareOfLevel,
    mediaPausedForMs: mediaInMs > 0 ? mediaInMs : null,
    mediaFailures: lane.media.failures,
  };
}
