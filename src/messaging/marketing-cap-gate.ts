import { Injectable } from '@nestjs/common';
import type { AttemptError } from '../core/delivery/classify-outcome.js';
import type { Held } from '../core/limits/admit.js';
import { Runtime } from '../platform/runtime.js';
import { MarketingCapsService } from '../rate-limit/marketing-caps.service.js';
import { PRIORITIES } from './message.shape.js';
import type { DueMessage } from './send-queue.store.js';
import { Withholder } from './withholder.js';

const MARKETING = PRIORITIES.indexOf('marketing');

/**
 * Stands between the queue and arming, behind the other gates: takes a place for each marketing template with its person, as
 * far as the caps that somebody chose leave one. What finds none waits; what would expire meanwhile ends as `rejected`, so
 * that whoever sent it hears of it now and not in days.
 */
@Injectable()
export class MarketingCapGate {
  constructor(
    private readonly caps: MarketingCapsService,
    private readonly withholder: Withholder,
    private readonly runtime: Runtime,
  ) {}

  /** Those of the messages that do not end here, in their order, and which of them only later; instants are monotonic. */
  async letThrough(
    due: readonly DueMessage[],
  ): Promise<{ readonly mayGo: readonly DueMessage[]; readonly held: ReadonlyMap<string, Held> }> {
    const marketing = due.filter((m) => m.priority === MARKETING && m.type === 'template');
    const held = await this.caps.claim(
      marketing.map((m) => ({
        id: m.id,
        phoneNumberId: m.phone_number_id,
        recipient: m.recipient,
        type: m.type,
        template: m.template,
      })),
    );
    if (held.size === 0) return { mayGo: due, held };
    const { clock } = this.runtime;
    const offsetMs = clock.now().getTime() - clock.monotonicMs();
    const refused = new Map<string, AttemptError>();
    for (const { id, expires_at } of marketing) {
      const hold = held.get(id);
      const untilMs = hold?.counted === undefined ? null : hold.untilMs;
      if (hold === undefined || untilMs === null || expires_at === null) continue;
      if (untilMs + offsetMs >= expires_at.getTime()) refused.set(id, errorOf(hold.reason));
    }
    await this.withholder.withhold(refused);
    return { mayGo: refused.size === 0 ? due : due.filter((m) => !refused.has(m.id)), held };
  }

  /** Lets those go on who wait for a cap that was changed (`follow`). */
  follow(): Promise<void> {
    return this.caps.follow();
  }
}

function errorOf(reason: string): AttemptError {
  const details = `marketing_cap: ${reason}; it expires before there is room. It was not sent`;
  return { code: null, subcode: null, title: 'Marketing cap reached', details, fbtrace_id: null };
}
