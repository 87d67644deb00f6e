import { type GcraLimit, gcraAllowed, gcraFreeAtMs, gcraSpend } from './gcra.js';
import type { WarmUpPolicy, WarmUpStage } from './warm-up.js';

/** Something that was sent, for a pace that is derived anew. */
export interface PastSend {
  readonly type: string;
  readonly atMs: number;
}

const MINUTE_MS = 60_000;

/**
 * How fast a number in one stage of its warm-up may send: evenly, up to its peak after a pause, and with a break after
 * the longest run. A run is sending without ever falling more than one turn behind the rate, which a number that sends
 * less than half of it does not: it needs no break. Everything follows from what was sent, so a new owner of the lane
 * replays that. Instants are milliseconds on any one scale.
 */
export class WarmUpPace {
  private readonly limit: GcraLimit;
  private tatMs = Number.NEGATIVE_INFINITY;
  private runSinceMs = Number.NEGATIVE_INFINITY;
  private restsUntilMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly stage: WarmUpStage,
    private readonly weights: WarmUpPolicy['weights'],
    sends: readonly PastSend[] = [],
  ) {
    this.limit = {
      everyMs: MINUTE_MS / stage.perMinute,
      burst: Math.max(1, stage.peakPerMinute - stage.perMinute + 1),
    };
    for (const { type, atMs } of [...sends].sort((a, b) => a.atMs - b.atMs)) this.spend(type, atMs);
  }

  /** How many messages may go at `nowMs`, at most `upTo`; counted as if each weighed 1. */
  allowed(nowMs: number, upTo: number): number {
    return this.restsUntilMs > nowMs ? 0 : Math.min(upTo, gcraAllowed(this.limit, this.tatMs, nowMs));
  }

  /** When one more may go; in the past when it may now. */
  get freeAtMs(): number {
    return Math.max(this.restsUntilMs, gcraFreeAtMs(this.limit, this.tatMs));
  }

  /** A message goes out. */
  spend(type: string, nowMs: number): void {
    const isBehind = nowMs - this.tatMs > this.limit.everyMs;
    if (isBehind || this.restsUntilMs > this.runSinceMs) this.runSinceMs = Math.max(nowMs, this.restsUntilMs);
    const weight = this.weights[type] ?? 1;
    const { everyMs, burst } = this.limit;
    // What was sent faster than this, before the warm-up was chosen, is not paid off for hours.
    const mostMs = nowMs + everyMs * (burst - 1 + weight);
    this.tatMs = Math.min(mostMs, gcraSpend(this.limit, this.tatMs, nowMs, weight));
    if (nowMs - this.runSinceMs >= this.stage.longestRunMs) this.restsUntilMs = nowMs + this.stage.restMs;
  }

  /** What holds the next message, in words; null when nothing does at `nowMs`. */
  holdAt(nowMs: number): { readonly untilMs: number; readonly reason: string } | null {
    const untilMs = this.freeAtMs;
    if (untilMs <= nowMs) return null;
    const { perMinute, longestRunMs, restMs } = this.stage;
    const rate = `the number warms up at ${perMinute} messages a minute`;
    if (this.restsUntilMs <= nowMs) return { untilMs, reason: rate };
    const minutes = (ms: number) => Math.round(ms / MINUTE_MS);
    return { untilMs, reason: `${rate}, and rests ${minutes(restMs)} minutes after ${minutes(longestRunMs)} of it` };
  }
}
