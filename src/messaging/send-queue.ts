import { Injectable } from '@nestjs/common';
import type { Held } from '../core/limits/admit.js';
import { Db } from '../platform/db/db.js';
import { type MessageToPerson, MessagingLimitService } from '../rate-limit/messaging-limit.service.js';
import { ConsentGate } from './consent-gate.js';
import { LaneSchedule, type QueueName } from './lane-schedule.js';
import { LaneShares } from './lane-shares.js';
import { MarketingCapGate } from './marketing-cap-gate.js';
import * as store from './send-queue.store.js';
import { TemplateGate } from './template-gate.js';

/** From so many lanes on it is asked first which numbers have anything that waits; and no more than these are looked through. */
const MANY_LANES = 200;

/** Queues of one lane that one survey tells of at most; the next one goes on after them. */
const MOST_QUEUES = 200;

/** Before the first queue of a lane, in the order of priorities and keys. */
const FROM_THE_FIRST = { priority: -1, fairnessKey: '' };

/** A queue of a lane in which something waits, and in how long the first of it is due. */
interface FoundQueue extends QueueName {
  readonly phoneNumberId: string;
  readonly inMs: number;
}

/** What the send loop asks of the queue: what is due and may go, arming it, and when to look again. */
@Injectable()
export class SendQueue {
  private readonly shares = new Map<string, LaneShares>();
  /** The last queue that a survey told of, of lanes that had more of them than it tells. */
  private readonly toldUpTo = new Map<string, store.QueuesAfter>();

  constructor(
    private readonly db: Db,
    private readonly schedule: LaneSchedule,
    private readonly gate: ConsentGate,
    private readonly templates: TemplateGate,
    private readonly messaging: MessagingLimitService,
    private readonly caps: MarketingCapGate,
  ) {}

  /**
   * The messages that are due on some lanes and may go to their person, and which of these have to wait: because their
   * portfolio has written to as many people as it may, Meta refused marketing to the person lately, the person has had as
   * much marketing as a policy allows, or their template is paused or in review.
   */
  async peek(quotas: readonly store.LaneRequest[]): Promise<{
    mayGo: readonly store.DueMessage[];
    messaging: ReadonlyMap<string, Held>;
    marketing: ReadonlyMap<string, Held>;
    marketingCap: ReadonlyMap<string, Held>;
    template: ReadonlyMap<string, Held>;
  }> {
    const due = await this.look(quotas);
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
    return { mayGo, messaging, marketing, marketingCap, template };
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
   * The queues of lanes in which something waits, and when they are due (`listQueues`). Of many lanes few have anything
   * that waits, as a rule: then only these are asked about, and it is told that all is quiet.
   */
  async survey(
    lanes: readonly store.HeldLane[],
  ): Promise<{ readonly found: readonly FoundQueue[]; readonly isQuiet: boolean }> {
    await this.messaging.follow();
    await this.caps.follow();
    const ids = lanes.map((lane) => lane.phoneNumberId);
    if (lanes.length < MANY_LANES) return { found: await this.queuesOf(ids), isQuiet: false };
    const waiting = await store.waitingNumbers(this.db, MANY_LANES);
    if (waiting.length === MANY_LANES) return { found: await this.queuesOf(ids), isQuiet: false };
    const own = new Set(ids);
    const asked = waiting.filter((id) => own.has(id));
    return { found: asked.length === 0 ? [] : await this.queuesOf(asked), isQuiet: true };
  }

  /** What is due on some lanes and has a slot, lane by lane in the order in which it goes. */
  private async look(quotas: readonly store.LaneRequest[]): Promise<store.DueMessage[]> {
    const askedAtMs = this.schedule.beginLook();
    // Once a look: keys become due while it lasts, and the slots were planned without them.
    const lanes = quotas.map((quota) => {
      const keys = [0, 1, 2].map((priority) => this.schedule.dueKeys(quota.phoneNumberId, priority));
      const dueKeys = (priority: number) => keys[priority] ?? [];
      const shares = this.sharesOf(quota.phoneNumberId);
      return { quota, shares, dueKeys, slices: shares.slices(quota, dueKeys) };
    });
    const slices = lanes.flatMap((lane) => lane.slices);
    const found = await store.peekDue(this.db, slices);
    this.schedule.looked(
      askedAtMs,
      slices,
      found.map((messages) => messages.length),
    );
    let at = 0;
    return lanes.flatMap(({ quota, shares, dueKeys, slices: own }) => {
      const looked = own.map((slice) => ({ slice, messages: found[at++] ?? [] }));
      return shares.choose(quota, looked, dueKeys);
    });
  }

  /** The queues of some lanes in which something waits; of a lane with too many for one survey, those after the last one told. */
  private async queuesOf(ids: readonly string[]): Promise<FoundQueue[]> {
    const after = ids.map((phoneNumberId) => this.toldUpTo.get(phoneNumberId) ?? { phoneNumberId, ...FROM_THE_FIRST });
    const rows = await store.listQueues(this.db, after, MOST_QUEUES);
    this.toldUpTo.clear();
    return rows.map((row, i) => {
      const { phone_number_id: phoneNumberId, priority, fairness_key: fairnessKey, in_ms: inMs } = row;
      if (
        rows[i - MOST_QUEUES + 1]?.phone_number_id === phoneNumberId &&
        rows[i + 1]?.phone_number_id !== phoneNumberId
      ) {
        this.toldUpTo.set(phoneNumberId, { phoneNumberId, priority, fairnessKey });
      }
      return { phoneNumberId, priority, fairnessKey, inMs };
    });
  }

  private sharesOf(phoneNumberId: string): LaneShares {
    const shares = this.shares.get(phoneNumberId) ?? new LaneShares();
    this.shares.set(phoneNumberId, shares);
    return shares;
  }
}

function toClaimant(m: store.DueMessage): MessageToPerson {
  return { id: m.id, phoneNumberId: m.phone_number_id, recipient: m.recipient, type: m.type, template: m.template };
}
