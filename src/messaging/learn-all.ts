import { type Fact, type Learned, learn, type MessageRecord } from '../core/delivery/message-lifecycle.js';

/** Learns several facts about one message, in order; the events of all of them come out. */
export function learnAll(before: MessageRecord, facts: readonly Fact[], now: Date): Learned {
  return facts.reduce<Learned>(
    (soFar, fact) => {
      const next = learn(soFar.message, fact, now);
      return {
        message: next.message,
        events: [...soFar.events, ...next.events],
        dueInMs: next.dueInMs ?? soFar.dueInMs,
      };
    },
    { message: before, events: [], dueInMs: null },
  );
}
