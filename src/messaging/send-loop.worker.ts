import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Db } from '../platform/db/db.js';
import { Every, type Worker } from '../platform/lifecycle/worker-loop.js';
import { Runtime } from '../platform/runtime.js';
import { ARM_TO_WIRE_MS, RateLimitService } from '../rate-limit/rate-limit.service.js';
import { Dispatcher } from './dispatcher.js';
import { LaneKeeper } from './lane-keeper.js';
import { LaneSchedule } from './lane-schedule.js';
import { type ArmedMessage, armMessages, type HeldLane, nextDue, peekDue } from './send-queue.store.js';

/**
 * Least time from the start of one round to the next. Longer rounds arm more messages with one commit; the limiter's burst bridges them.
 * Whatever one round arms is on the wire within it, so a crash leaves no more than that without a known outcome.
 */
const TICK_MS = 5;

/** Most messages of one lane in one round: 100 ms worth of the highest level. */
const MOST_PER_LANE = 100;

/** How long a statement that was given up may still commit on the server, with a margin. */
const DOUBT_MS = 30_000;

/** How often a worker without lanes looks for some. */
const NO_LANES_MS = 200;

interface Quota {
  readonly phoneNumberId: string;
  readonly upTo: number;
}

/**
 * Sends what is due on the lanes of this worker: asks each lane's limiter how many may go, arms that many with one
 * commit, and posts them. One round serves all lanes, so its cost does not grow with their number.
 */
@Injectable()
export class SendLoopWorker implements Worker {
  readonly name = 'send-loop';
  private readonly armed: Counter;
  private readonly checking: Every;
  private firstLane = 0;
  private doubtEndsAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly db: Db,
    private readonly keeper: LaneKeeper,
    private readonly schedule: LaneSchedule,
    private readonly limits: RateLimitService,
    private readonly dispatcher: Dispatcher,
    private readonly runtime: Runtime,
  ) {
    this.checking = new Every(1000, runtime.clock);
    this.armed = runtime.metrics.counter('heliograph_armed_total', 'Attempts armed.');
  }

  /** One round over all lanes. */
  async runOnce(): Promise<{ nextInMs: number }> {
    const startMs = this.runtime.clock.monotonicMs();
    for (const id of await this.keeper.tend()) this.schedule.wake(id);
    const lanes = this.keeper.lanes();
    if (lanes.length === 0) return { nextInMs: NO_LANES_MS };
    if (this.schedule.surveyDue(lanes.length)) {
      this.schedule.surveyed(
        await nextDue(
          this.db,
          lanes.map((l) => l.phoneNumberId),
        ),
      );
    }
    if (this.inDoubt && this.checking.due()) await this.putBackStrays(lanes);
    const quotas = this.quotas(lanes);
    if (quotas.length > 0) await this.send(lanes, quotas);
    return { nextInMs: this.untilNext(lanes, startMs + TICK_MS) };
  }

  /** Lets what is on the wire come back and be written down, then gives the lanes away. */
  async stop(): Promise<void> {
    await this.dispatcher.drain();
    await this.keeper.leave();
  }

  private quotas(lanes: readonly HeldLane[]): Quota[] {
    const nowMs = this.runtime.clock.monotonicMs();
    let room = this.dispatcher.room;
    const quotas: Quota[] = [];
    // Each round begins with another lane, so that none is always served last when connections are short.
    this.firstLane = (this.firstLane + 1) % lanes.length;
    for (const { phoneNumberId } of [...lanes.slice(this.firstLane), ...lanes.slice(0, this.firstLane)]) {
      if (room <= 0) break;
      if (!this.schedule.isDue(phoneNumberId)) continue;
      const upTo = this.limits.limiter(phoneNumberId)?.allowed(nowMs, Math.min(room, MOST_PER_LANE)) ?? 0;
      if (upTo === 0) continue;
      room -= upTo;
      quotas.push({ phoneNumberId, upTo });
    }
    return quotas;
  }

  private async send(lanes: readonly HeldLane[], quotas: readonly Quota[]): Promise<void> {
    const askedAtMs = this.runtime.clock.monotonicMs();
    const due = await peekDue(this.db, quotas);
    this.schedule.looked(
      askedAtMs,
      quotas,
      due.map((m) => m.phone_number_id),
    );
    if (due.length === 0) return;
    const touched = new Set(due.map((m) => m.phone_number_id));
    const armingMs = this.runtime.clock.monotonicMs();
    const armed = await this.arm(
      lanes.filter((l) => touched.has(l.phoneNumberId)),
      due.map((m) => m.id),
    );
    this.armed.inc(armed.length);
    if (armed.length > 0) this.runtime.crash.pass('armed');
    // Counted from before they were armed, so that it ends before any other owner's reckoning does.
    const untilMs = armingMs + ARM_TO_WIRE_MS;
    for (const message of armed) void this.dispatch(message, untilMs);
  }

  /** Arms messages. When the answer is lost, nobody knows whether they are armed: that is looked up later. */
  private async arm(lanes: readonly HeldLane[], ids: readonly string[]): Promise<ArmedMessage[]> {
    try {
      return await armMessages(this.db, { workerId: this.keeper.workerId, lanes, ids });
    } catch (error) {
      this.doubtEndsAtMs = this.runtime.clock.monotonicMs() + DOUBT_MS;
      throw error;
    }
  }

  private get inDoubt(): boolean {
    return this.runtime.clock.monotonicMs() < this.doubtEndsAtMs;
  }

  private async putBackStrays(lanes: readonly HeldLane[]): Promise<void> {
    await this.dispatcher.putBackStrays(lanes);
    for (const { phoneNumberId } of lanes) this.schedule.wake(phoneNumberId);
  }

  private async dispatch(message: ArmedMessage, untilMs: number): Promise<void> {
    const lane = message.phone_number_id;
    const retryInMs = await this.dispatcher.dispatch(
      message,
      () => this.runtime.clock.monotonicMs() <= untilMs && this.keeper.holds(lane, message.fence),
    );
    if (retryInMs !== null) this.schedule.wakeIn(lane, retryInMs);
  }

  /** Not before `tickMs`, and not before some lane has a message and may send it. */
  private untilNext(lanes: readonly HeldLane[], tickMs: number): number {
    const nowMs = this.runtime.clock.monotonicMs();
    let earliestMs = nowMs + this.schedule.surveyEveryMs(lanes.length);
    for (const { phoneNumberId } of lanes) {
      const dueMs = this.schedule.dueAtMs(phoneNumberId);
      if (dueMs >= earliestMs) continue;
      const freeMs = this.limits.limiter(phoneNumberId)?.freeAtMs(nowMs) ?? Number.POSITIVE_INFINITY;
      earliestMs = Math.min(earliestMs, Math.max(dueMs, freeMs));
    }
    return Math.max(tickMs, earliestMs) - nowMs;
  }
}
