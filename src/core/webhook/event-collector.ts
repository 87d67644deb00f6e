import type { JsonValue } from './json-value.js';
import type { NoticePlace, UnknownReason, WebhookEvent } from './webhook-event.js';

/**
 * Unreadable parts reported one by one. Meta puts at most 1000 updates into a body, so more come only from someone who
 * fills 3 MB with `[1,1,1,…`; each would cost a row. Statuses and messages are never capped.
 */
export const MAX_UNKNOWN_EVENTS = 1000;

/** Gathers the events of one body, in the order in which they stand there. */
export class EventCollector {
  readonly events: WebhookEvent[] = [];
  private unknownCount = 0;
  private seen = 0;

  /** How many parts were seen so far, those beyond the cap included: grows with every call of the two below. */
  get count(): number {
    return this.seen;
  }

  /** Keeps an event. */
  add(event: WebhookEvent): void {
    this.seen += 1;
    this.events.push(event);
  }

  /** Keeps a part nobody could read; from {@link MAX_UNKNOWN_EVENTS} on one last event stands for all the rest. */
  addUnknown({ wabaId, field, toldAt }: NoticePlace, reason: UnknownReason, raw: JsonValue): void {
    this.seen += 1;
    this.unknownCount += 1;
    if (this.unknownCount <= MAX_UNKNOWN_EVENTS) {
      this.events.push({ kind: 'unknown', wabaId, field, toldAt, reason, raw });
    } else if (this.unknownCount === MAX_UNKNOWN_EVENTS + 1) {
      this.events.push({ kind: 'unknown', wabaId: '', field: '', toldAt: null, reason: 'too_many_unknown', raw: null });
    }
  }
}
