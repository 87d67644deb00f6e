import { gcraAllowed, gcraFreeAtMs, gcraSpend } from './gcra.js';
import { SlidingWindow } from './sliding-window.js';

/** Why a lane sends nothing now. */
export interface Pause {
  readonly untilMs: number;
  readonly reason: string;
}

const SECOND_MS = 1000;

/** Share of a second's limit that may go at once after a stall, to catch up with it. The log bounds the second anyway. */
const BURST_SHARE = 0.1;

/**
 * How the rate gives way when Meta says that it is too high (130429), and how it comes back: a tenth less, once a
 * second at most, and two hundredths of the level more for every second without refusal. A stray refusal costs little;
 * a level that is half of what we believe is reached within seven seconds.
 */
const GIVE_WAY = { factor: 0.9, everyMs: 1000, backShare: 0.02, leastShare: 0.05 };

/**
 * How fast one phone number may send, in the memory of the one worker that owns its lane: exact, and without a round
 * trip. Two rules together: a log that never lets more than the level into any sliding second (stretched by `guardMs`,
 * because requests can arrive closer together than they left), and even spacing, because even sends survive what
 * bursts do not (guide: 42 % fewer refusals). Time is monotonic milliseconds.
 */
export class LaneLimiter {
  private readonly window: SlidingWindow;
  private readonly windowMs: number;
  private tatMs = Number.NEGATIVE_INFINITY;
  private paused: Pause | null = null;
  /** The part of the level that is in use, and when it changed last. */
  private share = 1;
  private shareChangedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private levelMps: number,
    guardMs: number,
  ) {
    this.windowMs = SECOND_MS + guardMs;
    this.window = new SlidingWindow(levelMps, this.windowMs);
  }

  /** The messages per second that the number is allowed. */
  get throughputMps(): number {
    return this.levelMps;
  }

  /** The messages per second that are in use: less than the level while Meta refuses some. */
  get currentMps(): number {
    return this.window.limit;
  }

  /** Takes on a new level at once, and tries it in full. */
  setThroughput(throughputMps: number): void {
    if (throughputMps === this.levelMps) return;
    this.levelMps = throughputMps;
    this.use(1, this.shareChangedAtMs);
  }

  /** Meta refused a message for the number's throughput: gives way a little, once a second at most. */
  giveWay(nowMs: number): void {
    if (nowMs - this.shareChangedAtMs < GIVE_WAY.everyMs) return;
    this.use(Math.max(GIVE_WAY.leastShare, this.share * GIVE_WAY.factor), nowMs);
  }

  /** How many messages may go at `nowMs`, at most `upTo`. */
  allowed(nowMs: number, upTo: number): number {
    if (this.pauseAt(nowMs) !== null) return 0;
    if (this.share < 1 && nowMs - this.shareChangedAtMs >= GIVE_WAY.everyMs) {
      this.use(Math.min(1, this.share + GIVE_WAY.backShare), nowMs);
    }
    return this.window.allowedAt(nowMs, Math.min(upTo, gcraAllowed(this.pace(), this.tatMs, nowMs)));
  }

  /** Writes down that one message went out. */
  spend(nowMs: number): void {
    this.window.spend(nowMs);
    this.tatMs = gcraSpend(this.pace(), this.tatMs, nowMs);
  }

  /** Sends nothing until `untilMs`; a shorter pause than the one in force changes nothing. */
  pause(untilMs: number, reason: string): void {
    if (this.paused === null || untilMs > this.paused.untilMs) this.paused = { untilMs, reason };
  }

  /** The pause in force, or null. */
  pauseAt(nowMs: number): Pause | null {
    return this.paused !== null && this.paused.untilMs > nowMs ? this.paused : null;
  }

  /** The first instant from `nowMs` on at which one message may go. */
  freeAtMs(nowMs: number): number {
    return Math.max(nowMs, this.paused?.untilMs ?? 0, this.window.freeAtMs(), gcraFreeAtMs(this.pace(), this.tatMs));
  }

  private use(share: number, nowMs: number): void {
    this.share = share;
    this.shareChangedAtMs = nowMs;
    this.window.resize(Math.max(1, Math.round(this.levelMps * share)));
  }

  private pace(): { everyMs: number; burst: number } {
    const limit = this.window.limit;
    return { everyMs: SECOND_MS / limit, burst: Math.max(1, Math.floor(limit * BURST_SHARE)) };
  }
}
