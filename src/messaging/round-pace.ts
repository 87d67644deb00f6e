/**
 * Least time from the start of one round of the send loop to the next, in milliseconds. Longer rounds arm more messages with one commit; the
 * limiter's burst bridges them. Whatever one round arms is on the wire within it, so a crash leaves no more than that without a known outcome.
 */
export const TICK_MS = 10;

/** How far ahead at most a round looks, in milliseconds, and how much of the latest round is taken on. */
const AHEAD = { mostMs: 25, weight: 0.1 };

/** How much of the latest round's answers is taken on: room that is not there makes messages wait, so it is forgotten sooner. */
const ANSWERS_WEIGHT = 0.2;

/**
 * What the send loop learned from its rounds. A round takes time from its quotas to the messages it arms, and what becomes free
 * meanwhile, of the level and of the connections, is this round's to use: without looking ahead both stand empty for so long again and again.
 */
export class RoundPace {
  private ahead = 0;
  private answers = 0;

  /**
   * How long before its turn a message is looked for, in milliseconds: until the next round will have armed its own. What a crash
   * leaves without a known outcome grows by that time, hence the most.
   */
  get aheadMs(): number {
    return this.ahead;
  }

  /** How many sends are answered, as a rule, while a round looks for messages and arms them. */
  get answersMeanwhile(): number {
    return Math.round(this.answers);
  }

  /** A round took `tookMs` from its quotas to its messages, and so many sends were answered meanwhile. */
  learn(tookMs: number, answered: number): void {
    const wantedMs = Math.min(AHEAD.mostMs, tookMs + Math.max(TICK_MS, tookMs));
    this.ahead += (wantedMs - this.ahead) * AHEAD.weight;
    this.answers += (answered - this.answers) * ANSWERS_WEIGHT;
  }
}
