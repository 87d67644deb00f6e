import { toSeconds } from '../clock/clock.js';
import type { StartTimer } from '../clock/timers.js';
import type { Delays, RecipientRule } from '../scenario/scenario.js';
import type { AcceptedSend } from '../traffic.js';
import { statusUpdate } from '../webhooks/envelope.js';
import { hasConversation } from '../webhooks/webhook-settings.js';
import type { World } from '../world.js';
import type { Pricing } from './price.js';
import type { Attempt } from './send-rules.js';
import { type MessageFacts, type PlannedStatus, planStatuses, type StatusPlan, statusBody } from './statuses.js';

/** What lives are planned from. */
export interface LifeParts {
  readonly world: World;
  readonly delays: Delays;
  readonly recipients: ReadonlyMap<string, RecipientRule>;
}

/** An accepted message as plain data, to be kept until its statuses are told. */
export interface Accepted {
  readonly send: Omit<AcceptedSend, 'body'>;
  readonly callbackData: string | null;
  readonly isToGroup: boolean;
  readonly isVoice: boolean;
  readonly pricing: Pricing;
}

interface StatusTimer extends Accepted {
  readonly planned: PlannedStatus;
}

/** Kinds of which Meta tells only that they were sent (cloud-api.md §4.5). */
const ONLY_SENT: ReadonlySet<string> = new Set(['reaction', 'pin']);

/** What becomes of accepted messages: their statuses, each at its time. */
export class MessageLives {
  private readonly startStatus: StartTimer<StatusTimer>;

  constructor(private readonly parts: LifeParts) {
    const { timers } = parts.world;
    this.startStatus = timers.define('sends.status', (timer) => this.tellStatus(timer), { awaited: true });
  }

  /** Begins the life of a message; `failsWith` ends it at once. True when `sent` is to overtake the answer. */
  begin(accepted: Accepted, { failsWith, attempt }: { failsWith?: number; attempt?: Attempt } = {}): boolean {
    const { world } = this.parts;
    const { atMs } = accepted.send;
    const plan = failsWith === undefined ? this.plan(accepted) : this.failure(failsWith);
    const delivered = plan.statuses.find(({ status }) => status === 'delivered' || status === 'read');
    if (delivered && attempt) world.rules.deliver(attempt, atMs + delivered.happensAfterMs);
    const passedMs = world.clock() - atMs;
    for (const planned of plan.statuses) {
      // Overdue ones (a slow disk) keep their order among each other: a negative delay sorts before a lesser one.
      this.startStatus(planned.dueAfterMs - passedMs, { ...accepted, planned });
    }
    return plan.early;
  }

  private plan({ send, isVoice }: Accepted): StatusPlan {
    const { world, delays, recipients } = this.parts;
    const { outcomes, webhooks } = world.dealer.settings;
    const { timeScale } = world.settings;
    const user = send.waId ?? '';
    const rule = ONLY_SENT.has(send.type)
      ? ({ outcome: 'sent' } as const)
      : (recipients.get(user) ?? world.readers.ruleOf(user));
    return planStatuses(world.random.stream('statuses'), { outcomes, webhooks, delays, timeScale, isVoice, rule });
  }

  /** What Meta does not deliver fails without having been sent. */
  private failure(code: number): StatusPlan {
    const { world, delays } = this.parts;
    const afterMs = world.random.stream('statuses').logNormal(...delays.sent_ms) * world.settings.timeScale;
    const failed = { status: 'failed', happensAfterMs: afterMs, dueAfterMs: afterMs, code, priced: false } as const;
    return { statuses: [failed], early: false };
  }

  /** A status falls due: its webhook goes out and the platform is told. */
  private tellStatus({ send, planned, ...accepted }: StatusTimer): void {
    const { assets, webhooks, traffic } = this.parts.world;
    const number = assets.numbers.get(send.phoneNumberId);
    if (!number) return;
    const { wamid, waId, userId } = send;
    const message: MessageFacts = { wamid, recipientId: waId, recipientUserId: userId, ...accepted };
    const happenedAtMs = send.atMs + planned.happensAfterMs;
    const shape = { timestampSeconds: toSeconds(happenedAtMs), hasConversation: hasConversation(webhooks.settings) };
    webhooks.emit(statusUpdate(number, statusBody(message, planned, shape)));
    traffic.tell('status', { ...send, status: planned.status, code: planned.code, atMs: happenedAtMs });
  }
}
