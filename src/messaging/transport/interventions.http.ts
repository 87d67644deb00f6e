import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { ApiProblem } from '../../platform/http/api-problem.js';
import { MarkedReadView, MarkReadDto, ResendMessageDto } from '../interventions.dto.js';
import { InterventionsService } from '../interventions.service.js';
import { MessageIdParam, MessageView } from '../messaging.dto.js';
import { ReadReceiptsService } from '../read-receipts.service.js';

/** What can be done to messages after they were accepted or received, over REST. */
@ApiTags('messages')
@ApiBearerAuth()
@Controller('v1')
export class InterventionsHttpController {
  constructor(
    private readonly interventions: InterventionsService,
    private readonly receipts: ReadReceiptsService,
  ) {}

  /** Marks an inbound message as read. */
  @Post('messages/mark_read')
  @HttpCode(200)
  @Scope('messages:write')
  @ApiOperation({
    operationId: 'markMessageRead',
    summary: 'Mark an inbound message as read, and show that an answer is being written',
    description: 'Goes to Meta at once. Meta marks the earlier messages of the conversation as well.',
  })
  @ApiResponse({ status: 200, description: 'Meta marked it.', type: MarkedReadView })
  @ApiProblem(400, 401, 403, 422, 502, 503)
  markRead(@CurrentTenant() tenant: Tenant, @Body() dto: MarkReadDto): Promise<MarkedReadView> {
    return this.receipts.markRead(tenant, dto);
  }

  /** Cancels a message. */
  @Post('messages/:id/cancel')
  @HttpCode(200)
  @Scope('messages:write')
  @ApiOperation({
    operationId: 'cancelMessage',
    summary: 'Call off a message that is not on its way yet',
    description: 'May be repeated. A message of which an attempt is armed is refused with 409.',
  })
  @ApiResponse({ status: 200, description: 'It will not be sent.', type: MessageView })
  @ApiProblem(400, 401, 403, 404, 409, 503)
  cancel(@CurrentTenant() tenant: Tenant, @Param() { id }: MessageIdParam): Promise<MessageView> {
    return this.interventions.cancel(tenant, id);
  }

  /** Sends a message in doubt once more. */
  @Post('messages/:id/resend')
  @HttpCode(202)
  @Scope('messages:write')
  @ApiOperation({
    operationId: 'resendMessage',
    summary: 'Send a message once more of which nobody knows whether Meta has it',
    description:
      'Only for `unknown` and `unconfirmed`: the person may then get it twice. May be repeated while the resend is under way; `after_attempt` makes it good for one attempt only.',
  })
  @ApiBody({ type: ResendMessageDto, required: false })
  @ApiResponse({ status: 202, description: 'It is queued again, or was already.', type: MessageView })
  @ApiProblem(400, 401, 403, 404, 409, 503)
  resend(
    @CurrentTenant() tenant: Tenant,
    @Param() { id }: MessageIdParam,
    @Body() dto: ResendMessageDto,
  ): Promise<MessageView> {
    return this.interventions.resend(tenant, id, dto);
  }
}
