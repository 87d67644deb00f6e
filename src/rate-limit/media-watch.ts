import type { Clock } from '../core/clock.js';
import { MEDIA_CIRCUIT } from '../core/limits/media-circuit.js';
import type { Queryable } from '../platform/db/queryable.js';
import { Every } from '../platform/lifecycle/worker-loop.js';
import { takeFailedTooOften } from './failed-media.store.js';
import type { Lane } from './lane.js';

const LOOK_EVERY_MS = 1000;

/**
 * Pauses the media of lanes of which webhooks told too many failures (`FailedMediaService`): any replica may have heard them, so the
 * lane's owner asks the database, once a second for all lanes that have something to send.
 */
export class MediaWatch {
  private readonly looking: Every;

  constructor(
    private readonly db: Queryable,
    private readonly clock: Clock,
  ) {
    this.looking = new Every(LOOK_EVERY_MS, clock);
  }

  /** Looks when it is time to; gives the numbers whose media was paused. */
  async tend(busy: readonly string[], lanes: ReadonlyMap<string, Lane>): Promise<string[]> {
    if (busy.length === 0 || !this.looking.due()) return [];
    const own = busy.filter((id) => lanes.has(id));
    const taken = await takeFailedTooOften(this.db, own, MEDIA_CIRCUIT.failures);
    const nowMs = this.clock.monotonicMs();
    return taken.flatMap(({ phone_number_id, age_ms }) => {
      const media = lanes.get(phone_number_id)?.media;
      media?.failedTooOften(nowMs - age_ms);
      return media !== undefined && media.freeAtMs > nowMs ? [phone_number_id] : [];
    });
  }
}
