import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { Rpc } from '../../platform/transport/rpc.decorator.js';
import {
  type PolicyChoices,
  type PolicyHistory,
  PolicyHistoryQuery,
  type PolicyView,
  PutPolicyCommandDto,
} from '../policies.dto.js';
import { PoliciesService } from '../policies.service.js';
import { RateLimitParam } from '../rate-limit.dto.js';

/** What is chosen for numbers beyond Meta's limits, over gRPC and NATS. */
@Controller()
export class PoliciesRpcController {
  constructor(private readonly policies: PoliciesService) {}

  /** Lists what can be chosen. */
  @Rpc('RateLimitService', 'ListPolicyChoices')
  @Scope('rate_limits:read')
  choices(): PolicyChoices {
    return this.policies.choices();
  }

  /** Shows a policy. */
  @Rpc('RateLimitService', 'GetPolicy')
  @Scope('rate_limits:read')
  get(@CurrentTenant() tenant: Tenant, @Payload() { phone_number_id }: RateLimitParam): Promise<PolicyView> {
    return this.policies.get(tenant, phone_number_id);
  }

  /** Chooses a policy. */
  @Rpc('RateLimitService', 'PutPolicy')
  @Scope('rate_limits:write')
  put(@CurrentTenant() tenant: Tenant, @Payload() dto: PutPolicyCommandDto): Promise<PolicyView> {
    return this.policies.put(tenant, dto);
  }

  /** Takes a policy back. */
  @Rpc('RateLimitService', 'RemovePolicy')
  @Scope('rate_limits:write')
  remove(@CurrentTenant() tenant: Tenant, @Payload() { phone_number_id }: RateLimitParam): Promise<void> {
    return this.policies.remove(tenant, phone_number_id);
  }

  /** Lists changes. */
  @Rpc('RateLimitService', 'ListPolicyChanges')
  @Scope('rate_limits:read')
  history(@CurrentTenant() tenant: Tenant, @Payload() query: PolicyHistoryQuery): Promise<PolicyHistory> {
    return this.policies.history(tenant, query);
  }
}
