import { ArrivalWindow } from './arrival-window.js';
import { gcraAllowed, gcraFreeAtMs, gcraSpend } from './gcra.js';

/** Why a lane sends nothing now. */
export interface Pause {
  readonly untilMs: number;
  readonly reason: string;
  /** Only this worker has cause for it, as when it does not reach Meta: another owner of the lane need not wait. */
  readonly isOfWorker: boolean;
}

const SECOND_MS = 1000;

/**
 * Share of a second's limit that may go at once after a stall, to catch up with it. The log bounds the second anyway.
 */
const BURST_SHARE = 0.1;

/**
 * How the rate gives way when Meta says that it is too high (130429), and how it comes back: a seventeenth less, once a
 * second at most, and two hundredths of the level more for every second without refusal. A stray refusal costs little;
 * a level that is half of what we believe is reached within twelve seconds.
 */
const GIVE_WAY = { factor: 0.94, everyMs: 1000, backShare: 0.02, leastShare: 0.05 };

/**
 * How fast one phone number may send, in the memory of the one worker that owns its lane: exact, and without a round
 * trip. Two rules together: a log that lets no more than the level arrive at Meta in any second, and even spacing,
 * because even sends survive what bursts do not (guide: 42 % fewer refusals). Time is monotonic milliseconds.
 *
 * A message is taken (it has its slot), then written or given back, then heard of.
 */
export class LaneLimiter {
  private readonly window: ArrivalWindow;
  private tatMs = Number.NEGATIVE_INFINITY;
  /** For everybody's reasons, and for those of this worker. */
  private paused: Pause | null = null;
  private unreachable: Pause | null = null;
  /** The part of the level that is in use, when it last gave way and when Meta last refused, or it came back a step. */
  private share = 1;
  private gaveWayAtMs = Number.NEGATIVE_INFINITY;
  private quietSinceMs = Number.NEGATIVE_INFINITY;
  /** Messages per second that people are expected to write: they count against the same level. */
  private reserveMps = 0;

  constructor(
    private levelMps: number,
    guardMs: number,
  ) {
    this.window = new ArrivalWindow(levelMps, guardMs);
  }

  /** The messages per second that the number is allowed. */
  get throughputMps(): number {
    return this.levelMps;
  }

  /** The messages per second that may be sent: less than the level while Meta refuses some or people write. */
  get currentMps(): number {
    return this.window.limit;
  }

  /** The part of the level that is in use, from above 0 to 1: less than 1 after Meta has refused some. */
  get shareOfLevel(): number {
    return this.share;
  }

  /** The messages per second kept free for what people write. */
  get inboundReserveMps(): number {
    return this.reserveMps;
  }

  /** Messages that count against the second that ends at `nowMs`. */
  usedAt(nowMs: number): number {
    return this.window.usedAt(nowMs);
  }

  /** Takes on a new level at once, and tries it in full. */
  setThroughput(throughputMps: number): void {
    if (throughputMps === this.levelMps) return;
    this.levelMps = throughputMps;
    this.use(1);
  }

  /** Keeps so many messages per second free for what people write: at most half of the level. */
  reserveInbound(mps: number): void {
    const reserveMps = Math.min(mps, Math.floor(this.levelMps / 2));
    if (reserveMps === this.reserveMps) return;
    this.reserveMps = reserveMps;
    this.use(this.share);
  }

  /**
   * Meta refused a message for the number's throughput: gives way a little, once a second at most. What was sent before
   * it last gave way, and is refused afterwards, says nothing of the rate that it has now.
   */
  giveWay(nowMs: number, sentAtMs = nowMs): void {
    if (sentAtMs < this.gaveWayAtMs) return;
    // Every refusal keeps it from coming back; a lane that came back once a second whatever happens would never settle.
    this.quietSinceMs = nowMs;
    if (nowMs - this.gaveWayAtMs < GIVE_WAY.everyMs) return;
    this.gaveWayAtMs = nowMs;
    this.use(Math.max(GIVE_WAY.leastShare, this.share * GIVE_WAY.factor));
  }

  /**
   * How many messages may go at `nowMs`, at most `upTo`; with those that may within `aheadMs`, for whoever takes that
   * long to get them ready, and asks for each when its turn is (`take`).
   */
  allowed(nowMs: number, upTo: number, aheadMs = 0): number {
    if (this.pauseAt(nowMs) !== null) return 0;
    if (this.share < 1 && nowMs - this.quietSinceMs >= GIVE_WAY.everyMs) {
      this.quietSinceMs = nowMs;
      this.use(Math.min(1, this.share + GIVE_WAY.backShare));
    }
    const atMs = nowMs + aheadMs;
    return this.window.allowedAt(atMs, Math.min(upTo, gcraAllowed(this.pace(), this.tatMs, atMs)));
  }

  /** Gives a slot to a message that is about to be written; tells from when on it may be. */
  take(nowMs: number): number {
    const turnMs = Math.max(nowMs, this.window.freeAtMs(nowMs), gcraFreeAtMs(this.pace(), this.tatMs));
    this.window.take();
    this.tatMs = gcraSpend(this.pace(), this.tatMs, turnMs);
    return turnMs;
  }

  /** A message that was taken was never written. */
  giveBack(): void {
    this.window.giveBack();
  }

  /** A message that was taken was written, first on its connection or not; gives its place, to be heard of by. */
  write(atMs: number, isFirst = false): number {
    return this.window.write(atMs, isFirst);
  }

  /** A message was answered, or failed: it and all written before it have arrived by now. */
  hear(place: number, atMs: number, isAnswer: boolean): void {
    this.window.hear(place, atMs, isAnswer);
  }

  /** Counts a message of an earlier owner that had arrived by `atMs`; the oldest first. */
  inherit(atMs: number): void {
    this.window.inherit(atMs);
    this.tatMs = gcraSpend(this.pace(), this.tatMs, atMs);
  }

  /**
   * Goes on with the part of the level that an earlier owner used `agoMs` ago, and the steps it has come back since.
   */
  inheritShare(share: number, agoMs: number, nowMs: number): void {
    const steps = Math.floor(Math.max(0, agoMs) / GIVE_WAY.everyMs);
    this.quietSinceMs = nowMs;
    this.use(Math.min(1, Math.max(GIVE_WAY.leastShare, share) + steps * GIVE_WAY.backShare));
  }

  /** Sends nothing until `untilMs`; a shorter pause than the one in force changes nothing. */
  pause(untilMs: number, reason: string, isOfWorker = false): void {
    const known = isOfWorker ? this.unreachable : this.paused;
    if (known !== null && untilMs <= known.untilMs) return;
    if (isOfWorker) this.unreachable = { untilMs, reason, isOfWorker };
    else this.paused = { untilMs, reason, isOfWorker };
  }

  /** Ends the pause in force if this is its reason: by now something else holds the lane. */
  endPause(reason: string): void {
    if (this.paused?.reason === reason) this.paused = null;
  }

  /** The pause in force, the longest if there are two; null when there is none. */
  pauseAt(nowMs: number): Pause | null {
    const [lasting, own] = [this.lastingPauseAt(nowMs), inForce(this.unreachable, nowMs)];
    if (lasting === null || own === null) return lasting ?? own;
    return own.untilMs > lasting.untilMs ? own : lasting;
  }

  /** The pause in force that another owner of the lane has to keep as well, or null. */
  lastingPauseAt(nowMs: number): Pause | null {
    return inForce(this.paused, nowMs);
  }

  /** The first instant from `nowMs` on at which one message may go. */
  freeAtMs(nowMs: number): number {
    const paceMs = gcraFreeAtMs(this.pace(), this.tatMs);
    return Math.max(nowMs, this.pauseAt(nowMs)?.untilMs ?? 0, this.window.freeAtMs(nowMs), paceMs);
  }

  private use(share: number): void {
    this.share = share;
    this.window.resize(Math.max(1, Math.round(this.levelMps * share) - this.reserveMps));
  }

  private pace(): { everyMs: number; burst: number } {
    const limit = this.window.limit;
    return { everyMs: SECOND_MS / limit, burst: Math.max(1, Math.floor(limit * BURST_SHARE)) };
  }
}

function inForce(pause: Pause | null, nowMs: number): Pause | null {
  return pause !== null && pause.untilMs > nowMs ? pause : null;
}
