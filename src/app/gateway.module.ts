import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, Reflector } from '@nestjs/core';
import { AccountsModule } from '../accounts/accounts.module.js';
import { DropInModule } from '../drop-in/drop-in.module.js';
import { MediaModule } from '../media/media.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { ApiKeyGuard } from '../platform/auth/api-key.guard.js';
import { Authenticator } from '../platform/auth/principal.js';
import { OperationsHttpController } from '../platform/http/operations.http.js';
import { ProblemFilter } from '../platform/http/problem.filter.js';
import { GatewayValidationPipe } from '../platform/http/validation.pipe.js';
import type { Logger } from '../platform/observability/logger.js';
import { LOGGER } from '../platform/tokens.js';
import { RateLimitModule } from '../rate-limit/rate-limit.module.js';
import { TemplatesModule } from '../templates/templates.module.js';
import { WebhooksModule } from '../webhooks/webhooks.module.js';
import { type Foundation, PlatformModule } from './platform.module.js';

/** The whole gateway. Every role has all of it in hand and starts what it needs (`start-gateway.ts`). */
@Module({})
export class GatewayModule {
  /** Over a foundation that was laid before Nest starts. */
  static over(foundation: Foundation): DynamicModule {
    return {
      module: GatewayModule,
      imports: [
        PlatformModule.over(foundation),
        AccountsModule,
        RateLimitModule,
        TemplatesModule,
        MetricsModule,
        MediaModule,
        MessagingModule,
        DropInModule,
        WebhooksModule,
      ],
      controllers: [OperationsHttpController],
      providers: [
        { provide: APP_PIPE, useClass: GatewayValidationPipe },
        { provide: APP_FILTER, useFactory: (logger: Logger) => new ProblemFilter(logger), inject: [LOGGER] },
        {
          provide: APP_GUARD,
          useFactory: (reflector: Reflector, auth: Authenticator) => new ApiKeyGuard(reflector, auth),
          inject: [Reflector, Authenticator],
        },
      ],
    };
  }
}
