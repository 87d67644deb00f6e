import { Injectable } from '@nestjs/common';
import type { Held } from '../core/limits/admit.js';
import { PriorityShare } from '../core/limits/priority-share.js';
import { Db } from '../platform/db/db.js';
import { type MessageToPerson, MessagingLimitService } from '../rate-limit/messaging-limit.service.js';
import { ConsentGate } from './consent-gate.js';
import { MarketingCapGate } from './marketing-cap-gate.js';
import * as store from './send-queue.store.js';
import { TemplateGate } from './template-gate.js';

/** From so many lanes on it is asked first which numbers have anything that waits; and no more than these are looked through. */
const MANY_LANES = 200;

/** What the send loop asks of the queue: what is due and may go, arming it, and when to look again. */
@Injectable()
export class SendQueue {
  private readonly shares = new Map<string, PriorityShare>();

  constructor(
    private readonly db: Db,
    private readonly gate: ConsentGate,
    private readonly templates: TemplateGate,
    private readonly messaging: MessagingLimitService,
    private readonly caps: MarketingCapGate,
  ) {}

  /**
   * The messages that are due on some lanes, those of them that may go to their person, and which of these have to wait:
   * because their portfolio has written to as many people as it may, Meta refused marketing to the person lately, the
   * person has had as much marketing as a policy allows, or their template is paused or in review.
   */
  async peek(quotas: readonly store.LaneRequest[]): Promise<{
    due: readonly store.DueMessage[];
    mayGo: readonly store.DueMessage[];
    messaging: ReadonlyMap<string, Held>;
    marketing: ReadonlyMap<string, Held>;
    marketingCap: ReadonlyMap<string, Held>;
    template: ReadonlyMap<string, Held>;
  }> {
    const due = await store.peekDue(
      this.db,
      quotas.map((quota) => ({ ...quota, shared: this.shareOf(quota.phoneNumberId).next(quota.upTo) })),
    );
    for (const message of due) this.shareOf(message.phone_number_id).took(1);
    const { mayGo: toPeople, held: marketing } = await this.gate.letThrough(due);
    const { mayGo: withTemplate, held: template } = await this.templates.letThrough(toPeople);
    // Whoever waits for something else must not take a place meanwhile.
    const waits = (m: store.DueMessage) => marketing.has(m.id) || template.has(m.id);
    const ready = withTemplate.filter((m) => !waits(m));
    const { mayGo: uncapped, held: marketingCap } = await this.caps.letThrough(ready);
    const claimants = uncapped.filter((m) => !marketingCap.has(m.id));
    const messaging = await this.messaging.claim(claimants.map(toClaimant));
    const stays = new Set(uncapped);
    const mayGo =
      uncapped.length === ready.length ? withTemplate : withTemplate.filter((m) => waits(m) || stays.has(m));
    return { due, mayGo, messaging, marketing, marketingCap, template };
  }

  /** Arms messages (`armMessages`). */
  arm(p: Parameters<typeof store.armMessages>[1]): Promise<store.ArmedMessage[]> {
    return store.armMessages(this.db, p);
  }

  /** Puts off messages that have to wait for a limit (`putOff`). */
  putOff(messages: Parameters<typeof store.putOff>[1]): Promise<void> {
    return store.putOff(this.db, messages);
  }

  /**
   * When each lane is due (`nextDue`). Of many lanes few have anything that waits, as a rule: then only these are asked about, and
   * it is told that all is quiet.
   */
  async survey(
    lanes: readonly store.HeldLane[],
  ): Promise<{ readonly found: Awaited<ReturnType<typeof store.nextDue>>; readonly isQuiet: boolean }> {
    await this.messaging.follow();
    await this.caps.follow();
    const ids = lanes.map((lane) => lane.phoneNumberId);
    if (lanes.length < MANY_LANES) return { found: await store.nextDue(this.db, ids), isQuiet: false };
    const waiting = await store.waitingNumbers(this.db, MANY_LANES);
    if (waiting.length === MANY_LANES) return { found: await store.nextDue(this.db, ids), isQuiet: false };
    const own = new Set(ids);
    const asked = waiting.filter((id) => own.has(id));
    return { found: asked.length === 0 ? [] : await store.nextDue(this.db, asked), isQuiet: true };
  }

  private shareOf(phoneNumberId: string): PriorityShare {
    const share = this.shares.get(phoneNumberId) ?? new PriorityShare();
    this.shares.set(phoneNumberId, share);
    return share;
  }
}

function toClaimant(m: store.DueMessage): MessageToPerson {
  return { id: m.id, phoneNumberId: m.phone_number_id, recipient: m.recipient, type: m.type, template: m.template };
}
