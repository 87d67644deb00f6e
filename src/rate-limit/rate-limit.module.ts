import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { RateLimitService } from './rate-limit.service.js';

/** Every limit of Meta's, kept before a byte goes out. */
@Module({ imports: [AccountsModule], providers: [RateLimitService], exports: [RateLimitService] })
export class RateLimitModule {}
