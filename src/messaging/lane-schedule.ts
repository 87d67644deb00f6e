import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../core/clock.js';
import { CLOCK } from '../platform/tokens.js';

/**
 * How often idle lanes are asked for work that other processes queued: seldom when there are many, but for a survey that found so
 * few numbers waiting anywhere that it cost next to nothing.
 */
const SURVEY_MS = { least: 100, perLane: 0.5, most: 2000, mostWhenQuiet: 200 };

/**
 * When each lane of this worker has its next message, as far as it knows: so that idle lanes cost nothing, and a lane
 * with work is looked at in the next round. Knowing too early costs one look; knowing too late cannot last longer than
 * a survey.
 */
@Injectable()
export class LaneSchedule {
  private readonly dueAt = new Map<string, number>();
  private lastSurveyMs = Number.NEGATIVE_INFINITY;
  private listener: () => void = () => undefined;
  private isQuiet = false;

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /** Sets who is told when a lane becomes due at once; there is one send loop in a process. */
  listen(listener: () => void): void {
    this.listener = listener;
  }

  /** The lane has a message that is due now. */
  wake(phoneNumberId: string): void {
    this.dueAt.set(phoneNumberId, this.clock.monotonicMs());
    this.listener();
  }

  /** The lane has a message that is due in a while. */
  wakeIn(phoneNumberId: string, ms: number): void {
    const atMs = this.clock.monotonicMs() + ms;
    if (atMs < this.dueAtMs(phoneNumberId)) this.dueAt.set(phoneNumberId, atMs);
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
   * A lane that gave less than it was asked for has nothing more that is due. Only a lane whose entry has not been
   * touched since `askedAtMs` is put to rest: a wake-up during the look must not be forgotten.
   */
  looked(askedAtMs: number, asked: readonly { phoneNumberId: string; upTo: number }[], given: readonly string[]): void {
    const counts = new Map<string, number>();
    for (const id of given) counts.set(id, (counts.get(id) ?? 0) + 1);
    for (const { phoneNumberId, upTo } of asked) {
      const isEmpty = (counts.get(phoneNumberId) ?? 0) < upTo;
      if (isEmpty && this.dueAtMs(phoneNumberId) < askedAtMs) this.dueAt.delete(phoneNumberId);
    }
  }

  /** The lanes of which a message is known, and when it is due: few of the many that are idle. */
  known(): IterableIterator<[phoneNumberId: string, dueAtMs: number]> {
    return this.dueAt.entries();
  }

  /** Forgets what is known of a lane: it is somebody else's. */
  forget(phoneNumberId: string): void {
    this.dueAt.delete(phoneNumberId);
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
  surveyed(found: readonly { phone_number_id: string; in_ms: number }[], isQuiet = false): void {
    this.lastSurveyMs = this.clock.monotonicMs();
    this.isQuiet = isQuiet;
    for (const { phone_number_id, in_ms } of found) this.wakeIn(phone_number_id, in_ms);
  }
}
