import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import type { Held, LimitName } from '../core/limits/admit.js';
import { Every, type Worker } from '../platform/lifecycle/worker-loop.js';
import { Runtime } from '../platform/runtime.js';
import { ARM_TO_WIRE_MS, type Candidate, RateLimitService } from '../rate-limit/rate-limit.service.js';
import { Dispatcher } from './dispatcher.js';
import { LaneKeeper } from './lane-keeper.js';
import { LaneSchedule, type QueueName } from './lane-schedule.js';
import { RoundPace, TICK_MS } from './round-pace.js';
import { SendQueue } from './send-queue.js';
import type { ArmedMessage, DueMessage, HeldLane, LaneRequest } from './send-queue.store.js';

/** Most messages of one lane in one round: 100 ms worth of the highest level. */
const MOST_PER_LANE = 100;

/** How long a statement that was given up may still commit on the server, with a margin. */
const DOUBT_MS = 30_000;

/** How often a worker without lanes looks for some. */
const NO_LANES_MS = 200;

/** Longest time for which a message is put off at once: a stop may be released any time. */
const PUT_OFF_MOST_MS = 60_000;

/**
 * What a whole campaign may wait for is not looked at every minute: whoever waits for the messaging limit is woken when
 * it rises; marketing to a person may go at once when they write.
 */
const PUT_OFF_LONGER_MS: Readonly<Partial<Record<LimitName, number>>> = {
  messaging: 24 * 3_600_000,
  marketing: 10 * 60_000,
  // Who waits for a cap is woken when it is changed; what of their person's failed to arrive makes room earlier.
  marketing_cap: 6 * 3_600_000,
  // A pause takes hours.
  template: 5 * 60_000,
};

/** What holds messages of a round because of their people and templates, by message. */
interface HeldMessages {
  readonly messaging: ReadonlyMap<string, Held>;
  readonly marketing: ReadonlyMap<string, Held>;
  readonly marketingCap: ReadonlyMap<string, Held>;
  readonly template: ReadonlyMap<string, Held>;
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
  private readonly pace = new RoundPace();
  private doubtEndsAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly queue: SendQueue,
    private readonly keeper: LaneKeeper,
    private readonly schedule: LaneSchedule,
    private readonly limits: RateLimitService,
    private readonly dispatcher: Dispatcher,
    private readonly runtime: Runtime,
  ) {
    this.checking = new Every(1000, runtime.clock);
    this.armed = runtime.metrics.counter('heliograph_armed_total', 'Attempts armed.');
  }

  /** Sets who is told when something becomes due at once on a lane. */
  listen(listener: () => void): void {
    this.schedule.listen(listener);
  }

  /** One round over all lanes. */
  async runOnce(): Promise<{ nextInMs: number }> {
    const startMs = this.runtime.clock.monotonicMs();
    for (const id of await this.keeper.tend()) this.schedule.wake(id);
    const lanes = this.keeper.lanes();
    if (lanes.length === 0) return { nextInMs: NO_LANES_MS };
    if (this.schedule.surveyDue(lanes.length)) {
      const { found, isQuiet } = await this.queue.survey(lanes);
      this.schedule.surveyed(found, isQuiet);
    }
    if (this.inDoubt && this.checking.due()) await this.putBackStrays(lanes);
    await this.limits.tend(this.dueLanes());
    const quotas = this.quotas();
    if (quotas.length > 0) await this.send(quotas);
    return { nextInMs: this.untilNext(lanes, startMs + TICK_MS) };
  }

  /** Lets what is on the wire come back and be written down, then gives the lanes away. */
  async stop(): Promise<void> {
    await this.dispatcher.drain();
    await this.keeper.leave();
  }

  /** The lanes with a message that is due now; idle ones are not looked at, however many they are. */
  private dueLanes(): string[] {
    const nowMs = this.runtime.clock.monotonicMs();
    const due: string[] = [];
    for (const [id, dueAtMs] of this.schedule.known()) {
      // Requests that came in here wake lanes of other workers too.
      if (this.keeper.lane(id) === undefined) this.schedule.forget(id);
      else if (dueAtMs <= nowMs) due.push(id);
    }
    return due;
  }

  private quotas(): LaneRequest[] {
    const nowMs = this.runtime.clock.monotonicMs();
    let room = this.dispatcher.room(this.pace.answersMeanwhile);
    const quotas: LaneRequest[] = [];
    const due = this.dueLanes();
    // Each round begins with another lane, so that none is always served last when connections are short.
    this.firstLane = (this.firstLane + 1) % Math.max(1, due.length);
    for (const phoneNumberId of [...due.slice(this.firstLane), ...due.slice(0, this.firstLane)]) {
      if (room <= 0) break;
      const quota = this.limits.quota(phoneNumberId, nowMs, Math.min(room, MOST_PER_LANE), this.pace.aheadMs);
      if (quota === null) continue;
      room -= quota.upTo;
      quotas.push({ phoneNumberId, ...quota });
    }
    return quotas;
  }

  private async send(quotas: readonly LaneRequest[]): Promise<void> {
    const answeredBefore = this.dispatcher.answeredCount;
    const askedAtMs = this.runtime.clock.monotonicMs();
    const { mayGo, ...held } = await this.queue.peek(quotas);
    const admitted = await this.admit(mayGo, held);
    if (admitted.length === 0) return;
    const touched = new Set(admitted.map((m) => m.phone_number_id));
    const armingMs = this.runtime.clock.monotonicMs();
    const armed = await this.arm(
      [...touched].flatMap((id) => this.keeper.lane(id) ?? []),
      admitted.map((m) => m.id),
    );
    this.armed.inc(armed.length);
    if (armed.length > 0) this.runtime.crash.pass('armed');
    this.pace.learn(this.runtime.clock.monotonicMs() - askedAtMs, this.dispatcher.answeredCount - answeredBefore);
    // Counted from before they were armed, so that it ends before any other owner's reckoning does.
    const untilMs = armingMs + ARM_TO_WIRE_MS;
    for (const message of armed) void this.dispatch(message, untilMs);
    this.limits.endRound([...touched], this.runtime.clock.monotonicMs());
  }

  /** Those that may go by every limit; the others are put off together, so that they stand in nobody's way. */
  private async admit(due: readonly DueMessage[], held: HeldMessages): Promise<DueMessage[]> {
    const nowMs = this.runtime.clock.monotonicMs();
    const waiting: { id: string; inMs: number }[] = [];
    const admitted = due.filter((m) => {
      const holds = {
        messaging: held.messaging.get(m.id) ?? null,
        marketing: held.marketing.get(m.id) ?? null,
        marketingCap: held.marketingCap.get(m.id) ?? null,
        templateHold: held.template.get(m.id) ?? null,
      };
      const verdict = this.limits.admit({ ...this.toCandidate(m), ...holds }, nowMs);
      if (verdict.kind === 'go') return true;
      const untilMs = verdict.kind === 'wait' ? verdict.untilMs : null;
      const mostMs = PUT_OFF_LONGER_MS[verdict.limit] ?? PUT_OFF_MOST_MS;
      const inMs = Math.min(mostMs, Math.max(1, (untilMs ?? Infinity) - nowMs));
      waiting.push({ id: m.id, inMs });
      this.schedule.wakeIn(m.phone_number_id, inMs, queueOf(m));
      return false;
    });
    if (waiting.length > 0) await this.queue.putOff(waiting);
    return admitted;
  }

  private toCandidate(m: DueMessage): Candidate {
    return {
      id: m.id,
      phoneNumberId: m.phone_number_id,
      ...this.limits.ownersOf(m.phone_number_id),
      recipient: m.recipient,
      type: m.type,
      template: m.template,
      expiresAtMs: null,
      isUrgent: m.priority === 0,
    };
  }

  /** Arms messages. When the answer is lost, nobody knows whether they are armed: that is looked up later. */
  private async arm(lanes: readonly HeldLane[], ids: readonly string[]): Promise<ArmedMessage[]> {
    try {
      return await this.queue.arm({ workerId: this.keeper.workerId, lanes, ids });
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
    if (retryInMs !== null) this.schedule.wakeIn(lane, retryInMs, queueOf(message));
  }

  /** Not before `tickMs`, and not before some lane has a message and may send it. */
  private untilNext(lanes: readonly HeldLane[], tickMs: number): number {
    const nowMs = this.runtime.clock.monotonicMs();
    let earliestMs = nowMs + this.schedule.surveyEveryMs(lanes.length);
    for (const [phoneNumberId, dueMs] of this.schedule.known()) {
      if (dueMs >= earliestMs || this.keeper.lane(phoneNumberId) === undefined) continue;
      const freeMs = this.limits.freeAtMs(phoneNumberId, nowMs);
      earliestMs = Math.min(earliestMs, Math.max(dueMs, freeMs - this.pace.aheadMs));
    }
    return Math.max(tickMs, earliestMs) - nowMs;
  }
}

function queueOf(m: DueMessage | ArmedMessage): QueueName {
  return { priority: m.priority, fairnessKey: m.fairness_key };
}
