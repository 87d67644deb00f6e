import type { AccountsService, PhoneNumber } from '../accounts/accounts.service.js';
import { canonicalJson } from '../core/canonical-json.js';
import { type OptOutWords, type Wish, wishOf } from '../core/consent/opt-out-words.js';
import { readToken } from '../core/delivery/callback-token.js';
import { inboundFileOf } from '../core/media/inbound-file.js';
import { toStorableText } from '../core/text/well-formed.js';
import { datedAt } from '../core/webhook/dated-at.js';
import { parseWebhook } from '../core/webhook/parse-webhook.js';
import { saysWhen } from '../core/webhook/says-when.js';
import type {
  InboundMessageEvent,
  StatusEvent,
  TemplateEvent,
  UserPreferenceEvent,
  WebhookEvent,
} from '../core/webhook/webhook-event.js';
import type { NewInboundMedia } from '../media/inbound-media.service.js';
import type { Heard } from '../messaging/consent.service.js';
import { type DeliveryReport, idOf, type Notice } from '../messaging/delivery.service.js';
import type { LimitNews } from '../rate-limit/messaging-limit.service.js';
import type { TemplateNews } from '../templates/template-sync.service.js';
import type { InboundMessage } from './inbound.store.js';
import type { ClaimedWebhook, QuarantinedItem } from './inbox.store.js';

/** A report with the webhook that it came in. */
export interface SourcedReport extends DeliveryReport {
  readonly inboxId: number;
}

/** The events of some webhooks, by what is to be done with them. */
export interface SortedEvents {
  readonly reports: SourcedReport[];
  readonly inbound: InboundMessage[];
  /** Who wrote, by the id of the inbound message. */
  readonly heard: Map<string, Heard>;
  /** Files that people sent, by the id of the inbound message. */
  readonly files: Map<string, NewInboundMedia>;
  /** What people told Meta that they want of marketing. */
  readonly preferences: Heard[];
  readonly notices: Notice[];
  /** What Meta told of templates, in its order. */
  readonly templates: TemplateNews[];
  /** What Meta told of messaging limits, in its order. */
  readonly messagingLimits: LimitNews[];
  readonly quarantined: QuarantinedItem[];
  /** Paths of keys unknown to us, for the drift report. */
  readonly unknownKeys: string[];
}

/** What sorting asks of the rest. */
export interface SortingContext {
  readonly accounts: AccountsService;
  readonly tokenKeys: readonly Buffer[];
  readonly words: OptOutWords;
}

/**
 * Reads webhooks and decides what each of their events is for. Everything ends somewhere: as a report, an inbound
 * message, a notice to the portfolio, or in quarantine with its reason.
 */
export function sortEvents(webhooks: readonly ClaimedWebhook[], context: SortingContext): SortedEvents {
  const sorted: SortedEvents = {
    reports: [],
    inbound: [],
    heard: new Map(),
    files: new Map(),
    preferences: [],
    notices: [],
    templates: [],
    messagingLimits: [],
    quarantined: [],
    unknownKeys: [],
  };
  for (const webhook of webhooks) {
    const parsed = parseWebhook(webhook.body);
    sorted.unknownKeys.push(...parsed.unknownKeys);
    if (parsed.malformed !== null) sorted.quarantined.push(reject(webhook, null, 'malformed', parsed.malformed));
    for (const event of parsed.events) sortEvent(event, webhook, context, sorted);
  }
  return sorted;
}

function sortEvent(event: WebhookEvent, webhook: ClaimedWebhook, context: SortingContext, into: SortedEvents): void {
  const app = context.accounts.app(webhook.app_id);
  const waba = context.accounts.waba(event.wabaId);
  if (app === undefined || waba === undefined || waba.appId !== app.appId) {
    // A signature proves which app speaks, not that it may speak of this account.
    into.quarantined.push(
      reject(webhook, event, 'foreign_account', `WABA ${event.wabaId} is not one of app ${webhook.app_id}`),
    );
    return;
  }
  if (event.kind === 'template') into.templates.push(toNews(event, waba.portfolioId));
  const isOfNoNumber = event.kind === 'user_preference' && event.phoneNumberId === null;
  const tier = messagingLimitOf(event);
  if (tier !== null) {
    into.messagingLimits.push({
      portfolioId: waba.portfolioId,
      tier: toStorableText(tier),
      asOf: webhook.received_at,
    });
  }
  const isOfLimits = event.kind === 'phone_quality' || event.kind === 'capability';
  if (event.kind === 'template' || isOfLimits || event.kind === 'unknown' || isOfNoNumber) {
    into.notices.push(toNotice(event, waba.portfolioId, webhook, into.notices.length));
    return;
  }
  const number = context.accounts.phoneNumber(event.phoneNumberId ?? '');
  if (number === undefined || number.wabaId !== waba.wabaId) {
    into.quarantined.push(
      reject(webhook, event, 'foreign_number', `number ${event.phoneNumberId} is not one of WABA ${waba.wabaId}`),
    );
    return;
  }
  if (event.kind === 'status') into.reports.push(toReport(event, webhook, number, context.tokenKeys));
  else if (event.kind === 'user_preference') addPreference(event, webhook, number, into);
  else addInbound(event, webhook, number, context.words, into);
}

/** What a webhook says of a messaging limit: it is the portfolio's, whatever the field speaks of. */
function messagingLimitOf(event: WebhookEvent): string | null {
  if (event.kind === 'phone_quality') return event.currentLimit;
  return event.kind === 'capability' ? event.messagingLimit : null;
}

function toReport(
  event: StatusEvent,
  webhook: ClaimedWebhook,
  number: PhoneNumber,
  keys: readonly Buffer[],
): SourcedReport {
  const token = event.callbackData === null ? null : readToken(event.callbackData, keys);
  return {
    inboxId: webhook.id,
    messageId: token?.messageId ?? null,
    attempt: token?.attempt ?? null,
    portfolioId: number.portfolioId,
    phoneNumberId: number.phoneNumberId,
    wamid: toStorableText(event.wamid),
    recipientId: event.recipientId,
    report: {
      status: toStorableText(event.status),
      at: event.at ?? webhook.received_at,
      errors: event.errors,
      pricing: event.pricing,
      conversation: event.conversation,
    },
    inferred: false,
  };
}

function addInbound(
  event: InboundMessageEvent,
  webhook: ClaimedWebhook,
  number: PhoneNumber,
  words: OptOutWords,
  into: SortedEvents,
): void {
  const id = idOf('inbound', number.phoneNumberId, event.wamid);
  const text = (value: string | null) => (value === null ? null : toStorableText(value));
  into.inbound.push({
    id,
    portfolioId: number.portfolioId,
    phoneNumberId: number.phoneNumberId,
    wamid: toStorableText(event.wamid),
    sender: text(event.from),
    senderUserId: text(event.fromUserId),
    type: toStorableText(event.type),
    item: JSON.stringify(event.raw),
    sentAt: event.at,
  });
  const file = inboundFileOf(event.raw);
  // By Meta's id and not by the message: a file that is passed on is one file.
  const mediaId = file === null ? null : idOf('media', number.portfolioId, file.metaMediaId);
  if (file !== null && mediaId !== null) {
    const { portfolioId, phoneNumberId } = number;
    into.files.set(id, { ...file, id: mediaId, portfolioId, phoneNumberId, receivedAt: webhook.received_at });
  }
  into.heard.set(id, {
    ...heardAt(number, event.at, webhook),
    phone: text(event.from),
    userId: text(event.fromUserId),
    wish: wishOf(event.raw, words),
  });
  into.notices.push({
    portfolioId: number.portfolioId,
    aggregate: 'inbound_message',
    aggregateId: id,
    type: 'received',
    occurredAt: event.at ?? webhook.received_at,
    data: {
      phone_number_id: number.phoneNumberId,
      wamid: event.wamid,
      from: event.from,
      from_user_id: event.fromUserId,
      context_message_id: event.contextMessageId,
      contact: event.contact,
      media_id: mediaId,
      message: event.raw,
    },
  });
}

/** The notice is told as before: what it says of other things than marketing is the CRM's to judge. */
function addPreference(
  event: UserPreferenceEvent,
  webhook: ClaimedWebhook,
  number: PhoneNumber,
  into: SortedEvents,
): void {
  const text = (value: string | null) => (value === null ? null : toStorableText(value));
  into.notices.push(toNotice(event, number.portfolioId, webhook, into.notices.length));
  const wish = event.category === 'marketing_messages' ? (WISHES[event.value ?? ''] ?? null) : null;
  const person = { phone: text(event.phone), userId: text(event.userId) };
  if (wish !== null) into.preferences.push({ ...heardAt(number, event.at, webhook), ...person, wish });
}

function toNews(event: TemplateEvent, portfolioId: string): TemplateNews {
  const text = (value: string | null) => (value === null ? null : toStorableText(value));
  return {
    wabaId: event.wabaId,
    portfolioId,
    templateId: toStorableText(event.templateId),
    name: toStorableText(event.name),
    language: toStorableText(event.language),
    status: text(event.status),
    category: text(event.category),
    qualityScore: text(event.qualityScore),
    reason: text(event.reason),
    isOfContent: event.isOfContent,
  };
}

const WISHES: Readonly<Record<string, Wish>> = { stop: 'stop', resume: 'resume', signup: 'resume' };

function heardAt(number: PhoneNumber, at: Date | null, webhook: ClaimedWebhook) {
  const { portfolioId, phoneNumberId } = number;
  return { portfolioId, phoneNumberId, at: at ?? webhook.received_at, receivedAt: webhook.received_at };
}

/** What the account itself is told, under the name of Meta's field. */
function toNotice(
  event: Extract<WebhookEvent, { kind: 'phone_quality' | 'capability' | 'user_preference' | 'template' | 'unknown' }>,
  portfolioId: string,
  webhook: ClaimedWebhook,
  position: number,
): Notice {
  const { wabaId, field, toldAt, raw } = event;
  return {
    portfolioId,
    aggregate: 'account',
    // The same words may be news again a week later (paused, resumed, paused). What Meta told at the same time is the
    // same, for it redelivers the same bytes for seven days; without any time only the very webhook is.
    aggregateId:
      toldAt === null && !saysWhen(raw)
        ? idOf('account', String(webhook.id), String(position))
        : idOf('account', portfolioId, wabaId, field, String(toldAt?.getTime() ?? ''), canonicalJson(raw)),
    type: /^[a-z_]{1,64}$/.test(field) ? field : 'unknown_field',
    occurredAt: datedAt(toldAt, webhook.received_at),
    data: { waba_id: wabaId, field, value: raw },
  };
}

function reject(webhook: ClaimedWebhook, event: WebhookEvent | null, reason: string, detail: string): QuarantinedItem {
  return {
    inboxId: webhook.id,
    portfolioId: null,
    reason,
    detail: toStorableText(detail),
    item: event === null ? null : JSON.stringify(event.raw),
  };
}
