import { Injectable } from '@nestjs/common';
import { type DeliveryReport, DeliveryService } from '../messaging/delivery.service.js';
import { Db } from '../platform/db/db.js';
import type { Queryable } from '../platform/db/queryable.js';
import { inBatches } from '../platform/jobs/in-batches.js';
import type { Job } from '../platform/jobs/job-runner.js';
import { Runtime } from '../platform/runtime.js';
import { purgeInbound } from './inbound.store.js';
import { measureQueue, purgeInbox, purgeQuarantine } from './inbox.store.js';
import * as orphans from './orphans.store.js';

const SECOND = 1000;
const HOUR = 3_600_000;
const BATCH = 500;

/** Young orphans are looked at often: their message is about to learn its wamid. The rest can wait. */
const YOUNG_MS = HOUR;

/** How long a failure without a token waits for better evidence before it is linked by elimination. */
const INFER_AFTER_MS = 30 * SECOND;

/** Rows that one transaction removes. */
const PURGED = 2000;

/** What the inbox needs to have done from time to time. */
@Injectable()
export class WebhookJobsService {
  constructor(
    private readonly db: Db,
    private readonly delivery: DeliveryService,
    private readonly runtime: Runtime,
  ) {
    const { metrics } = runtime;
    metrics.measured('heliograph_webhook_queue', 'Webhooks that wait to be applied.', async (gauge) => {
      gauge.set((await measureQueue(db)).waiting);
    });
    metrics.measured(
      'heliograph_webhook_queue_oldest_seconds',
      'Age of the oldest webhook not applied.',
      async (gauge) => {
        gauge.set((await measureQueue(db)).oldest_ms / 1000);
      },
    );
  }

  /** The jobs, for the runner. */
  all(): readonly Job[] {
    return [
      { name: 'adopt-young-orphans', everyMs: 5 * SECOND, run: () => this.adopt(YOUNG_MS) },
      {
        name: 'adopt-old-orphans',
        everyMs: HOUR,
        run: () => this.adopt(this.runtime.config.quarantineRetentionDays * 24 * HOUR),
      },
      { name: 'infer-failures', everyMs: 10 * SECOND, run: () => this.infer() },
      { name: 'purge-inbox', everyMs: HOUR, run: () => this.purge() },
    ];
  }

  /** Applies statuses that came before their message knew its wamid. */
  async adopt(youngerThanMs: number): Promise<void> {
    await this.apply((tx) => orphans.findAdoptable(tx, { youngerThanMs, limit: BATCH }), false);
  }

  /** Links failures without a token to the one send that they can be about. */
  async infer(): Promise<void> {
    await this.apply((tx) => orphans.findInferable(tx, { olderThanMs: INFER_AFTER_MS, limit: BATCH }), true);
  }

  private async apply(find: (tx: Queryable) => Promise<orphans.AdoptableStatus[]>, inferred: boolean): Promise<void> {
    const count = await this.db.transaction(async (tx) => {
      const found = await find(tx);
      if (found.length === 0) return 0;
      await this.delivery.applyReports(
        tx,
        found.map((orphan) => toReport(orphan, inferred)),
      );
      await orphans.deleteOrphans(
        tx,
        found.map((orphan) => orphan.id),
      );
      return found.length;
    });
    if (count > 0) this.delivery.committed();
  }

  private async purge(): Promise<void> {
    const { clock, config } = this.runtime;
    const { inboxRetentionDays, inboundRetentionDays, quarantineRetentionDays } = config;
    const { db } = this;
    await inBatches(clock, PURGED, (most) => purgeInbox(db, inboxRetentionDays, most));
    await inBatches(clock, PURGED, (most) => orphans.purgeOrphans(db, quarantineRetentionDays, most));
    await inBatches(clock, PURGED, (most) => purgeInbound(db, inboundRetentionDays, most));
    await inBatches(clock, PURGED, (most) => purgeQuarantine(db, quarantineRetentionDays, most));
  }
}

function toReport(orphan: orphans.AdoptableStatus, inferred: boolean): DeliveryReport {
  const kept = JSON.parse(orphan.item) as DeliveryReport & { report: { at: string } };
  return {
    ...kept,
    messageId: orphan.message_id,
    // Without a token nobody knows which attempt it was; an inferred one can only be the attempt in doubt.
    attempt: kept.attempt,
    report: { ...kept.report, at: new Date(kept.report.at) },
    inferred,
  };
}
