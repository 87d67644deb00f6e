import { Body, Controller, Get, HttpCode, Param, Post, Query, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { ApiProblem } from '../../platform/http/api-problem.js';
import { IdempotencyKey } from '../../platform/http/idempotency-key.js';
import { OkWhenNothingAccepted } from '../../platform/http/ok-when-nothing-accepted.js';
import {
  EventPage,
  ListEventsQuery,
  ListMessagesQuery,
  MessageHistory,
  MessageIdParam,
  MessagePage,
  MessageView,
  SendMessageDto,
  ValidatedView,
} from '../messaging.dto.js';
import { MessagingService } from '../messaging.service.js';

/** Messages and their events over REST. */
@ApiTags('messages')
@ApiBearerAuth()
@Controller('v1')
export class MessagingHttpController {
  constructor(private readonly messaging: MessagingService) {}

  /** Accepts a message. */
  @Post('messages')
  @HttpCode(202)
  @UseInterceptors(OkWhenNothingAccepted)
  @Scope('messages:write')
  @ApiOperation({
    operationId: 'sendMessage',
    summary: 'Accept a message for sending',
    description:
      'Answers once the message is durable. It is sent within the limits of its number; events tell what becomes of it.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key and body give the same answer and send once.',
  })
  @ApiResponse({ status: 200, description: 'With `validate_only`: it would be accepted.', type: ValidatedView })
  @ApiResponse({ status: 202, description: 'Durable; it will be sent.', type: MessageView })
  @ApiProblem(400, 401, 403, 413, 415, 422, 503)
  send(
    @CurrentTenant() tenant: Tenant,
    @IdempotencyKey() key: string | null,
    @Body() dto: SendMessageDto,
  ): Promise<MessageView | ValidatedView> {
    return this.messaging.accept(tenant, dto, key);
  }

  /** Lists messages. */
  @Get('messages')
  @Scope('messages:read')
  @ApiOperation({ operationId: 'listMessages', summary: 'List messages, the newest first' })
  @ApiResponse({ status: 200, description: 'A page; `next_page_token` is empty on the last one.', type: MessagePage })
  @ApiProblem(400, 401, 403, 503)
  list(@CurrentTenant() tenant: Tenant, @Query() query: ListMessagesQuery): Promise<MessagePage> {
    return this.messaging.list(tenant, query);
  }

  /** Shows one message. */
  @Get('messages/:id')
  @Scope('messages:read')
  @ApiOperation({ operationId: 'getMessage', summary: 'Show a message with its attempts and where it stands' })
  @ApiResponse({ status: 200, description: 'The message.', type: MessageView })
  @ApiProblem(400, 401, 403, 404, 503)
  get(@CurrentTenant() tenant: Tenant, @Param() { id }: MessageIdParam): Promise<MessageView> {
    return this.messaging.get(tenant, id);
  }

  /** Shows the history of one message. */
  @Get('messages/:id/events')
  @Scope('messages:read')
  @ApiOperation({
    operationId: 'listMessageEvents',
    summary: 'Show everything that happened to a message, oldest first',
  })
  @ApiResponse({ status: 200, description: 'Its events.', type: MessageHistory })
  @ApiProblem(400, 401, 403, 404, 503)
  history(@CurrentTenant() tenant: Tenant, @Param() { id }: MessageIdParam): Promise<MessageHistory> {
    return this.messaging.history(tenant, id);
  }

  /** Reads events by cursor. */
  @Get('events')
  @Scope('events:read')
  @ApiOperation({
    operationId: 'listEvents',
    summary: 'Read events after a cursor',
    description:
      'For those without a bus: keep `next` and ask again. No event is skipped; a message’s events rise in `version`.',
  })
  @ApiResponse({ status: 200, description: 'Events; empty when there is nothing new.', type: EventPage })
  @ApiProblem(400, 401, 403, 503)
  events(@CurrentTenant() tenant: Tenant, @Query() query: ListEventsQuery): Promise<EventPage> {
    return this.messaging.events(tenant, query);
  }
}
