import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { WebhooksHttpRoutes } from './transport/webhooks.http.js';
import { WebhookApplierWorker } from './webhook-applier.worker.js';
import { WebhookJobsService } from './webhook-jobs.service.js';
import { WebhookWorkersService } from './webhook-workers.service.js';
import { WebhooksService } from './webhooks.service.js';

/** Meta's webhooks: taken in, made durable, applied. */
@Module({
  imports: [AccountsModule, MessagingModule],
  providers: [WebhooksService, WebhooksHttpRoutes, WebhookApplierWorker, WebhookJobsService, WebhookWorkersService],
  exports: [WebhooksService, WebhookJobsService, WebhookWorkersService],
})
export class WebhooksModule {}
