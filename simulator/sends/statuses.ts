import { createHash } from 'node:crypto';
import type { Random } from '../chance/random.js';
import { statusError } from '../graph/graph-error.js';
import type { Delays, RecipientRule } from '../scenario/scenario.js';
import type { Outcomes, WebhookFaults } from './faults.js';
import type { Pricing } from './price.js';

/** One status of a message: when it happens (its timestamp says so) and when its webhook becomes due. */
export interface PlannedStatus {
  readonly status: 'sent' | 'delivered' | 'read' | 'played' | 'failed';
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
  /** Voice messages alone can be played (cloud-api.md §4.5). */
  readonly isVoice: boolean;
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

function lifeOf(random: Random, { delays, timeScale, outcomes, isVoice, rule }: PlanSettings): Happened[] {
  const { outcome, code, read_ms } = rule ?? outcomeByChance(random, outcomes);
  const sentMs = random.logNormal(...delays.sent_ms) * timeScale;
  const deliveredMs = sentMs + random.logNormal(...delays.delivered_ms) * timeScale;
  const readMs = deliveredMs + random.logNormal(...(read_ms ?? delays.read_ms)) * timeScale;
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
    case 'played': {
      const isSkipped = outcomes.skip_delivered > 0 && random.chance(outcomes.skip_delivered);
      const read: Happened = { status: 'read', happensAfterMs: readMs, priced: isSkipped };
      const life = isSkipped ? [sent, read] : [sent, delivered, read];
      // A rule says what comes last, except of those who only read late.
      const isFixed = rule !== undefined && rule.read_ms === undefined;
      const isPlayed = isVoice && (outcome === 'played' || (!isFixed && random.chance(outcomes.played)));
      if (!isPlayed) return life;
      const playedMs = readMs + random.logNormal(...delays.played_ms) * timeScale;
      return [...life, { status: 'played', happensAfterMs: playedMs, priced: false }];
    }
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
  readonly isToGroup: boolean;
  readonly pricing: Pricing;
}

/** How a status is written. */
export interface StatusShape {
  readonly timestampSeconds: number;
  /** With `conversation`: Graph v23 and before. */
  readonly hasConversation: boolean;
}

/** The element of `statuses[]`, as Meta writes it. */
export function statusBody(message: MessageFacts, planned: PlannedStatus, shape: StatusShape): unknown {
  const { timestampSeconds, hasConversation } = shape;
  return {
    id: message.wamid,
    status: planned.status,
    timestamp: String(timestampSeconds),
    ...(message.recipientId === undefined ? {} : { recipient_id: message.recipientId }),
    ...(message.isToGroup ? { recipient_type: 'group' } : {}),
    ...(message.recipientUserId === undefined ? {} : { recipient_user_id: message.recipientUserId }),
    ...(message.callbackData === null ? {} : { biz_opaque_callback_data: message.callbackData }),
    ...(hasConversation && planned.priced ? { conversation: conversationOf(message, planned, timestampSeconds) } : {}),
    ...(planned.priced ? { pricing: message.pricing } : {}),
    ...(planned.code === undefined ? {} : { errors: [statusError(planned.code)] }),
  };
}

const DAY_SECONDS = 86_400;

/**
 * `conversation` of a status: since messages are priced one by one each has an id of its own. When it ends stands on
 * `sent` alone (cloud-api.md §4.5).
 */
function conversationOf(
  { wamid, pricing }: MessageFacts,
  { status }: PlannedStatus,
  timestampSeconds: number,
): unknown {
  return {
    id: createHash('md5').update(wamid).digest('hex'),
    ...(status === 'sent' ? { expiration_timestamp: String(timestampSeconds + DAY_SECONDS) } : {}),
    origin: { type: pricing.category },
  };
}
