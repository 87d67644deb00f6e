import { Module } from '@nestjs/common';
import { MetaModule } from '../meta/meta.module.js';
import { Authenticator } from '../platform/auth/principal.js';
import { AccountsService } from './accounts.service.js';
import { ApiKeysService } from './api-keys.service.js';
import { BootstrapService } from './bootstrap.service.js';
import { PhoneChecksService } from './phone-checks.service.js';
import { PoolsService } from './pools.service.js';
import { AccountsHttpController } from './transport/accounts.http.js';
import { AccountsRpcController } from './transport/accounts.rpc.js';
import { PhoneChecksHttpController } from './transport/phone-checks.http.js';
import { PoolsHttpController } from './transport/pools.http.js';
import { PoolsRpcController } from './transport/pools.rpc.js';

/** Portfolios and what they own; the API keys that speak for them. */
@Module({
  imports: [MetaModule],
  controllers: [
    AccountsHttpController,
    PhoneChecksHttpController,
    PoolsHttpController,
    AccountsRpcController,
    PoolsRpcController,
  ],
  providers: [
    AccountsService,
    ApiKeysService,
    BootstrapService,
    PhoneChecksService,
    PoolsService,
    { provide: Authenticator, useExisting: ApiKeysService },
  ],
  exports: [AccountsService, BootstrapService, Authenticator],
})
export class AccountsModule {}
