import { Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import { AccountsService } from '../accounts/accounts.service.js';
import { EVENT_STREAM, EVENT_SUBJECTS, eventSubject } from '../contracts/subjects.js';
import { type BusMessage, encodeHeaderValue, JetStreamBus } from '../platform/bus/jetstream-bus.js';
import { newId } from '../platform/clock/ids.js';
import { Db } from '../platform/db/db.js';
import { lead, stepDown } from '../platform/db/leader-lease.js';
import type { Worker } from '../platform/lifecycle/worker-loop.js';
import { Runtime } from '../platform/runtime.js';
import { clearOutbox, type EventRow, readOutbox } from './events.store.js';
import { toEventView } from './message.views.js';

/** One publisher over all replicas keeps the order of each message's events. A batch takes less than its lease. */
const LEADERSHIP = { name: 'outbox-publisher', leaseMs: 6000 };
const BATCH = 500;
const IDLE_MS = 250;
const NOT_LEADER_MS = 2000;

/**
 * Publishes the ledger to JetStream, at least once and in the order of each message's versions: an entry leaves the
 * outbox only after the stream has stored it.
 */
@Injectable()
export class OutboxPublisherWorker implements Worker {
  readonly name = 'outbox-publisher';
  private readonly bus: JetStreamBus;
  private readonly owner = newId();
  private readonly published: Counter;
  private readonly lag: Histogram;

  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly runtime: Runtime,
  ) {
    const { config, logger, metrics } = runtime;
    this.bus = new JetStreamBus(config.natsUrl ?? '', { name: EVENT_STREAM, subjects: EVENT_SUBJECTS }, logger);
    this.published = metrics.counter('heliograph_events_published_total', 'Events stored by the bus.');
    this.lag = metrics.histogram('heliograph_event_lag_seconds', 'Time from writing an event to the bus having it.');
  }

  /** Publishes one batch, if this replica is the publisher. */
  async runOnce(): Promise<{ nextInMs: number }> {
    if (!(await lead(this.db, { ...LEADERSHIP, owner: this.owner }))) return { nextInMs: NOT_LEADER_MS };
    const rows = await readOutbox(this.db, BATCH);
    if (rows.length === 0) return { nextInMs: IDLE_MS };
    const failed = new Set(await this.bus.publish(rows.map((row) => this.toBusMessage(row))));
    this.runtime.crash.pass('after-publish');
    const done = rows.filter((_, i) => !failed.has(i));
    await clearOutbox(
      this.db,
      done.map((row) => row.seq),
    );
    const nowMs = this.runtime.clock.now().getTime();
    for (const row of done) this.lag.observe(Math.max(0, nowMs - row.recorded_at.getTime()) / 1000);
    this.published.inc(done.length);
    if (failed.size > 0) throw new Error(`${failed.size} events were not stored`);
    return { nextInMs: rows.length === BATCH ? 0 : IDLE_MS };
  }

  /** Closes the bus and lets another replica publish. */
  async stop(): Promise<void> {
    await this.bus.close();
    await stepDown(this.db, { name: LEADERSHIP.name, owner: this.owner });
  }

  private toBusMessage(row: EventRow): BusMessage {
    const businessId = this.accounts.businessId(row.portfolio_id) ?? 'unknown';
    const event = toEventView(row, businessId);
    return {
      subject: eventSubject({ businessId, aggregate: row.aggregate, type: row.type, id: row.aggregate_id }),
      id: event.id,
      headers: {
        'ce-specversion': event.specversion,
        'ce-id': event.id,
        'ce-source': encodeHeaderValue(event.source),
        'ce-type': event.type,
        'ce-time': event.time,
        'ce-subject': encodeHeaderValue(event.subject),
        'ce-datacontenttype': event.datacontenttype,
        'ce-partitionkey': event.subject,
        'ce-sequence': String(event.version),
      },
      body: JSON.stringify({ ...event.data, version: event.version }),
    };
  }
}
