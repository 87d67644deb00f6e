import type { AccountsService, PhoneNumber } from '../accounts/accounts.service.js';
import { readToken } from '../core/delivery/callback-token.js';
import { toStorableText } from '../core/text/well-formed.js';
import { parseWebhook } from '../core/webhook/parse-webhook.js';
import type { InboundMessageEvent, StatusEvent, WebhookEvent } from '../core/webhook/webhook-event.js';
import { type DeliveryReport, idOf, type Notice } from '../messaging/delivery.service.js';
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
  readonly notices: Notice[];
  readonly quarantined: QuarantinedItem[];
  /** Paths of keys unknown to us, for the drift report. */
  readonly unknownKeys: string[];
}

/** What sorting asks of the rest. */
export interface SortingContext {
  readonly accounts: AccountsService;
  readonly tokenKeys: readonly Buffer[];
}

/**
 * Reads webhooks and decides what each of their events is for. Everything ends somewhere: as a report, an inbound
 * message, a notice to the portfolio, or in quarantine with its reason.
 */
export function sortEvents(webhooks: readonly ClaimedWebhook[], context: SortingContext): SortedEvents {
  const sorted: SortedEvents = { reports: [], inbound: [], notices: [], quarantined: [], unknownKeys: [] };
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
  if (event.kind === 'phone_quality' || event.kind === 'unknown') {
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
  else addInbound(event, webhook, number, into);
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
      message: event.raw,
    },
  });
}

/** What the account itself is told, under the name of Meta's field. */
function toNotice(
  event: Extract<WebhookEvent, { kind: 'phone_quality' | 'unknown' }>,
  portfolioId: string,
  webhook: ClaimedWebhook,
  position: number,
): Notice {
  return {
    portfolioId,
    aggregate: 'account',
    // The same words may be news again a week later (paused, resumed, paused), so only the very webhook is the same.
    aggregateId: idOf('account', String(webhook.id), String(position)),
    type: /^[a-z_]{1,64}$/.test(event.field) ? event.field : 'unknown_field',
    occurredAt: webhook.received_at,
    data: { waba_id: event.wabaId, field: event.field, value: event.raw },
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
