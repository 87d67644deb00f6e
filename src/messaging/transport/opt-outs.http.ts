import { Body, Controller, Delete, Get, HttpCode, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { ApiProblem } from '../../platform/http/api-problem.js';
import { ListOptOutsQuery, OptOutOf, OptOutPage, OptOutView, PutOptOutDto } from '../opt-outs.dto.js';
import { OptOutsService } from '../opt-outs.service.js';

/** Who wants no marketing, over REST. */
@ApiTags('messages')
@ApiBearerAuth()
@Controller('v1')
export class OptOutsHttpController {
  constructor(private readonly optOuts: OptOutsService) {}

  /** Lists opt-outs. */
  @Get('opt_outs')
  @Scope('opt_outs:read')
  @ApiOperation({ operationId: 'listOptOuts', summary: 'List who wants no marketing, or look one person up' })
  @ApiResponse({ status: 200, description: 'A page; `next_page_token` is empty on the last one.', type: OptOutPage })
  @ApiProblem(400, 401, 403, 503)
  list(@CurrentTenant() tenant: Tenant, @Query() query: ListOptOutsQuery): Promise<OptOutPage> {
    return this.optOuts.list(tenant, query);
  }

  /** Keeps an opt-out. */
  @Put('opt_outs')
  @Scope('opt_outs:write')
  @ApiOperation({
    operationId: 'putOptOut',
    summary: 'Keep that somebody wants no marketing',
    description:
      'Marketing messages to them end as `rejected` with 131050 right before they would be sent, queued ones too.',
  })
  @ApiResponse({ status: 200, description: 'It is kept.', type: OptOutView })
  @ApiProblem(400, 401, 403, 503)
  put(@CurrentTenant() tenant: Tenant, @Body() dto: PutOptOutDto): Promise<OptOutView> {
    return this.optOuts.put(tenant, dto);
  }

  /** Takes an opt-out back. */
  @Delete('opt_outs')
  @HttpCode(204)
  @Scope('opt_outs:write')
  @ApiOperation({ operationId: 'removeOptOut', summary: 'Take an opt-out back, because the person said so' })
  @ApiResponse({ status: 204, description: 'There is none any more.' })
  @ApiProblem(400, 401, 403, 503)
  remove(@CurrentTenant() tenant: Tenant, @Query() of: OptOutOf): Promise<void> {
    return this.optOuts.remove(tenant, of);
  }
}
