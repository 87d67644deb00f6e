import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../core/clock.js';
import { CLOCK } from '../platform/tokens.js';
import type { QueueSlice } from './send-queue.store.js';

/**
 * How often idle lanes are asked for work that other processes queued: seldom when there are many, but for a survey that found so
 * few numbers waiting anywhere that it cost next to nothing.
 */
const SURVEY_MS = { least: 100, perLane: 0.5, most: 2000, mostWhenQuiet: 200 };

/** A queue of a lane: the messages of one priority that share a fairness key, which is empty for all that name none. */
export interface QueueName {
  readonly priority: number;
  readonly fairnessKey: string;
}

/**
 * When each lane of this worker has its next message, as far as it knows: so that idle lanes cost nothing, and a lane
 * with work is looked at in the next round. Knowing too early costs one look; knowing too late cannot last longer than
 * a survey. Queues with a fairness key are known one by one; those without are looked at whenever their lane is.
 */
@Injectable()
export class LaneSchedule {
  private readonly dueAt = new Map<string, number>();
  private readonly queues = new Map<string, KnownQueues>();
  private lastSurveyMs = Number.NEGATIVE_INFINITY;
  private listener: () => void = () => undefined;
  private isQuiet = false;

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /** Sets who is told when a lane becomes due at once; there is one send loop in a process. */
  listen(listener: () => void): void {
    this.listener = listener;
  }

  /** The lane has a message that is due now; in which queue is not always known. */
  wake(phoneNumberId: string, queue?: QueueName): void {
    const nowMs = this.clock.monotonicMs();
    this.dueAt.set(phoneNumberId, nowMs);
    if (queue !== undefined && queue.fairnessKey !== '') this.queuesOf(phoneNumberId).put(queue, nowMs);
    this.listener();
  }

  /** The lane has a message that is due in a while. */
  wakeIn(phoneNumberId: string, ms: number, queue?: QueueName): void {
    const atMs = this.clock.monotonicMs() + ms;
    if (atMs < this.dueAtMs(phoneNumberId)) this.dueAt.set(phoneNumberId, atMs);
    if (queue !== undefined && queue.fairnessKey !== '') this.queuesOf(phoneNumberId).hasBy(queue, atMs);
  }

  /** When the lane's next message is due; infinity when none is known. */
  dueAtMs(phoneNumberId: string): number {
    return this.dueAt.get(phoneNumberId) ?? Number.POSITIVE_INFINITY;
  }

  /** Tells whether the lane has a message that is due now. */
  isDue(phoneNumberId: string): boolean {
    return this.dueAtMs(phoneNumberId) <= this.clock.monotonicMs();
  }

  /**
   * The keys of a lane's queues of one priority that have a message now. The empty key is among them only when others are: it
   * is looked at anyway, and this tells whether it takes part in sharing.
   */
  dueKeys(phoneNumberId: string, priority: number): string[] {
    return this.queues.get(phoneNumberId)?.due(priority, this.clock.monotonicMs()) ?? [];
  }

  /** When a look at some queues begins, for {@link looked}. */
  beginLook(): number {
    return this.clock.monotonicMs();
  }

  /**
   * A queue that gave less than it was asked for has nothing more that is due, and a lane nothing when that goes for all its
   * queues of the priorities that were asked for. `given` says how much each slice gave. Only what has not been touched since `askedAtMs` is put to rest: a wake-up
   * during the look must not be forgotten.
   */
  looked(askedAtMs: number, slices: readonly QueueSlice[], given: readonly number[]): void {
    const lanes = new Map<string, { hasMore: boolean; mostPriority: number }>();
    for (const [i, slice] of slices.entries()) {
      const { phoneNumberId, upTo } = slice;
      const hasMore = (given[i] ?? 0) >= upTo;
      const queues = this.queues.get(phoneNumberId);
      if (hasMore) queues?.hasBy(slice, askedAtMs);
      else queues?.rest(slice, askedAtMs);
      const lane = lanes.get(phoneNumberId) ?? { hasMore: false, mostPriority: 0 };
      lane.hasMore ||= hasMore;
      lane.mostPriority = Math.max(lane.mostPriority, slice.priority);
      lanes.set(phoneNumberId, lane);
    }
    const nowMs = this.clock.monotonicMs();
    for (const [id, { hasMore, mostPriority }] of lanes) {
      const queues = this.queues.get(id);
      if (queues?.isEmpty === true) this.queues.delete(id);
      // What nobody asks for, because it is stopped, would keep its lane busy for nothing.
      if (hasMore || queues?.isDue(mostPriority, nowMs) === true) continue;
      if (this.dueAtMs(id) < askedAtMs) this.dueAt.delete(id);
    }
  }

  /** The lanes of which a message is known, and when it is due: few of the many that are idle. */
  known(): IterableIterator<[phoneNumberId: string, dueAtMs: number]> {
    return this.dueAt.entries();
  }

  /** Forgets what is known of a lane: it is somebody else's. */
  forget(phoneNumberId: string): void {
    this.dueAt.delete(phoneNumberId);
    this.queues.delete(phoneNumberId);
  }

  /** How long a survey stays good with so many lanes. */
  surveyEveryMs(lanes: number): number {
    const mostMs = this.isQuiet ? SURVEY_MS.mostWhenQuiet : SURVEY_MS.most;
    return Math.min(mostMs, Math.max(SURVEY_MS.least, lanes * SURVEY_MS.perLane));
  }

  /** Tells whether it is time to ask the database again when each lane is due. */
  surveyDue(lanes: number): boolean {
    return this.clock.monotonicMs() - this.lastSurveyMs >= this.surveyEveryMs(lanes);
  }

  /** Takes on what a survey found. `isQuiet`: few numbers had anything that waits, whoever owns them. */
  surveyed(
    found: readonly (QueueName & { readonly phoneNumberId: string; readonly inMs: number })[],
    isQuiet = false,
  ): void {
    this.lastSurveyMs = this.clock.monotonicMs();
    this.isQuiet = isQuiet;
    for (const queue of found) this.wakeIn(queue.phoneNumberId, queue.inMs, queue);
  }

  private queuesOf(phoneNumberId: string): KnownQueues {
    const known = this.queues.get(phoneNumberId) ?? new KnownQueues();
    this.queues.set(phoneNumberId, known);
    return known;
  }
}

/** The queues of one lane of which a message is known, and when it is due, by priority and fairness key. */
class KnownQueues {
  private readonly dueAt = new Map<number, Map<string, number>>();

  put({ priority, fairnessKey }: QueueName, atMs: number): void {
    const ofPriority = this.dueAt.get(priority) ?? new Map<string, number>();
    this.dueAt.set(priority, ofPriority.set(fairnessKey, atMs));
  }

  /** Something is due by then, or earlier if that was known. */
  hasBy(queue: QueueName, atMs: number): void {
    const known = this.dueAt.get(queue.priority)?.get(queue.fairnessKey) ?? Number.POSITIVE_INFINITY;
    if (atMs < known) this.put(queue, atMs);
  }

  rest({ priority, fairnessKey }: QueueName, askedAtMs: number): void {
    const ofPriority = this.dueAt.get(priority);
    if (ofPriority === undefined || (ofPriority.get(fairnessKey) ?? askedAtMs) >= askedAtMs) return;
    ofPriority.delete(fairnessKey);
    if (ofPriority.size === 0 || (ofPriority.size === 1 && ofPriority.has(''))) this.dueAt.delete(priority);
  }

  due(priority: number, nowMs: number): string[] {
    const keys: string[] = [];
    for (const [key, atMs] of this.dueAt.get(priority) ?? []) if (atMs <= nowMs) keys.push(key);
    return keys;
  }

  isDue(mostPriority: number, nowMs: number): boolean {
    return [...this.dueAt.keys()].some((priority) => priority <= mostPriority && this.due(priority, nowMs).length > 0);
  }

  get isEmpty(): boolean {
    return this.dueAt.size === 0;
  }
}
