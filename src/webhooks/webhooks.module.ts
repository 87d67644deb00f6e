import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { MediaModule } from '../media/media.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { RateLimitModule } from '../rate-limit/rate-limit.module.js';
import { TemplatesModule } from '../templates/templates.module.js';
import { NewsApplier } from './news-applier.js';
import { WebhooksHttpRoutes } from './transport/webhooks.http.js';
import { WebhookApplierWorker } from './webhook-applier.worker.js';
import { WebhookJobsService } from './webhook-jobs.service.js';
import { WebhookWorkersService } from './webhook-workers.service.js';
import { WebhooksService } from './webhooks.service.js';

/** Meta's webhooks: taken in, made durable, applied. */
@Module({
  imports: [AccountsModule, MediaModule, MessagingModule, MetricsModule, RateLimitModule, TemplatesModule],
  providers: [
    WebhooksService,
    WebhooksHttpRoutes,
    NewsApplier,
    WebhookApplierWorker,
    WebhookJobsService,
    WebhookWorkersService,
  ],
  exports: [WebhooksService, WebhookJobsService, WebhookWorkersService],
})
export class WebhooksModule {}
