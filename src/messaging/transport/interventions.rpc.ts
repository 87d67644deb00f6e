import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { Rpc } from '../../platform/transport/rpc.decorator.js';
import { type MarkedReadView, MarkReadDto, ResendCommandDto } from '../interventions.dto.js';
import { InterventionsService } from '../interventions.service.js';
import { MessageIdParam, type MessageView } from '../messaging.dto.js';
import { ReadReceiptsService } from '../read-receipts.service.js';

/** What can be done to messages after they were accepted or received, over gRPC and NATS. */
@Controller()
export class InterventionsRpcController {
  constructor(
    private readonly interventions: InterventionsService,
    private readonly receipts: ReadReceiptsService,
  ) {}

  /** Cancels a message. */
  @Rpc('MessagingService', 'Cancel')
  @Scope('messages:write')
  cancel(@CurrentTenant() tenant: Tenant, @Payload() { id }: MessageIdParam): Promise<MessageView> {
    return this.interventions.cancel(tenant, id);
  }

  /** Sends a message in doubt once more. */
  @Rpc('MessagingService', 'Resend')
  @Scope('messages:write')
  resend(@CurrentTenant() tenant: Tenant, @Payload() dto: ResendCommandDto): Promise<MessageView> {
    return this.interventions.resend(tenant, dto.id, dto);
  }

  /** Marks an inbound message as read. */
  @Rpc('MessagingService', 'MarkRead')
  @Scope('messages:write')
  markRead(@CurrentTenant() tenant: Tenant, @Payload() dto: MarkReadDto): Promise<MarkedReadView> {
    return this.receipts.markRead(tenant, dto);
  }
}
