import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { MediaModule } from '../media/media.module.js';
import { MetaModule } from '../meta/meta.module.js';
import { RateLimitModule } from '../rate-limit/rate-limit.module.js';
import { TemplatesModule } from '../templates/templates.module.js';
import { AnswersService } from './answers.service.js';
import { BatchesService } from './batches.service.js';
import { CommandWorker } from './command.worker.js';
import { CommandsService } from './commands.service.js';
import { ConsentService } from './consent.service.js';
import { ConsentGate } from './consent-gate.js';
import { DeliveryService } from './delivery.service.js';
import { Dispatcher } from './dispatcher.js';
import { EndedHolds } from './ended-holds.js';
import { ErasuresService } from './erasures.service.js';
import { InterventionsService } from './interventions.service.js';
import { LaneKeeper } from './lane-keeper.js';
import { LaneSchedule } from './lane-schedule.js';
import { MarketingCapGate } from './marketing-cap-gate.js';
import { MessagingService } from './messaging.service.js';
import { MessagingJobsService } from './messaging-jobs.service.js';
import { MessagingWorkersService } from './messaging-workers.service.js';
import { OptOutsService } from './opt-outs.service.js';
import { OutboxPublisherWorker } from './outbox-publisher.worker.js';
import { OutboxSignal } from './outbox-signal.js';
import { PayloadWriter } from './payload-writer.js';
import { PoolFailOverService } from './pool-fail-over.service.js';
import { PoolMovePlans } from './pool-move-plans.js';
import { PoolSendersService } from './pool-senders.service.js';
import { PreflightService } from './preflight.service.js';
import { ReadReceiptsService } from './read-receipts.service.js';
import { SendLoopWorker } from './send-loop.worker.js';
import { SendQueue } from './send-queue.js';
import { Settler } from './settler.js';
import { StatusFeedService } from './status-feed.service.js';
import { TemplateGate } from './template-gate.js';
import { BatchesHttpController } from './transport/batches.http.js';
import { ErasuresHttpController } from './transport/erasures.http.js';
import { ErasuresRpcController } from './transport/erasures.rpc.js';
import { InterventionsHttpController } from './transport/interventions.http.js';
import { InterventionsRpcController } from './transport/interventions.rpc.js';
import { MessagingHttpController } from './transport/messaging.http.js';
import { MessagingRpcController } from './transport/messaging.rpc.js';
import { OptOutsHttpController } from './transport/opt-outs.http.js';
import { OptOutsRpcController } from './transport/opt-outs.rpc.js';
import { PreflightHttpController } from './transport/preflight.http.js';
import { PreflightRpcController } from './transport/preflight.rpc.js';
import { StreamsRpcController } from './transport/streams.rpc.js';
import { Withholder } from './withholder.js';

/** Messages: accepted, sent on their lanes, settled, and told about. */
@Module({
  imports: [AccountsModule, MediaModule, MetaModule, RateLimitModule, TemplatesModule],
  controllers: [
    BatchesHttpController,
    ErasuresHttpController,
    ErasuresRpcController,
    InterventionsHttpController,
    MessagingHttpController,
    OptOutsHttpController,
    InterventionsRpcController,
    MessagingRpcController,
    PreflightHttpController,
    PreflightRpcController,
    OptOutsRpcController,
    StreamsRpcController,
  ],
  providers: [
    MessagingService,
    BatchesService,
    StatusFeedService,
    AnswersService,
    InterventionsService,
    ReadReceiptsService,
    DeliveryService,
    MessagingJobsService,
    MessagingWorkersService,
    LaneSchedule,
    OutboxSignal,
    Settler,
    LaneKeeper,
    PayloadWriter,
    PoolSendersService,
    PoolMovePlans,
    PoolFailOverService,
    Dispatcher,
    PreflightService,
    SendLoopWorker,
    EndedHolds,
    SendQueue,
    CommandsService,
    CommandWorker,
    Withholder,
    ConsentGate,
    TemplateGate,
    MarketingCapGate,
    ConsentService,
    ErasuresService,
    OptOutsService,
    OutboxPublisherWorker,
  ],
  exports: [
    MessagingService,
    AnswersService,
    BatchesService,
    InterventionsService,
    ReadReceiptsService,
    ConsentService,
    OptOutsService,
    DeliveryService,
    MessagingJobsService,
    MessagingWorkersService,
    PoolFailOverService,
    PreflightService,
  ],
})
export class MessagingModule {}
