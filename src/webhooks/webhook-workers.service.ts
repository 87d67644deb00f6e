import { Injectable } from '@nestjs/common';
import { MetricsService } from '../metrics/metrics.service.js';
import { WorkerLoop } from '../platform/lifecycle/worker-loop.js';
import { Runtime } from '../platform/runtime.js';
import { WebhookApplierWorker } from './webhook-applier.worker.js';
import { WebhooksService } from './webhooks.service.js';

/** The loops of the worker role that belong to webhooks. */
@Injectable()
export class WebhookWorkersService {
  constructor(
    private readonly applier: WebhookApplierWorker,
    private readonly webhooks: WebhooksService,
    private readonly numbers: MetricsService,
    private readonly runtime: Runtime,
  ) {}

  /** The loops, wired to what wakes them. */
  loops(): readonly WorkerLoop[] {
    const apply = new WorkerLoop(this.applier, this.runtime.logger);
    this.webhooks.listen(() => apply.wake());
    // Beside the applying: Meta's answer must not delay the next batch.
    this.applier.listen((wabaIds) => void this.numbers.pollNow(wabaIds));
    return [apply];
  }
}
