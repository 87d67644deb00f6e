import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { MetaModule } from '../meta/meta.module.js';
import { RateLimitModule } from '../rate-limit/rate-limit.module.js';
import { MetricsService } from './metrics.service.js';
import { NumberReadingsService } from './number-readings.service.js';

/** What Meta measures about the accounts, read on a schedule. */
@Module({
  imports: [AccountsModule, MetaModule, RateLimitModule],
  providers: [MetricsService, NumberReadingsService],
  exports: [MetricsService],
})
export class MetricsModule {}
