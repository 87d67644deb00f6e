import type { Clock } from '../core/clock.js';
import type { Queryable } from '../platform/db/queryable.js';
import { Every } from '../platform/lifecycle/worker-loop.js';
import { takeRateRefusals } from './late-refusals.store.js';

const LOOK_EVERY_MS = 1000;

/** What is older is of another moment: the lane had nothing to send when it was told. */
const FRESH_MS = 10_000;

/**
 * Hears for lanes which refusals for their rate came in statuses (`LateRefusalsService`): any replica may have taken them
 * in, so the lane's owner asks the database, once a second for all lanes that have something to send.
 */
export class RefusalWatch {
  private readonly looking: Every;

  constructor(
    private readonly db: Queryable,
    clock: Clock,
  ) {
    this.looking = new Every(LOOK_EVERY_MS, clock);
  }

  /** Looks when it is time to; gives numbers of this worker with the codes that they were refused with. */
  async tend(own: readonly string[]): Promise<readonly { readonly phoneNumberId: string; readonly code: number }[]> {
    if (own.length === 0 || !this.looking.due()) return [];
    const taken = await takeRateRefusals(this.db, own, FRESH_MS);
    return taken.map(({ phone_number_id: phoneNumberId, code }) => ({ phoneNumberId, code }));
  }
}
