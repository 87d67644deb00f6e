import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { IdempotencyKey } from '../../platform/http/idempotency-key.js';
import { RawBody } from '../../platform/http/ndjson.js';
import { Rpc } from '../../platform/transport/rpc.decorator.js';
import type { BatchView } from '../batch.dto.js';
import { BatchesService } from '../batches.service.js';
import {
  type EventPage,
  ListEventsQuery,
  ListMessagesQuery,
  type MessageHistory,
  MessageIdParam,
  type MessagePage,
  type MessageView,
  SendMessageDto,
  type ValidatedView,
} from '../messaging.dto.js';
import { MessagingService } from '../messaging.service.js';

/** Messages and their events over gRPC and NATS. */
@Controller()
export class MessagingRpcController {
  constructor(
    private readonly messaging: MessagingService,
    private readonly batches: BatchesService,
  ) {}

  /** Accepts a message. */
  @Rpc('MessagingService', 'Send')
  @Scope('messages:write')
  send(
    @CurrentTenant() tenant: Tenant,
    @IdempotencyKey() key: string | null,
    @Payload() dto: SendMessageDto,
  ): Promise<MessageView | ValidatedView> {
    return this.messaging.accept(tenant, dto, key);
  }

  /** Accepts many messages. */
  @Rpc('MessagingService', 'BatchSend')
  @Scope('messages:write')
  sendBatch(
    @CurrentTenant() tenant: Tenant,
    @IdempotencyKey() key: string | null,
    @RawBody() body: unknown,
  ): Promise<BatchView> {
    return this.batches.sendBatch(tenant, body, key);
  }

  /** Shows one message. */
  @Rpc('MessagingService', 'Get')
  @Scope('messages:read')
  get(@CurrentTenant() tenant: Tenant, @Payload() { id }: MessageIdParam): Promise<MessageView> {
    return this.messaging.get(tenant, id);
  }

  /** Lists messages. */
  @Rpc('MessagingService', 'List')
  @Scope('messages:read')
  list(@CurrentTenant() tenant: Tenant, @Payload() query: ListMessagesQuery): Promise<MessagePage> {
    return this.messaging.list(tenant, query);
  }

  /** Shows the history of one message. */
  @Rpc('MessagingService', 'History')
  @Scope('messages:read')
  history(@CurrentTenant() tenant: Tenant, @Payload() { id }: MessageIdParam): Promise<MessageHistory> {
    return this.messaging.history(tenant, id);
  }

  /** Reads events by cursor. */
  @Rpc('MessagingService', 'ListEvents')
  @Scope('events:read')
  events(@CurrentTenant() tenant: Tenant, @Payload() query: ListEventsQuery): Promise<EventPage> {
    return this.messaging.events(tenant, query);
  }
}
