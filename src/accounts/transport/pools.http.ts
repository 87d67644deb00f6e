import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { ApiProblem } from '../../platform/http/api-problem.js';
import { IdempotencyKey } from '../../platform/http/idempotency-key.js';
import { PoolHistory, PoolIdParam, PoolList, PoolView, PutPoolDto } from '../pools.dto.js';
import { PoolsService } from '../pools.service.js';

/** Number pools over REST. */
@ApiTags('accounts')
@ApiBearerAuth()
@Controller('v1/pools')
export class PoolsHttpController {
  constructor(private readonly pools: PoolsService) {}

  /** Lists the pools. */
  @Get()
  @Scope('accounts:read')
  @ApiOperation({ operationId: 'listPools', summary: 'List your number pools' })
  @ApiResponse({ status: 200, description: 'Your pools by name.', type: PoolList })
  @ApiProblem(401, 403, 503)
  list(@CurrentTenant() tenant: Tenant): Promise<PoolList> {
    return this.pools.list(tenant);
  }

  /** Makes a pool. */
  @Post()
  @Scope('accounts:write')
  @ApiOperation({ operationId: 'createPool', summary: 'Make a number pool: numbers that send for each other' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key and body give the same answer, as it was.',
  })
  @ApiResponse({ status: 201, description: 'The pool.', type: PoolView })
  @ApiProblem(400, 401, 403, 422, 503)
  create(
    @CurrentTenant() tenant: Tenant,
    @IdempotencyKey() key: string | null,
    @Body() dto: PutPoolDto,
  ): Promise<PoolView> {
    return this.pools.create(tenant, dto, key);
  }

  /** Shows a pool. */
  @Get(':id')
  @Scope('accounts:read')
  @ApiOperation({ operationId: 'getPool', summary: 'Show a number pool' })
  @ApiResponse({ status: 200, description: 'The pool.', type: PoolView })
  @ApiProblem(400, 401, 403, 404, 503)
  get(@CurrentTenant() tenant: Tenant, @Param() param: PoolIdParam): Promise<PoolView> {
    return this.pools.get(tenant, param);
  }

  /** Changes a pool. */
  @Put(':id')
  @Scope('accounts:write')
  @ApiOperation({ operationId: 'updatePool', summary: 'Change a number pool' })
  @ApiResponse({ status: 200, description: 'The pool as it is now.', type: PoolView })
  @ApiProblem(400, 401, 403, 404, 503)
  update(@CurrentTenant() tenant: Tenant, @Param() param: PoolIdParam, @Body() dto: PutPoolDto): Promise<PoolView> {
    return this.pools.update(tenant, { ...dto, ...param });
  }

  /** Takes a pool out. */
  @Delete(':id')
  @HttpCode(204)
  @Scope('accounts:write')
  @ApiOperation({ operationId: 'removePool', summary: 'Take a number pool out; its messages keep their numbers' })
  @ApiResponse({ status: 204, description: 'There is no such pool any more.' })
  @ApiProblem(400, 401, 403, 404, 503)
  remove(@CurrentTenant() tenant: Tenant, @Param() param: PoolIdParam): Promise<void> {
    return this.pools.remove(tenant, param);
  }

  /** Lists changes. */
  @Get(':id/history')
  @Scope('accounts:read')
  @ApiOperation({ operationId: 'listPoolChanges', summary: 'List who changed a number pool, when and how' })
  @ApiResponse({ status: 200, description: 'The changes, the newest first.', type: PoolHistory })
  @ApiProblem(400, 401, 403, 404, 503)
  history(@CurrentTenant() tenant: Tenant, @Param() param: PoolIdParam): Promise<PoolHistory> {
    return this.pools.history(tenant, param);
  }
}
