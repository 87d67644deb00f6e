import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { IdempotencyKey } from '../../platform/http/idempotency-key.js';
import { Rpc } from '../../platform/transport/rpc.decorator.js';
import {
  type PoolHistory,
  PoolIdParam,
  type PoolList,
  type PoolView,
  PutPoolDto,
  UpdatePoolDto,
} from '../pools.dto.js';
import { PoolsService } from '../pools.service.js';

/** Number pools over gRPC and NATS. */
@Controller()
export class PoolsRpcController {
  constructor(private readonly pools: PoolsService) {}

  /** Lists the pools. */
  @Rpc('AccountsService', 'ListPools')
  @Scope('accounts:read')
  list(@CurrentTenant() tenant: Tenant): Promise<PoolList> {
    return this.pools.list(tenant);
  }

  /** Shows a pool. */
  @Rpc('AccountsService', 'GetPool')
  @Scope('accounts:read')
  get(@CurrentTenant() tenant: Tenant, @Payload() dto: PoolIdParam): Promise<PoolView> {
    return this.pools.get(tenant, dto);
  }

  /** Makes a pool. */
  @Rpc('AccountsService', 'CreatePool')
  @Scope('accounts:write')
  create(
    @CurrentTenant() tenant: Tenant,
    @IdempotencyKey() key: string | null,
    @Payload() dto: PutPoolDto,
  ): Promise<PoolView> {
    return this.pools.create(tenant, dto, key);
  }

  /** Changes a pool. */
  @Rpc('AccountsService', 'UpdatePool')
  @Scope('accounts:write')
  update(@CurrentTenant() tenant: Tenant, @Payload() dto: UpdatePoolDto): Promise<PoolView> {
    return this.pools.update(tenant, dto);
  }

  /** Takes a pool out. */
  @Rpc('AccountsService', 'RemovePool')
  @Scope('accounts:write')
  remove(@CurrentTenant() tenant: Tenant, @Payload() dto: PoolIdParam): Promise<void> {
    return this.pools.remove(tenant, dto);
  }

  /** Lists changes. */
  @Rpc('AccountsService', 'ListPoolChanges')
  @Scope('accounts:read')
  history(@CurrentTenant() tenant: Tenant, @Payload() dto: PoolIdParam): Promise<PoolHistory> {
    return this.pools.history(tenant, dto);
  }
}
