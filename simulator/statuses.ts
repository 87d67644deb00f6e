import type { Outcomes, WebhookFaults } from './faults.js';
import { statusError } from './graph-error.js';
import type { Random } from './random.js';
import type { Delays, RecipientRule } from './scenario.js';

/** One status of a message: when it happens (its timestamp says so) and when its webhook becomes due. */
export interface PlannedStatus {
  readonly status: 'sent' | 'delivered' | 'read' | 'failed';
  /** Milliseconds after the acceptance; scaled. */
  readonly happensAfterMs: number;
  /** Not before it happens. */
  readonly dueAfterMs: number;
  /** Error of a failed status. */
  readonly code?: number;
  /** Meta puts the price on `sent` and on one of delivered/read (cloud-api.md §4.5). */
  readonly priced: boolean;
}

/** The life of a message. */
export interface StatusPlan {
  readonly statuses: readonly PlannedStatus[];
  /** `sent` is to go out before the answer to the send. */
  readonly early: boolean;
}

/** What a plan is made from. */
export interface PlanSettings {
  readonly outcomes: Outcomes;
  readonly webhooks: WebhookFaults;
  readonly delays: Delays;
  readonly timeScale: number;
  /** Fixed end for this recipient, instead of chance. */
  readonly rule?: RecipientRule;
}

/** Gap between statuses that are let out in reverse, so that they can end up in different POSTs. */
const REVERSED_GAP_MS = 40;

/** Decides what becomes of one accepted message. Delays are log-normal-like and multiplied by the time scale. */
export function planStatuses(random: Random, settings: PlanSettings): StatusPlan {
  const { webhooks, timeScale } = settings;
  const happened = lifeOf(random, settings);
  const early = random.chance(webhooks.early) && happened[0]?.status === 'sent';
  if (early && happened[0]) happened[0].happensAfterMs = 0;
  const lastMs = happened.at(-1)?.happensAfterMs ?? 0;
  const reversed = random.chance(webhooks.reordered) && happened.length > 1 && !early;
  const statuses = happened.map((status, i) => ({
    ...status,
    dueAfterMs: reversed ? lastMs + (happened.length - 1 - i) * REVERSED_GAP_MS * timeScale : status.happensAfterMs,
  }));
  return { statuses, early };
}

type Settled = Omit<PlannedStatus, 'dueAfterMs'>;
type Happened = { -readonly [K in keyof Settled]: Settled[K] };

function lifeOf(random: Random, { delays, timeScale, outcomes, rule }: PlanSettings): Happened[] {
  const { outcome, code } = rule ?? outcomeByChance(random, outcomes);
  const sentMs = random.logNormal(...delays.sent_ms) * timeScale;
  const deliveredMs = sentMs + random.logNormal(...delays.delivered_ms) * timeScale;
  const readMs = deliveredMs + random.logNormal(...delays.read_ms) * timeScale;
  const sent: Happened = { status: 'sent', happensAfterMs: sentMs, priced: true };
  const delivered: Happened = { status: 'delivered', happensAfterMs: deliveredMs, priced: true };
  switch (outcome) {
    case 'none':
      return [];
    case 'sent':
      return [sent];
    case 'failed':
      return [sent, { status: 'failed', happensAfterMs: deliveredMs, priced: false, code: code ?? 131026 }];
    case 'delivered':
      return [sent, delivered];
    case 'read':
      return [sent, delivered, { status: 'read', happensAfterMs: readMs, priced: false }];
  }
}

function outcomeByChance(random: Random, outcomes: Outcomes): RecipientRule {
  const chance = random.next();
  const variant = random.next();
  if (chance < outcomes.failed) return { outcome: 'failed', code: variant < 0.5 ? 131026 : 131049 };
  if (chance >= outcomes.failed + outcomes.delivered) return { outcome: 'sent' };
  return { outcome: variant < outcomes.read ? 'read' : 'delivered' };
}

/** What a status webhook repeats of the message it belongs to. */
export interface MessageFacts {
  readonly wamid: string;
  /** Exactly one of the two: a phone number's digits or a business-scoped user id. */
  readonly recipientId?: string;
  readonly recipientUserId?: string;
  readonly callbackData: string | null;
  readonly isTemplate: boolean;
}

/** The element of `statuses[]`, as Meta writes it from Graph v24 on (no `conversation`). */
export function statusBody(message: MessageFacts, planned: PlannedStatus, timestampSeconds: number): unknown {
  return {
    id: message.wamid,
    status: planned.status,
    timestamp: String(timestampSeconds),
    ...(message.recipientId === undefined ? {} : { recipient_id: message.recipientId }),
    ...(message.recipientUserId === undefined ? {} : { recipient_user_id: message.recipientUserId }),
    ...(message.callbackData === null ? {} : { biz_opaque_callback_data: message.callbackData }),
    ...(planned.priced ? { pricing: message.isTemplate ? TEMPLATE_PRICE : SERVICE_PRICE } : {}),
    ...(planned.code === undefined ? {} : { errors: [statusError(planned.code)] }),
  };
}

const TEMPLATE_PRICE = { billable: true, pricing_model: 'PMP', type: 'regular', category: 'marketing' };
const SERVICE_PRICE = { billable: false, pricing_model: 'PMP', type: 'free_customer_service', category: 'service' };
