/** How long the fullest second is remembered. */
const MEMORY_SECONDS = 60;

/** What is kept beyond the fullest second, in standard deviations of as many people who write by chance. */
const MARGIN_DEVIATIONS = 1 / 3;

/**
 * How many messages per second of a number's level are kept free for what people write, which counts against the same
 * level and cannot be held back. Learned from traffic: as many as the fullest second of the last minute held, and a
 * little more because a second may begin anywhere and the next one may be fuller. Nothing while nobody writes.
 *
 * Seconds are Meta's own, the timestamps of the messages: webhooks come late and in heaps, and a heap is no rush. (Counted
 * by arrival here, 230 messages a second looked like 248.)
 */
export class InboundReserve {
  /** Messages by the second since the epoch in which Meta took them. */
  private readonly seconds = new Map<number, number>();

  /** Takes on how many messages of a second are known so far; seconds may be told again and in any order. */
  learn(second: number, count: number): void {
    this.seconds.set(second, Math.max(count, this.seconds.get(second) ?? 0));
  }

  /** The messages per second to keep free at `nowSecond`; forgets what is further from it than the memory. */
  reserveMps(nowSecond: number): number {
    for (const second of this.seconds.keys()) {
      if (Math.abs(nowSecond - second) > MEMORY_SECONDS) this.seconds.delete(second);
    }
    const fullest = Math.max(0, ...this.seconds.values());
    return fullest + Math.ceil(Math.sqrt(fullest) * MARGIN_DEVIATIONS);
  }
}
