import { isMediaKind } from './media-circuit.js';
import { type Stop, type StoppableMessage, stopOf } from './stop.js';

/** The limits that a message can wait for, by the names that callers see. */
export type LimitName =
  | 'stop'
  | 'template'
  | 'calls'
  | 'messaging'
  | 'marketing'
  | 'marketing_cap'
  | 'media'
  | 'pair'
  | 'warm_up'
  | 'throughput';

/** How much of a limit is used that counts something about one message: its person's, say. */
export interface Counted {
  readonly used: number;
  readonly allowed: number;
}

/** What a limit that was asked about beforehand says of one message. */
export interface Held {
  readonly untilMs: number | null;
  readonly reason: string;
  /** For limits that count what a person had. */
  readonly counted?: Counted;
}

/** Whether a message may go, and if not, when and why. Times are on the scale of `nowMs`. */
export type Verdict =
  | { readonly kind: 'go' }
  | {
      readonly kind: 'wait';
      /** When it may go by this limit; null when only a release ends the wait. */
      readonly untilMs: number | null;
      readonly limit: LimitName;
      readonly reason: string;
      readonly counted?: Counted;
    }
  | { readonly kind: 'refuse'; readonly limit: LimitName; readonly reason: string; readonly counted?: Counted };

/** A message as far as limits go. */
export interface LimitedMessage extends StoppableMessage {
  /** After which nobody wants it; null when always. */
  readonly expiresAtMs: number | null;
}

/** The state of every limit that concerns one message. All instants are on one scale; those in the past hold nobody. */
export interface LimitState {
  readonly stops: readonly Stop[];
  /** Calls are paused for the number, its WABA or its app, and why. */
  readonly pause: { readonly untilMs: number; readonly reason: string } | null;
  /** The portfolio has reached as many new people as it may, and this one is not among them; absent when it may go. */
  readonly messaging?: Held | null;
  /** Marketing to this person is held after a refusal of Meta's; absent when it may go. */
  readonly marketing?: Held | null;
  /** The person has had as much marketing as a policy allows; absent when it may go. */
  readonly marketingCap?: Held | null;
  /** Its template is paused or in review; absent when it may go. */
  readonly template?: Held | null;
  /** Media of the number may go. */
  readonly mediaFreeAtMs: number;
  /** The recipient may have one more. */
  readonly pairFreeAtMs: number;
  /** The number is new and goes slowly, because somebody chose so. */
  readonly warmUp: { readonly untilMs: number; readonly reason: string } | null;
  /** The number's second has room. */
  readonly throughputFreeAtMs: number;
}

/** One limit: when it lets the message go, or null when it does not hold it. */
type LimitRule = (message: LimitedMessage, state: LimitState, nowMs: number) => Held | null;

/** Every limit, the gravest first. A new one is a line here and a field of the state. */
export const LIMIT_RULES: Readonly<Record<LimitName, LimitRule>> = {
  stop: (message, state, nowMs) => {
    const stop = stopOf(message, state.stops, nowMs);
    return stop === null ? null : { untilMs: stop.untilMs, reason: stop.reason };
  },
  template: (_, state) => state.template ?? null,
  calls: (_, state) => state.pause,
  messaging: (_, state) => state.messaging ?? null,
  marketing: (_, state) => state.marketing ?? null,
  marketing_cap: (_, state) => state.marketingCap ?? null,
  media: (message, state) =>
    isMediaKind(message.type)
      ? { untilMs: state.mediaFreeAtMs, reason: 'five media messages in a row failed, so media of this number pauses' }
      : null,
  pair: (_, state) => ({
    untilMs: state.pairFreeAtMs,
    reason: 'this recipient has had as many messages from this number as Meta allows: one every 6 seconds, 45 at once',
  }),
  warm_up: (_, state) => state.warmUp,
  throughput: (_, state) => ({ untilMs: state.throughputFreeAtMs, reason: 'the number sends as fast as Meta allows' }),
};

/** Everything that holds the message at `nowMs`, the gravest first; nothing when it may go. */
export function holdsOf(
  message: LimitedMessage,
  state: LimitState,
  nowMs: number,
): (Held & { readonly limit: LimitName })[] {
  return (Object.keys(LIMIT_RULES) as LimitName[]).flatMap((limit) => {
    const hold = LIMIT_RULES[limit](message, state, nowMs);
    return hold === null || (hold.untilMs !== null && hold.untilMs <= nowMs) ? [] : [{ limit, ...hold }];
  });
}

/**
 * Decides whether a message may go. Of several limits that hold it the one that lasts longest is named, because only
 * then it goes; a message that nobody wants any more by that time is refused.
 */
export function admit(message: LimitedMessage, state: LimitState, nowMs: number): Verdict {
  const holds = holdsOf(message, state, nowMs);
  const last = holds.reduce<(typeof holds)[number] | null>(
    (a, b) => (a === null || (a.untilMs ?? Infinity) < (b.untilMs ?? Infinity) ? b : a),
    null,
  );
  if (last === null) return { kind: 'go' };
  const { limit, untilMs, reason } = last;
  const counted = last.counted === undefined ? {} : { counted: last.counted };
  if (untilMs !== null && message.expiresAtMs !== null && untilMs >= message.expiresAtMs) {
    return { kind: 'refuse', limit, reason: `it expires before it may go: ${reason}`, ...counted };
  }
  return { kind: 'wait', untilMs, limit, reason, ...counted };
}
