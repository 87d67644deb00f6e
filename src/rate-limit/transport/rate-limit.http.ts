import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { ApiProblem } from '../../platform/http/api-problem.js';
import { LimitsService } from '../limits.service.js';
import { ListStopsQuery, RateLimitParam, RateLimitView, StopIdParam, StopList, StopView } from '../rate-limit.dto.js';

/** Limits over REST. */
@ApiTags('rate limits')
@ApiBearerAuth()
@Controller('v1/rate_limits')
export class RateLimitHttpController {
  constructor(private readonly limits: LimitsService) {}

  /** Lists what has stopped. */
  @Get('stops')
  @Scope('rate_limits:read')
  @ApiOperation({ operationId: 'listStops', summary: 'List what has stopped sending, and why' })
  @ApiResponse({ status: 200, description: 'Your stops, the newest first.', type: StopList })
  @ApiProblem(400, 401, 403, 503)
  listStops(@CurrentTenant() tenant: Tenant, @Query() query: ListStopsQuery): Promise<StopList> {
    return this.limits.listStops(tenant, query.ended ?? false);
  }

  /** Releases a stop. */
  @Post('stops/:id/release')
  @HttpCode(200)
  @Scope('rate_limits:write')
  @ApiOperation({
    operationId: 'releaseStop',
    summary: 'Release a stop, so that the messages that wait for it go out',
    description: 'Do so when its cause is mended: sending on while Meta restricts an account makes it worse.',
  })
  @ApiResponse({ status: 200, description: 'The stop, with who released it and when.', type: StopView })
  @ApiProblem(400, 401, 403, 404, 503)
  release(@CurrentTenant() tenant: Tenant, @Param() { id }: StopIdParam): Promise<StopView> {
    return this.limits.release(tenant, id);
  }

  /** Shows how a number stands. */
  @Get(':phone_number_id')
  @Scope('rate_limits:read')
  @ApiOperation({ operationId: 'getRateLimits', summary: 'Show how a number stands with every limit' })
  @ApiResponse({ status: 200, description: 'Each limit with what is used and left.', type: RateLimitView })
  @ApiProblem(400, 401, 403, 404, 503)
  state(@CurrentTenant() tenant: Tenant, @Param() { phone_number_id }: RateLimitParam): Promise<RateLimitView> {
    return this.limits.state(tenant, phone_number_id);
  }
}
