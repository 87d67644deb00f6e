import { Injectable } from '@nestjs/common';
import { slowsNumber, slowsStill } from '../core/limits/late-refusal.js';
import type { Queryable } from '../platform/db/queryable.js';
import { Runtime } from '../platform/runtime.js';
import { writeRateRefusals } from './late-refusals.store.js';
import { type StoppingRefusal, StopsService } from './stops.service.js';

/** A refusal of Meta's that came in a status, after it had taken the message. */
export interface LateRefusal extends StoppingRefusal {
  readonly portfolioId: string;
}

/**
 * Takes on what Meta refuses after it has taken it, as it does with 131042 and 131048 mostly and with 130429 at times.
 * What stops something is a stop at once; what slows a number down is written down, because any replica may hear of it
 * and the owner of the lane acts on it (`refusal-watch.ts`).
 */
@Injectable()
export class LateRefusalsService {
  constructor(
    private readonly stops: StopsService,
    private readonly runtime: Runtime,
  ) {}

  /** Takes on refusals in the caller's transaction. */
  async heard(tx: Queryable, refusals: readonly LateRefusal[]): Promise<void> {
    if (refusals.length === 0) return;
    await this.stops.heard(tx, refusals);
    const nowMs = this.runtime.clock.now().getTime();
    const ofRate = refusals.filter((r) => slowsNumber(r.code) && slowsStill(r.sentAt.getTime(), nowMs));
    if (ofRate.length > 0) await writeRateRefusals(tx, ofRate);
  }
}
