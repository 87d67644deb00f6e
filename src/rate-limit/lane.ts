import type { Held, LimitedMessage, LimitState, Verdict } from '../core/limits/admit.js';
import { admit } from '../core/limits/admit.js';
import { LaneLimiter } from '../core/limits/lane-limiter.js';
import { MediaCircuit } from '../core/limits/media-circuit.js';
import { PairState } from '../core/limits/pair-limit.js';
import type { Stop } from '../core/limits/stop.js';
import type { WarmUpPace } from '../core/limits/warm-up-pace.js';

/** A message that waits in a lane, as its limits see it. */
export interface Candidate extends LimitedMessage {
  readonly id: string;
  readonly recipient: string;
  /** A one-time password: waits for limits, and not behind others. */
  readonly isUrgent: boolean;
  /** What the messaging limit says of its person; null when nothing holds it. */
  readonly messaging?: Held | null;
  /** Marketing to its person is held; null when it is not, or it is none. */
  readonly marketing?: Held | null;
  /** Its person has had as much marketing as a policy allows; null when nothing holds it. */
  readonly marketingCap?: Held | null;
  /** Its template is paused or in review; null when it can be sent, or it has none. */
  readonly templateHold?: Held | null;
}

/** A message that was admitted, by its place among those of its pair. */
export interface PairPlace {
  readonly pair: PairState;
  readonly place: number;
}

/** How often pairs that owe nothing any more are forgotten. */
const FORGET_EVERY_MS = 5000;

/** Every limit of one number, in the memory of the worker that owns its lane. Instants are monotonic milliseconds. */
export class Lane {
  private readonly pairs = new Map<string, PairState>();
  /** Admitted in this round and not launched yet. */
  private readonly admitted = new Map<string, PairPlace>();
  private forgottenAtMs = Number.NEGATIVE_INFINITY;
  private warmUp: WarmUpPace | null = null;

  constructor(
    readonly limiter: LaneLimiter,
    readonly media = new MediaCircuit(),
  ) {}

  /** Counts what an earlier owner sent to a recipient: it is paid for at `paidAtMs`. */
  inheritPair(recipient: string, paidAtMs: number): void {
    this.pairs.set(recipient, new PairState(paidAtMs));
  }

  /** Goes on with what an earlier owner had begun: nothing goes to a recipient before `untilMs`. */
  inheritHold(recipient: string, untilMs: number): void {
    const pair = this.pairs.get(recipient) ?? new PairState();
    pair.hold(untilMs);
    this.pairs.set(recipient, pair);
  }

  /** Warms up at this pace from now on, or not any more (null). */
  warmUpAt(pace: WarmUpPace | null): void {
    this.warmUp = pace;
  }

  /** How many messages may go by `aheadMs` from `nowMs`, at most `upTo`, by what holds all of them alike. */
  allowed(nowMs: number, upTo: number, aheadMs = 0): number {
    const most = this.warmUp === null ? upTo : this.warmUp.allowed(nowMs, upTo);
    return most === 0 ? 0 : this.limiter.allowed(nowMs, most, aheadMs);
  }

  /** The first instant from `nowMs` on at which one message may go. */
  freeAtMs(nowMs: number): number {
    return Math.max(this.limiter.freeAtMs(nowMs), this.warmUp?.freeAtMs ?? 0);
  }

  /** Recipients that are remembered. */
  get pairCount(): number {
    return this.pairs.size;
  }

  /**
   * Decides whether a message may be armed, by everything but the number's throughput, which the caller has asked
   * about for the whole round; one that may counts from now on.
   */
  admit(message: Candidate, stops: readonly Stop[], nowMs: number): Verdict {
    const pair = this.pairs.get(message.recipient) ?? new PairState();
    const state: LimitState = {
      stops,
      pause: null,
      messaging: message.messaging ?? null,
      marketing: message.marketing ?? null,
      marketingCap: message.marketingCap ?? null,
      template: message.templateHold ?? null,
      mediaFreeAtMs: this.media.freeAtMs,
      pairFreeAtMs: pair.turnOf(message.id, nowMs, message.isUrgent),
      warmUp: this.warmUp?.holdAt(nowMs) ?? null,
      throughputFreeAtMs: Number.NEGATIVE_INFINITY,
    };
    const verdict = admit(message, state, nowMs);
    if (verdict.kind === 'go') {
      this.admitted.set(message.id, { pair, place: pair.spend(message.id, nowMs) });
      this.pairs.set(message.recipient, pair);
      this.warmUp?.spend(message.type, nowMs);
    }
    return verdict;
  }

  /** The place of a message that is launched now; undefined when it was not admitted in this round. */
  claimPlace(messageId: string): PairPlace | undefined {
    const place = this.admitted.get(messageId);
    this.admitted.delete(messageId);
    return place;
  }

  /** A round is over: what was admitted and not launched was taken by nobody, and forgets pairs that owe nothing. */
  endRound(nowMs: number): void {
    this.admitted.clear();
    if (nowMs - this.forgottenAtMs < FORGET_EVERY_MS) return;
    this.forgottenAtMs = nowMs;
    for (const [recipient, pair] of this.pairs) if (pair.isOver(nowMs)) this.pairs.delete(recipient);
  }
}
