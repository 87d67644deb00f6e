import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { Rpc } from '../../platform/transport/rpc.decorator.js';
import { LimitsService } from '../limits.service.js';
import {
  ListStopsQuery,
  RateLimitParam,
  type RateLimitView,
  StopIdParam,
  type StopList,
  type StopView,
} from '../rate-limit.dto.js';

/** Limits over gRPC and NATS. */
@Controller()
export class RateLimitRpcController {
  constructor(private readonly limits: LimitsService) {}

  /** Shows how a number stands. */
  @Rpc('RateLimitService', 'GetRateLimits')
  @Scope('rate_limits:read')
  state(@CurrentTenant() tenant: Tenant, @Payload() { phone_number_id }: RateLimitParam): Promise<RateLimitView> {
    return this.limits.state(tenant, phone_number_id);
  }

  /** Lists what has stopped. */
  @Rpc('RateLimitService', 'ListStops')
  @Scope('rate_limits:read')
  listStops(@CurrentTenant() tenant: Tenant, @Payload() query: ListStopsQuery): Promise<StopList> {
    return this.limits.listStops(tenant, query.ended ?? false);
  }

  /** Releases a stop. */
  @Rpc('RateLimitService', 'ReleaseStop')
  @Scope('rate_limits:write')
  release(@CurrentTenant() tenant: Tenant, @Payload() { id }: StopIdParam): Promise<StopView> {
    return this.limits.release(tenant, id);
  }
}
