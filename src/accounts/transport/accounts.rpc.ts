import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { Rpc } from '../../platform/transport/rpc.decorator.js';
import type { PhoneNumberList } from '../accounts.dto.js';
import { AccountsService } from '../accounts.service.js';
import { NormalizePhonesDto, type PhoneCheckReport } from '../phone-checks.dto.js';
import { PhoneChecksService } from '../phone-checks.service.js';

/** What a portfolio owns at Meta, over gRPC and NATS. */
@Controller()
export class AccountsRpcController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly checks: PhoneChecksService,
  ) {}

  /** Lists the numbers. */
  @Rpc('AccountsService', 'ListPhoneNumbers')
  @Scope('accounts:read')
  list(@CurrentTenant() tenant: Tenant): PhoneNumberList {
    return this.accounts.listFor(tenant.portfolioId);
  }

  /** Brings numbers into international form. */
  @Rpc('AccountsService', 'NormalizePhoneNumbers')
  @Scope('messages:read')
  normalize(@Payload() request: NormalizePhonesDto): Promise<PhoneCheckReport> {
    return this.checks.normalize(request);
  }
}
