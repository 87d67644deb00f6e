import { Injectable } from '@nestjs/common';
import { refusalOf } from '../core/consent/may-contact.js';
import { personKey } from '../core/consent/person-key.js';
import type { AttemptError } from '../core/delivery/classify-outcome.js';
import type { Held } from '../core/limits/admit.js';
import { MARKETING_HOLD_REASON, marketingHeldUntilMs } from '../core/limits/marketing-hold.js';
import { Db } from '../platform/db/db.js';
import { Runtime } from '../platform/runtime.js';
import { readConsent } from './consent.store.js';
import { erasedPerson } from './erased-person.js';
import { PRIORITIES } from './message.shape.js';
import type { DueMessage } from './send-queue.store.js';
import { Withholder } from './withholder.js';

const MARKETING = PRIORITIES.indexOf('marketing');

type Known = Awaited<ReturnType<typeof readConsent>> extends Map<string, infer Facts> ? Facts : never;

/**
 * Stands between the queue and arming: lets through what may go to its person now. What may not ends as `rejected`
 * before anything is armed. Judged now and not when it was accepted, because in between people write, and opt out.
 */
@Injectable()
export class ConsentGate {
  constructor(
    private readonly db: Db,
    private readonly withholder: Withholder,
    private readonly runtime: Runtime,
  ) {}

  /**
   * Those of the messages that may go, in their order, and which of them only later: one query for a round, none when
   * nothing is to be asked. Instants are monotonic.
   */
  async letThrough(
    due: readonly DueMessage[],
  ): Promise<{ readonly mayGo: DueMessage[]; readonly held: ReadonlyMap<string, Held> }> {
    const { customerServiceWindow: policy, apiKeyPepper } = this.runtime.config;
    const asked = due.filter((m) => m.priority === MARKETING || (policy !== 'off' && isFreeForm(m)));
    const held = new Map<string, Held>();
    if (asked.length === 0) return { mayGo: [...due], held };
    const facts = await readConsent(
      this.db,
      asked.map((m) => {
        const person = personKey(m.recipient);
        return { id: m.id, phoneNumberId: m.phone_number_id, person, erased: erasedPerson(person, apiKeyPepper) };
      }),
    );
    const refused = new Map<string, AttemptError>();
    for (const message of asked) {
      const known = facts.get(message.id);
      const intent = { isMarketing: message.priority === MARKETING, isFreeForm: isFreeForm(message) };
      if (known === undefined) continue;
      const refusal = refusalOf(intent, known, policy, known.now);
      const hold = intent.isMarketing ? this.holdOf(known) : null;
      if (refusal !== null) refused.set(message.id, refusal);
      else if (hold !== null) held.set(message.id, hold);
    }
    await this.withholder.withhold(refused);
    return { mayGo: due.filter((m) => !refused.has(m.id)), held };
  }

  /** Marketing that Meta refused to deliver to this person lately. */
  private holdOf(known: Known): Held | null {
    const nowMs = known.now.getTime();
    const untilMs = marketingHeldUntilMs(known.marketing, known.lastInboundAt?.getTime() ?? null, nowMs);
    if (untilMs === null) return null;
    return { untilMs: this.runtime.clock.monotonicMs() + untilMs - nowMs, reason: MARKETING_HOLD_REASON };
  }
}

function isFreeForm(message: DueMessage): boolean {
  return message.type !== 'template';
}
