import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { RawBody } from '../../platform/http/ndjson.js';
import { Rpc } from '../../platform/transport/rpc.decorator.js';
import { CallEnd } from '../../platform/transport/wire-call.js';
import type { BatchView } from '../batch.dto.js';
import { BatchesService, type StreamedItem } from '../batches.service.js';
import { type StatusNews, WatchStatusesDto } from '../status-feed.dto.js';
import { StatusFeedService } from '../status-feed.service.js';

/** What lasts longer than a request and an answer: over gRPC alone. */
@Controller()
export class StreamsRpcController {
  constructor(
    private readonly batches: BatchesService,
    private readonly feed: StatusFeedService,
  ) {}

  /** Accepts messages as they come. */
  @Rpc('MessagingService', 'StreamSend')
  @Scope('messages:write')
  streamSend(
    @CurrentTenant() tenant: Tenant,
    @RawBody() groups: AsyncIterable<readonly StreamedItem[]>,
  ): Promise<BatchView> {
    return this.batches.sendWhole(tenant, groups);
  }

  /** Tells what becomes of messages. */
  @Rpc('MessagingService', 'WatchStatuses')
  @Scope('events:read')
  watchStatuses(
    @CurrentTenant() tenant: Tenant,
    @CallEnd() ended: AbortSignal,
    @Payload() dto: WatchStatusesDto,
  ): AsyncIterable<StatusNews> {
    return this.feed.watch(tenant, dto, ended);
  }
}
