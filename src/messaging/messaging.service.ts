import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { AccountsService } from '../accounts/accounts.service.js';
import { canonicalJson } from '../core/canonical-json.js';
import { GatewayError } from '../core/gateway-error.js';
import { parsePhone } from '../core/phone/recipient.js';
import type { Tenant } from '../platform/auth/principal.js';
import { newId } from '../platform/clock/ids.js';
import { Db, isTransient } from '../platform/db/db.js';
import { GroupCommit } from '../platform/db/group-commit.js';
import { Runtime } from '../platform/runtime.js';
import { listEventsAfter, listEventsOf } from './events.store.js';
import { LaneSchedule } from './lane-schedule.js';
import { readCursor, toEventView, toMessageView, writeCursor } from './message.views.js';
import { type Acceptance, findMessage, insertMessages, listMessages, type NewMessage } from './messages.store.js';
import {
  type EventPage,
  type ListEventsQuery,
  type ListMessagesQuery,
  type MessageHistory,
  type MessagePage,
  type MessageView,
  PRIORITIES,
  type SendMessageDto,
} from './messaging.dto.js';
import { OutboxSignal } from './outbox-signal.js';

const ACCEPT = { maxBatch: 500, maxWaiting: 20_000, deadlineMs: 10_000, isolate: (e: unknown) => !isTransient(e) };

const UUID_CURSOR = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Transaction and sequence number: at most 64 and 63 bits, kept to the digits that always fit. */
const EVENT_CURSOR = /^\d{1,19}~\d{1,18}$/;

/** What callers do with messages: have them accepted, read them, and read what became of them. */
@Injectable()
export class MessagingService {
  /** Per portfolio, because each batch runs under its tenant's row-level security. */
  private readonly commits = new Map<string, GroupCommit<NewMessage, Acceptance>>();
  private readonly accepted: Counter<'type'>;
  private readonly replayed: Counter;

  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly schedule: LaneSchedule,
    private readonly outbox: OutboxSignal,
    private readonly runtime: Runtime,
  ) {
    const { metrics } = runtime;
    this.accepted = metrics.counter('heliograph_messages_accepted_total', 'Messages accepted, by kind.', ['type']);
    this.replayed = metrics.counter(
      'heliograph_idempotent_replays_total',
      'Requests answered from an idempotency key.',
    );
  }

  /**
   * Takes a message on: it is durable when this resolves. With an idempotency key, the same request again gives the
   * same answer, and another request under that key is refused.
   */
  async accept(tenant: Tenant, dto: SendMessageDto, idempotencyKey: string | null): Promise<MessageView> {
    this.requireNumber(tenant, dto.phone_number_id);
    const message = this.toNewMessage(dto, idempotencyKey);
    this.runtime.crash.pass('before-accept-commit');
    const acceptance = await this.commitOf(tenant.portfolioId).submit(message);
    this.runtime.crash.pass('after-accept-commit');
    if (acceptance.kind === 'known' && !acceptance.fingerprint.equals(message.fingerprint)) {
      throw new GatewayError(
        'idempotency_mismatch',
        'This idempotency key came with another request before. Use a new key for a new message.',
      );
    }
    if (acceptance.kind === 'known') this.replayed.inc();
    else this.announce(message, acceptance.state);
    return acceptedView(message, acceptance);
  }

  /** One message of the tenant's. */
  async get(tenant: Tenant, id: string): Promise<MessageView> {
    const row = await this.db.asTenant(tenant.portfolioId, (tx) => findMessage(tx, tenant.portfolioId, id));
    if (row === null) throw notFound();
    return toMessageView(row);
  }

  /** A page of the tenant's messages, the newest first. */
  async list(tenant: Tenant, query: ListMessagesQuery): Promise<MessagePage> {
    const limit = query.page_size ?? 50;
    const [beforeId = null] =
      query.page_token === undefined ? [] : readCursor(query.page_token, UUID_CURSOR, 'page_token');
    const filter = {
      phoneNumberId: query.phone_number_id ?? null,
      state: query.state ?? null,
      status: query.status ?? null,
      wamid: query.wamid ?? null,
      beforeId,
      limit: limit + 1,
    };
    const rows = await this.db.asTenant(tenant.portfolioId, (tx) => listMessages(tx, tenant.portfolioId, filter));
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      messages: page.map(toMessageView),
      next_page_token: rows.length > limit && last !== undefined ? writeCursor([last.id]) : '',
    };
  }

  /** Everything that happened to one message, oldest first. */
  async history(tenant: Tenant, id: string): Promise<MessageHistory> {
    const rows = await this.db.asTenant(tenant.portfolioId, (tx) => listEventsOf(tx, tenant.portfolioId, id));
    if (rows.length === 0) throw notFound();
    const businessId = this.accounts.businessId(tenant.portfolioId) ?? '';
    return { events: rows.map((row) => toEventView(row, businessId)) };
  }

  /** The tenant's events after a cursor, for those without a bus. */
  async events(tenant: Tenant, query: ListEventsQuery): Promise<EventPage> {
    const [tx = '0', seq = '0'] = query.after === undefined ? [] : readCursor(query.after, EVENT_CURSOR, 'after');
    const after = { tx, seq: Number(seq) };
    const limit = query.limit ?? 100;
    const rows = await this.db.asTenant(tenant.portfolioId, (q) =>
      listEventsAfter(q, tenant.portfolioId, after, limit),
    );
    const last = rows.at(-1);
    const businessId = this.accounts.businessId(tenant.portfolioId) ?? '';
    return {
      events: rows.map((row) => toEventView(row, businessId)),
      next: last === undefined ? writeCursor([tx, seq]) : writeCursor([last.tx, last.seq]),
    };
  }

  private requireNumber(tenant: Tenant, phoneNumberId: string): void {
    if (this.accounts.phoneNumber(phoneNumberId)?.portfolioId === tenant.portfolioId) return;
    const detail = 'phone_number_id must be one of your numbers; GET /v1/phone_numbers lists them';
    throw new GatewayError('invalid_request', detail, { errors: [{ pointer: '/phone_number_id', detail }] });
  }

  private toNewMessage(dto: SendMessageDto, idempotencyKey: string | null): NewMessage {
    const expiresAt = toInstant(dto.expires_at);
    const sendAt = toInstant(dto.send_at);
    requireFuture(expiresAt, sendAt ?? this.runtime.clock.now());
    const priority = dto.priority ?? (dto.type === 'template' ? 'marketing' : 'utility');
    return {
      id: newId(),
      phoneNumberId: dto.phone_number_id,
      recipient: dto.to === undefined ? (dto.recipient ?? '') : (parsePhone(dto.to) ?? ''),
      recipientKind: dto.to === undefined ? 'bsuid' : 'phone',
      type: dto.type,
      content: dto[dto.type] as object,
      context: dto.context ?? null,
      priority: PRIORITIES.indexOf(priority),
      onUnknown: dto.on_unknown ?? 'hold',
      sendAt,
      expiresAt,
      callbackData: dto.callback_data ?? null,
      metadata: dto.metadata ?? null,
      idempotencyKey,
      fingerprint: createHash('sha256').update(canonicalJson(dto)).digest(),
    };
  }

  private commitOf(portfolioId: string): GroupCommit<NewMessage, Acceptance> {
    const known = this.commits.get(portfolioId);
    if (known !== undefined) return known;
    const flush = async (messages: readonly NewMessage[]): Promise<Acceptance[]> => {
      const results = await this.db.asTenant(portfolioId, (tx) =>
        insertMessages(tx, portfolioId, messages, this.runtime.publishesEvents),
      );
      return messages.map((m) => results.get(m.id) as Acceptance);
    };
    const commit = new GroupCommit(flush, ACCEPT, this.runtime.clock);
    this.commits.set(portfolioId, commit);
    return commit;
  }

  private announce(message: NewMessage, state: string): void {
    this.accepted.inc({ type: message.type });
    if (state === 'queued') this.schedule.wake(message.phoneNumberId);
    this.outbox.raise();
  }
}

/** The answer to an acceptance, the same for the first request and every replay of it. */
function acceptedView(message: NewMessage, acceptance: Acceptance): MessageView {
  const scheduled = message.sendAt !== null && message.sendAt > acceptance.acceptedAt;
  return toMessageView({
    id: acceptance.id,
    phone_number_id: message.phoneNumberId,
    recipient: message.recipient,
    recipient_kind: message.recipientKind,
    type: message.type,
    content: message.content,
    context: message.context,
    priority: message.priority,
    on_unknown: message.onUnknown,
    send_at: message.sendAt,
    expires_at: message.expiresAt,
    callback_data: message.callbackData,
    metadata: message.metadata,
    state: scheduled ? 'scheduled' : 'queued',
    status: null,
    wamid: null,
    accepted_at: acceptance.acceptedAt,
    submitted_at: null,
    held_at: null,
    sent_at: null,
    delivered_at: null,
    read_at: null,
    played_at: null,
    failed_at: null,
    no_status_at: null,
    inferred: false,
    errors: [],
    pricing: null,
    attempts: [],
  });
}

/** Callers may also write null for a time that they do not set. */
function toInstant(text: string | null | undefined): Date | null {
  return text === null || text === undefined ? null : new Date(text);
}

function requireFuture(expiresAt: Date | null, earliest: Date): void {
  if (expiresAt === null || expiresAt > earliest) return;
  const detail = 'expires_at must lie in the future, and after send_at';
  throw new GatewayError('invalid_request', detail, { errors: [{ pointer: '/expires_at', detail }] });
}

function notFound(): GatewayError {
  return new GatewayError('not_found', 'You have no message with this id.');
}
