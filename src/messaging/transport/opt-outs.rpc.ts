import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { Rpc } from '../../platform/transport/rpc.decorator.js';
import { ListOptOutsQuery, OptOutOf, type OptOutPage, type OptOutView, PutOptOutDto } from '../opt-outs.dto.js';
import { OptOutsService } from '../opt-outs.service.js';

/** Who wants no marketing, over gRPC and NATS. */
@Controller()
export class OptOutsRpcController {
  constructor(private readonly optOuts: OptOutsService) {}

  /** Lists opt-outs. */
  @Rpc('MessagingService', 'ListOptOuts')
  @Scope('opt_outs:read')
  list(@CurrentTenant() tenant: Tenant, @Payload() query: ListOptOutsQuery): Promise<OptOutPage> {
    return this.optOuts.list(tenant, query);
  }

  /** Keeps an opt-out. */
  @Rpc('MessagingService', 'PutOptOut')
  @Scope('opt_outs:write')
  put(@CurrentTenant() tenant: Tenant, @Payload() dto: PutOptOutDto): Promise<OptOutView> {
    return this.optOuts.put(tenant, dto);
  }

  /** Takes an opt-out back. */
  @Rpc('MessagingService', 'RemoveOptOut')
  @Scope('opt_outs:write')
  remove(@CurrentTenant() tenant: Tenant, @Payload() of: OptOutOf): Promise<void> {
    return this.optOuts.remove(tenant, of);
  }
}
