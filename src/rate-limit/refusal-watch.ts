import type { Clock } from '../core/clock.js';
import { slowsStill } from '../core/limits/late-refusal.js';
import type { Queryable } from '../platform/db/queryable.js';
import { Every } from '../platform/lifecycle/worker-loop.js';
import { type TakenRefusal, takeRateRefusals } from './late-refusals.store.js';

const LOOK_EVERY_MS = 1000;

/**
 * Hears for lanes which refusals for their rate came in statuses (`LateRefusalsService`): any replica may have taken
 * them in, so the lane's owner asks the database, once a second for all lanes that have something to send.
 */
export class RefusalWatch {
  private readonly looking: Every;

  constructor(
    private readonly db: Queryable,
    clock: Clock,
  ) {
    this.looking = new Every(LOOK_EVERY_MS, clock);
  }

  /** Looks when it is time to; gives the numbers of this worker that were refused, and with what. */
  async tend(own: readonly string[]): Promise<readonly TakenRefusal[]> {
    if (own.length === 0 || !this.looking.due()) return [];
    const taken = await takeRateRefusals(this.db, own);
    return taken.filter(({ sent_ago_ms }) => slowsStill(0, sent_ago_ms));
  }
}
