import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { ApiProblem } from '../../platform/http/api-problem.js';
import { PolicyChoices, PolicyHistory, PolicyHistoryPage, PolicyView, PutPolicyDto } from '../policies.dto.js';
import { PoliciesService } from '../policies.service.js';
import { RateLimitParam } from '../rate-limit.dto.js';

/** What is chosen for numbers beyond Meta's limits, over REST. */
@ApiTags('rate limits')
@ApiBearerAuth()
@Controller('v1/rate_limits')
export class PoliciesHttpController {
  constructor(private readonly policies: PoliciesService) {}

  /** Lists what can be chosen. */
  @Get('policies')
  @Scope('rate_limits:read')
  @ApiOperation({ operationId: 'listPolicyChoices', summary: 'List the policies that can be chosen for a number' })
  @ApiResponse({ status: 200, description: 'The policies by what they are for.', type: PolicyChoices })
  @ApiProblem(401, 403, 503)
  choices(): PolicyChoices {
    return this.policies.choices();
  }

  /** Shows a policy. */
  @Get(':phone_number_id/policy')
  @Scope('rate_limits:read')
  @ApiOperation({ operationId: 'getPolicy', summary: 'Show what holds for a number beyond Meta’s limits' })
  @ApiResponse({
    status: 200,
    description: 'The policy; everything is null when nothing was chosen.',
    type: PolicyView,
  })
  @ApiProblem(400, 401, 403, 404, 503)
  get(@CurrentTenant() tenant: Tenant, @Param() { phone_number_id }: RateLimitParam): Promise<PolicyView> {
    return this.policies.get(tenant, phone_number_id);
  }

  /** Chooses a policy. */
  @Put(':phone_number_id/policy')
  @Scope('rate_limits:write')
  @ApiOperation({
    operationId: 'putPolicy',
    summary: 'Choose what holds for a number beyond Meta’s limits',
    description:
      'Replaces what was chosen before: what is absent or null holds no more. In force within about a second.',
  })
  @ApiResponse({ status: 200, description: 'The policy as it is now.', type: PolicyView })
  @ApiProblem(400, 401, 403, 404, 503)
  put(
    @CurrentTenant() tenant: Tenant,
    @Param() { phone_number_id }: RateLimitParam,
    @Body() dto: PutPolicyDto,
  ): Promise<PolicyView> {
    return this.policies.put(tenant, { ...dto, phone_number_id });
  }

  /** Takes a policy back. */
  @Delete(':phone_number_id/policy')
  @HttpCode(204)
  @Scope('rate_limits:write')
  @ApiOperation({ operationId: 'removePolicy', summary: 'Let only Meta’s limits hold for a number' })
  @ApiResponse({ status: 204, description: 'Nothing is chosen any more.' })
  @ApiProblem(400, 401, 403, 404, 503)
  remove(@CurrentTenant() tenant: Tenant, @Param() { phone_number_id }: RateLimitParam): Promise<void> {
    return this.policies.remove(tenant, phone_number_id);
  }

  /** Lists changes. */
  @Get(':phone_number_id/policy/history')
  @Scope('rate_limits:read')
  @ApiOperation({ operationId: 'listPolicyChanges', summary: 'List who changed the policy of a number, when and how' })
  @ApiResponse({ status: 200, description: 'The changes, the newest first.', type: PolicyHistory })
  @ApiProblem(400, 401, 403, 404, 503)
  history(
    @CurrentTenant() tenant: Tenant,
    @Param() { phone_number_id }: RateLimitParam,
    @Query() query: PolicyHistoryPage,
  ): Promise<PolicyHistory> {
    return this.policies.history(tenant, { ...query, phone_number_id });
  }
}
