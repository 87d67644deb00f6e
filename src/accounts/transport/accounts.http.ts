import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { ApiProblem } from '../../platform/http/api-problem.js';
import { PhoneNumberList } from '../accounts.dto.js';
import { AccountsService } from '../accounts.service.js';

/** What a portfolio owns at Meta, over REST. */
@ApiTags('accounts')
@ApiBearerAuth()
@Controller('v1')
export class AccountsHttpController {
  constructor(private readonly accounts: AccountsService) {}

  /** Lists the numbers. */
  @Get('phone_numbers')
  @Scope('accounts:read')
  @ApiOperation({
    operationId: 'listPhoneNumbers',
    summary: 'List your business phone numbers with their throughput level',
  })
  @ApiResponse({ status: 200, description: 'Your numbers.', type: PhoneNumberList })
  @ApiProblem(401, 403, 503)
  list(@CurrentTenant() tenant: Tenant): PhoneNumberList {
    return this.accounts.listFor(tenant.portfolioId);
  }
}
