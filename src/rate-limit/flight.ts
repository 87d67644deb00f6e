import type { Clock } from '../core/clock.js';
import type { LaneLimiter } from '../core/limits/lane-limiter.js';
import type { PairPlace } from './lane.js';

/**
 * One message on its way to Meta, as its lane's limiter sees it: it has a slot from the beginning, and its arrival lies
 * between its first byte and the first byte of the answer. The HTTP client tells both, as near to the socket as it can.
 */
export class Flight {
  /** From when on its first byte may go out, in monotonic milliseconds. */
  readonly turnMs: number;
  private place: number | null = null;
  private isHeard = false;

  constructor(
    private readonly limiter: LaneLimiter,
    private readonly clock: Clock,
    private readonly mayStillSend: () => boolean,
    private readonly ofPair?: PairPlace,
  ) {
    this.turnMs = limiter.take(clock.monotonicMs());
  }

  /** Right before the first byte, first on its connection or not: whether it may still go out. If so, it does now. */
  mayWrite(isFirst: boolean): boolean {
    if (!this.mayStillSend()) return false;
    this.place ??= this.limiter.write(this.clock.monotonicMs(), isFirst);
    return true;
  }

  /** The first byte of an answer was read. */
  answered(): void {
    this.hear(true);
  }

  /** Nothing more will come of it, answer or not. */
  ended(): void {
    if (this.place === null) this.limiter.giveBack();
    else this.hear(false);
  }

  private hear(isAnswer: boolean): void {
    if (this.place === null || this.isHeard) return;
    this.isHeard = true;
    const nowMs = this.clock.monotonicMs();
    this.limiter.hear(this.place, nowMs, isAnswer);
    this.ofPair?.pair.hear(this.ofPair.place, nowMs);
  }
}
