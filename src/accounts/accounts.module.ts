import { Module } from '@nestjs/common';
import { MetaModule } from '../meta/meta.module.js';
import { Authenticator } from '../platform/auth/principal.js';
import { AccountsService } from './accounts.service.js';
import { ApiKeysService } from './api-keys.service.js';
import { BootstrapService } from './bootstrap.service.js';
import { AccountsHttpController } from './transport/accounts.http.js';

/** Portfolios and what they own; the API keys that speak for them. */
@Module({
  imports: [MetaModule],
  controllers: [AccountsHttpController],
  providers: [
    AccountsService,
    ApiKeysService,
    BootstrapService,
    { provide: Authenticator, useExisting: ApiKeysService },
  ],
  exports: [AccountsService, BootstrapService, Authenticator],
})
export class AccountsModule {}
