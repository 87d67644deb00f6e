import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { Rpc } from '../../platform/transport/rpc.decorator.js';
import { EraseDto, type ErasureView } from '../erasures.dto.js';
import { ErasuresService } from '../erasures.service.js';

/** Erasing people, over gRPC and NATS. */
@Controller()
export class ErasuresRpcController {
  constructor(private readonly erasures: ErasuresService) {}

  /** Erases a person. */
  @Rpc('MessagingService', 'Erase')
  @Scope('erasures:write')
  erase(@CurrentTenant() tenant: Tenant, @Payload() dto: EraseDto): Promise<ErasureView> {
    return this.erasures.erase(tenant, dto);
  }
}
