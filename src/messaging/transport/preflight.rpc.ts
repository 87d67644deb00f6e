import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { Rpc } from '../../platform/transport/rpc.decorator.js';
import { MessageIdParam } from '../messaging.dto.js';
import { CheckMessagesDto, type CheckView, type ExplainView } from '../preflight.dto.js';
import { PreflightService } from '../preflight.service.js';

/** Whether messages would go, and why one has not, over gRPC and NATS. */
@Controller()
export class PreflightRpcController {
  constructor(private readonly preflight: PreflightService) {}

  /** Checks messages. */
  @Rpc('RateLimitService', 'Check')
  @Scope('rate_limits:read')
  check(@CurrentTenant() tenant: Tenant, @Payload() dto: CheckMessagesDto): Promise<CheckView> {
    return this.preflight.check(tenant, dto);
  }

  /** Explains a message. */
  @Rpc('MessagingService', 'Explain')
  @Scope('messages:read')
  explain(@CurrentTenant() tenant: Tenant, @Payload() { id }: MessageIdParam): Promise<ExplainView> {
    return this.preflight.explain(tenant, id);
  }
}
