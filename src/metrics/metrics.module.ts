import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { MetaModule } from '../meta/meta.module.js';
import { MetricsService } from './metrics.service.js';

/** What Meta measures about the accounts, read on a schedule. */
@Module({ imports: [AccountsModule, MetaModule], providers: [MetricsService], exports: [MetricsService] })
export class MetricsModule {}
