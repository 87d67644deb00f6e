/** What one look at both sides showed. */
export interface Look {
  readonly nowMs: number;
  /** All messages have been posted. */
  readonly allPosted: boolean;
  /** Messages that are not final by their events. */
  readonly open: number;
  /** The platform has nothing in hand. */
  readonly idle: boolean;
  /** New events came with this look. */
  readonly news: boolean;
}

/**
 * How long nothing may happen, after the platform has handed over its last webhook, before a run counts as settled.
 * The gateway answers 200 when a webhook is stored and applies it some milliseconds later; this is far above that.
 */
const QUIET_MS = 1500;

/** Decides when a run has settled: everything is posted and final, the platform is idle, and no news come any more. */
export class Settling {
  private quietSinceMs: number | undefined;

  /** Takes a look into account and answers whether the run has settled. */
  look(look: Look): boolean {
    if (!look.allPosted || look.open > 0 || !look.idle || look.news) {
      this.quietSinceMs = undefined;
      return false;
    }
    this.quietSinceMs ??= look.nowMs;
    return look.nowMs - this.quietSinceMs >= QUIET_MS;
  }
}
