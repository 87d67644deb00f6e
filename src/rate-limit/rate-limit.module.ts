import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { MetaModule } from '../meta/meta.module.js';
import { FailedMediaService } from './failed-media.service.js';
import { FullHoursService } from './full-hours.service.js';
import { LateRefusalsService } from './late-refusals.service.js';
import { LimitsService } from './limits.service.js';
import { MarketingCapsService } from './marketing-caps.service.js';
import { MessagingLimitService } from './messaging-limit.service.js';
import { PersonHoldsService } from './person-holds.service.js';
import { PoliciesService } from './policies.service.js';
import { RateLimitService } from './rate-limit.service.js';
import { RateLimitJobsService } from './rate-limit-jobs.service.js';
import { StopsService } from './stops.service.js';
import { PoliciesHttpController } from './transport/policies.http.js';
import { PoliciesRpcController } from './transport/policies.rpc.js';
import { RateLimitHttpController } from './transport/rate-limit.http.js';
import { RateLimitRpcController } from './transport/rate-limit.rpc.js';
import { WabaCallsService } from './waba-calls.service.js';

/** Every limit of Meta's, kept before a byte goes out. */
@Module({
  imports: [AccountsModule, MetaModule],
  // `policies` is no number: its routes come first.
  controllers: [PoliciesHttpController, PoliciesRpcController, RateLimitHttpController, RateLimitRpcController],
  providers: [
    RateLimitService,
    StopsService,
    LimitsService,
    MessagingLimitService,
    MarketingCapsService,
    PersonHoldsService,
    WabaCallsService,
    FullHoursService,
    FailedMediaService,
    LateRefusalsService,
    PoliciesService,
    RateLimitJobsService,
  ],
  exports: [
    RateLimitService,
    StopsService,
    LimitsService,
    MessagingLimitService,
    MarketingCapsService,
    WabaCallsService,
    FullHoursService,
    FailedMediaService,
    LateRefusalsService,
    RateLimitJobsService,
  ],
})
export class RateLimitModule {}
