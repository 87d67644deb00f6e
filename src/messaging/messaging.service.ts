import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { canonicalJson } from '../core/canonical-json.js';
import { readAnsweredId } from '../core/cloud-api/answered-id.js';
import { GatewayError } from '../core/gateway-error.js';
import { fullHourSpreadMs } from '../core/limits/full-hour.js';
import { parsePhone } from '../core/phone/recipient.js';
import type { Tenant } from '../platform/auth/principal.js';
import { newId } from '../platform/clock/ids.js';
import { Db, isTransient } from '../platform/db/db.js';
import { GroupCommit } from '../platform/db/group-commit.js';
import { readCursor, writeCursor } from '../platform/http/cursor.js';
import { Runtime } from '../platform/runtime.js';
import { TemplateDirectoryService } from '../templates/template-directory.service.js';
import { listEventsAfter, listEventsOf } from './events.store.js';
import { LaneSchedule } from './lane-schedule.js';
import { ENVELOPE_FIELDS, PRIORITIES } from './message.shape.js';
import { EVENT_CURSOR, toEventView, toMessageView } from './message.views.js';
import {
  type Acceptance,
  findMessage,
  insertMessages,
  isKeyKnown,
  listMessages,
  type NewMessage,
} from './messages.store.js';
import type {
  EventPage,
  ListEventsQuery,
  ListMessagesQuery,
  MessageHistory,
  MessagePage,
  MessageView,
  SendMessageDto,
  ValidatedView,
} from './messaging.dto.js';
import { OutboxSignal } from './outbox-signal.js';
import { type ChosenSender, PoolSendersService } from './pool-senders.service.js';

const ACCEPT = { maxBatch: 500, maxWaiting: 20_000, deadlineMs: 10_000, isolate: (e: unknown) => !isTransient(e) };

const UUID_CURSOR = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Who sends a message. */
type Sender = ChosenSender | { readonly phoneNumberId: string; readonly pool: null };

/** What became of one of many messages. */
export type Accepted =
  | { readonly id: string; readonly state: 'queued' | 'scheduled'; readonly phone_number_id?: string }
  | { readonly id?: never; readonly state: 'valid' };

/** What callers do with messages: have them accepted, read them, and read what became of them. */
@Injectable()
export class MessagingService {
  /** Per portfolio, because each batch runs under its tenant's row-level security. */
  private readonly commits = new Map<string, GroupCommit<NewMessage, Acceptance>>();
  private readonly accepted: Counter<'type'>;
  private readonly replayed: Counter;

  constructor(
    private readonly db: Db,
    private readonly schedule: LaneSchedule,
    private readonly outbox: OutboxSignal,
    private readonly templates: TemplateDirectoryService,
    private readonly senders: PoolSendersService,
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
   * same answer, and another request under that key is refused. With `validate_only` nothing is kept.
   */
  async accept(
    tenant: Tenant,
    dto: SendMessageDto,
    idempotencyKey: string | null,
  ): Promise<MessageView | ValidatedView> {
    const message = await this.prepare(tenant, dto, idempotencyKey);
    if (dto.validate_only === true) return { state: 'valid' };
    return acceptedView(message, await this.take(tenant, message));
  }

  /** As `accept`, for those who want no more than what the message became: one of many. */
  async acceptOne(tenant: Tenant, dto: SendMessageDto, idempotencyKey: string | null): Promise<Accepted> {
    const message = await this.prepare(tenant, dto, idempotencyKey);
    if (dto.validate_only === true) return { state: 'valid' };
    const acceptance = await this.take(tenant, message);
    const accepted = { id: acceptance.id, state: stateAt(message, acceptance) };
    return message.pool === null ? accepted : { ...accepted, phone_number_id: numberAt(message, acceptance) };
  }

  /** One message of the tenant's. */
  async get(tenant: Tenant, id: string): Promise<MessageView> {
    const row = await this.db.asTenant(tenant.portfolioId, (tx) => findMessage(tx, tenant.portfolioId, id));
    if (row === null) throw notFound();
    return toMessageView(row);
  }

  /**
   * The wamid that Meta knows a message by. What is not an id of the drop-in's own is one already. Null when the
   * message has none (yet), or is nobody's of this tenant.
   */
  async wamidOf(tenant: Tenant, id: string): Promise<string | null> {
    const messageId = readAnsweredId(id);
    if (messageId === null) return id;
    const row = await this.db.asTenant(tenant.portfolioId, (tx) => findMessage(tx, tenant.portfolioId, messageId));
    return row?.wamid ?? null;
  }

  /** A page of the tenant's messages, the newest first. */
  async list(tenant: Tenant, query: ListMessagesQuery): Promise<MessagePage> {
    const limit = query.page_size ?? 50;
    const [beforeId = null] =
      query.page_token === undefined ? [] : readCursor(query.page_token, UUID_CURSOR, 'page_token');
    const ownId = query.wamid === undefined ? null : readAnsweredId(query.wamid);
    const filter = {
      id: ownId,
      phoneNumberId: query.phone_number_id ?? null,
      state: query.state ?? null,
      status: query.status ?? null,
      wamid: ownId === null ? (query.wamid ?? null) : null,
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
    const businessId = this.senders.businessId(tenant);
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
    const businessId = this.senders.businessId(tenant);
    return {
      events: rows.map((row) => toEventView(row, businessId)),
      next: last === undefined ? writeCursor([tx, seq]) : writeCursor([last.tx, last.seq]),
    };
  }

  /** Judges what the DTO alone cannot tell. Throws `invalid_request`. */
  async prepare(tenant: Tenant, dto: SendMessageDto, idempotencyKey: string | null): Promise<NewMessage> {
    const sender = await this.senderOf(tenant, dto);
    if (dto.type === 'template') await this.requireSendable(tenant, sender.phoneNumberId, dto, idempotencyKey);
    const isScheduled = (dto.send_at ?? null) !== null;
    const fullHourMs = isScheduled ? await this.senders.fullHourSpreadOf(sender.phoneNumberId) : 0;
    return this.toNewMessage(dto, sender, fullHourMs, idempotencyKey);
  }

  /** The number that the caller named, or that their pool chooses. */
  private async senderOf(tenant: Tenant, dto: SendMessageDto): Promise<Sender> {
    if (dto.pool_id === undefined) {
      const { phone_number_id = '' } = dto;
      this.senders.requireNumber(tenant, phone_number_id);
      return { phoneNumberId: phone_number_id, pool: null };
    }
    const { recipient } = toRecipient(dto);
    const { name } = (dto.template ?? {}) as { readonly name?: string };
    return this.senders.choose(tenant, dto.pool_id, { recipient, type: dto.type, template: name ?? null });
  }

  /** A template may have changed since its message was accepted: the same request again gives the same answer. */
  private async requireSendable(
    tenant: Tenant,
    phoneNumberId: string,
    dto: SendMessageDto,
    idempotencyKey: string | null,
  ): Promise<void> {
    try {
      this.templates.requireSendable(phoneNumberId, dto.template);
    } catch (refusal) {
      const { portfolioId } = tenant;
      if (idempotencyKey === null) throw refusal;
      if (await this.db.asTenant(portfolioId, (tx) => isKeyKnown(tx, portfolioId, idempotencyKey))) return;
      throw refusal;
    }
  }

  private async take(tenant: Tenant, message: NewMessage): Promise<Acceptance> {
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
    return acceptance;
  }

  private toNewMessage(
    dto: SendMessageDto,
    sender: Sender,
    fullHourMs: number,
    idempotencyKey: string | null,
  ): NewMessage {
    const expiresAt = toInstant(dto.expires_at);
    const sendAt = toInstant(dto.send_at);
    requireFuture(expiresAt, sendAt ?? this.runtime.clock.now());
    const priority = dto.priority ?? this.usualPriority(sender.phoneNumberId, dto);
    const id = newId();
    return {
      id,
      ...sender,
      ...toRecipient(dto),
      type: dto.type,
      content: dto[dto.type] as object,
      context: dto.context ?? null,
      envelope: toEnvelope(dto),
      priority: PRIORITIES.indexOf(priority),
      // A password waits for nobody's share, and its queue is looked at in every round.
      fairnessKey: priority === 'authentication' ? '' : (dto.fairness_key ?? ''),
      onUnknown: dto.on_unknown ?? 'hold',
      sendAt,
      spreadMs: fullHourSpreadMs(
        {
          id,
          isMarketing: priority === 'marketing',
          sendAtMs: sendAt?.getTime() ?? null,
          expiresAtMs: expiresAt?.getTime() ?? null,
        },
        fullHourMs,
      ),
      expiresAt,
      callbackData: dto.callback_data ?? null,
      metadata: dto.metadata ?? null,
      idempotencyKey,
      fingerprint: idempotencyKey === null ? NO_FINGERPRINT : fingerprintOf(dto),
    };
  }

  /** A template that is not known counts as marketing: then it goes last, and to nobody who wants no marketing. */
  private usualPriority(phoneNumberId: string, dto: SendMessageDto): (typeof PRIORITIES)[number] {
    if (dto.type !== 'template') return 'utility';
    const category = this.templates.categoryOf(phoneNumberId, dto.template)?.toLowerCase();
    return PRIORITIES.find((priority) => priority === category) ?? 'marketing';
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
    if (state === 'queued') this.schedule.wake(message.phoneNumberId, message);
    this.outbox.raise();
  }
}

/** Nobody compares what has no key. */
const NO_FINGERPRINT = Buffer.alloc(0);

/** What a request means, whichever way it came: how it is to be answered is no part of it. */
function fingerprintOf(dto: SendMessageDto & { idempotency_key?: string }): Buffer {
  const { validate_only: _, idempotency_key: __, ...meaning } = dto;
  return createHash('sha256').update(canonicalJson(meaning)).digest();
}

/** The number that sends: of a message that was known already, the one that was chosen for it. */
function numberAt(message: NewMessage, acceptance: Acceptance): string {
  const known = acceptance.kind === 'known' && message.pool !== null ? acceptance.phoneNumberId : null;
  return known ?? message.phoneNumberId;
}

function stateAt(message: NewMessage, { acceptedAt }: Acceptance): 'queued' | 'scheduled' {
  return message.sendAt !== null && message.sendAt > acceptedAt ? 'scheduled' : 'queued';
}

/** The answer to an acceptance, the same for the first request and every replay of it. */
function acceptedView(message: NewMessage, acceptance: Acceptance): MessageView {
  return toMessageView({
    id: acceptance.id,
    phone_number_id: numberAt(message, acceptance),
    pool_id: message.pool?.poolId ?? null,
    recipient: message.recipient,
    recipient_kind: message.recipientKind,
    type: message.type,
    content: message.content,
    context: message.context,
    envelope: message.envelope,
    priority: message.priority,
    fairness_key: message.fairnessKey,
    on_unknown: message.onUnknown,
    send_at: message.sendAt,
    due_at: new Date(
      Math.max(acceptance.acceptedAt.getTime(), (message.sendAt?.getTime() ?? 0) + (message.spreadMs ?? 0)),
    ),
    expires_at: message.expiresAt,
    callback_data: message.callbackData,
    metadata: message.metadata,
    state: stateAt(message, acceptance),
    status: null,
    wamid: null,
    content_erased_at: null,
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

/** The recipient in its one form, so that two ways to write a number are one person. */
function toRecipient(dto: SendMessageDto): Pick<NewMessage, 'recipient' | 'recipientKind'> {
  if (dto.to === undefined) return { recipient: dto.recipient ?? '', recipientKind: 'bsuid' };
  if (dto.recipient_type === 'group') return { recipient: dto.to, recipientKind: 'group' };
  return { recipient: parsePhone(dto.to) ?? '', recipientKind: 'phone' };
}

/** The Cloud API's own options that go to Meta as they came; null when there are none. */
function toEnvelope(dto: SendMessageDto): object | null {
  const given = ENVELOPE_FIELDS.filter((field) => dto[field] !== undefined);
  return given.length === 0 ? null : Object.fromEntries(given.map((field) => [field, dto[field]]));
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
