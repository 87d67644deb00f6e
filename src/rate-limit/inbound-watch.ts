import type { Clock } from '../core/clock.js';
import { InboundReserve } from '../core/limits/inbound-reserve.js';
import type { LaneLimiter } from '../core/limits/lane-limiter.js';
import type { Queryable } from '../platform/db/queryable.js';
import { Every } from '../platform/lifecycle/worker-loop.js';
import { countInbound } from './inbound.store.js';

/** How often it is asked what people wrote, and how far back: a batch of webhooks may be stored late. */
const LOOK = { everyMs: 1000, backMs: 3000 };

/**
 * Keeps the lanes' reserves for what people write: any replica may take in a number's webhooks, so the lane's owner asks
 * the database, once a second for all lanes that have something to send.
 */
export class InboundWatch {
  private readonly looking: Every;
  private readonly reserves = new Map<string, InboundReserve>();

  constructor(
    private readonly db: Queryable,
    clock: Clock,
  ) {
    this.looking = new Every(LOOK.everyMs, clock);
  }

  /** Looks when it is time to. `busy` are the lanes that have something to send; others need no reserve. */
  async tend(busy: readonly string[], limiterOf: (phoneNumberId: string) => LaneLimiter | undefined): Promise<void> {
    if (busy.length === 0 || !this.looking.due()) return;
    const { nowSecond, seconds } = await countInbound(this.db, busy, LOOK.backMs);
    for (const { phone_number_id, second, count } of seconds) this.reserveOf(phone_number_id).learn(second, count);
    for (const [phoneNumberId, reserve] of this.reserves) {
      const limiter = limiterOf(phoneNumberId);
      const mps = reserve.reserveMps(nowSecond);
      limiter?.reserveInbound(mps);
      if (limiter === undefined || mps === 0) this.reserves.delete(phoneNumberId);
    }
  }

  private reserveOf(phoneNumberId: string): InboundReserve {
    const known = this.reserves.get(phoneNumberId);
    if (known !== undefined) return known;
    const reserve = new InboundReserve();
    this.reserves.set(phoneNumberId, reserve);
    return reserve;
  }
}
