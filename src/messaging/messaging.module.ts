import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { MetaModule } from '../meta/meta.module.js';
import { RateLimitModule } from '../rate-limit/rate-limit.module.js';
import { DeliveryService } from './delivery.service.js';
import { Dispatcher } from './dispatcher.js';
import { LaneKeeper } from './lane-keeper.js';
import { LaneSchedule } from './lane-schedule.js';
import { MessagingService } from './messaging.service.js';
import { MessagingJobsService } from './messaging-jobs.service.js';
import { MessagingWorkersService } from './messaging-workers.service.js';
import { OutboxPublisherWorker } from './outbox-publisher.worker.js';
import { OutboxSignal } from './outbox-signal.js';
import { SendLoopWorker } from './send-loop.worker.js';
import { Settler } from './settler.js';
import { MessagingHttpController } from './transport/messaging.http.js';

/** Messages: accepted, sent on their lanes, settled, and told about. */
@Module({
  imports: [AccountsModule, MetaModule, RateLimitModule],
  controllers: [MessagingHttpController],
  providers: [
    MessagingService,
    DeliveryService,
    MessagingJobsService,
    MessagingWorkersService,
    LaneSchedule,
    OutboxSignal,
    Settler,
    LaneKeeper,
    Dispatcher,
    SendLoopWorker,
    OutboxPublisherWorker,
  ],
  exports: [MessagingService, DeliveryService, MessagingJobsService, MessagingWorkersService],
})
export class MessagingModule {}
