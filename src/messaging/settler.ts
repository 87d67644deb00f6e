import { Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import type { Outcome } from '../core/delivery/classify-outcome.js';
import type { Fact } from '../core/delivery/message-lifecycle.js';
import { groupBy } from '../core/group-by.js';
import { Db, isTransient } from '../platform/db/db.js';
import { Runtime } from '../platform/runtime.js';
import { abandonedAttempts } from './lanes.store.js';
import { learnAll } from './learn-all.js';
import { lockMessages, writeChanges } from './message-changes.store.js';
import { OutboxSignal } from './outbox-signal.js';
import type { HeldLane } from './send-queue.store.js';

/** What came of one attempt. */
export interface Settlement {
  readonly messageId: string;
  readonly phoneNumberId: string;
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly httpStatus: number | null;
  readonly retryInMs: number;
}

/** Settlements of one transaction: a page of work for the database, a few milliseconds of locks. */
const BATCH = 500;
const RETRY_MS = 200;

/**
 * Writes down what attempts came to, in batches that form while the last one commits. While the database is away the
 * outcomes are kept and tried again: forgetting one would turn a known outcome into an unknown one.
 */
@Injectable()
export class Settler {
  private waiting: Settlement[] = [];
  private readonly inFlight = new Map<string, number>();
  private draining = false;
  private idle: (() => void)[] = [];
  private readonly outcomes: Counter<'outcome'>;
  private readonly delay: Histogram;

  constructor(
    private readonly db: Db,
    private readonly outbox: OutboxSignal,
    private readonly runtime: Runtime,
  ) {
    const { metrics } = runtime;
    this.outcomes = metrics.counter('heliograph_attempts_total', 'Attempts, by what they came to.', ['outcome']);
    this.delay = metrics.histogram('heliograph_settle_seconds', 'Time to write a batch of outcomes.');
  }

  /** Counts an attempt as on its way, from before its first byte until its outcome is written. */
  begin(phoneNumberId: string): void {
    this.inFlight.set(phoneNumberId, (this.inFlight.get(phoneNumberId) ?? 0) + 1);
  }

  /** Tells whether attempts of a lane are on their way. */
  hasInFlight(phoneNumberId: string): boolean {
    return (this.inFlight.get(phoneNumberId) ?? 0) > 0;
  }

  /** Attempts on their way, over all lanes. */
  get inFlightCount(): number {
    let count = 0;
    for (const n of this.inFlight.values()) count += n;
    return count;
  }

  /** Takes an outcome to be written. */
  settle(settlement: Settlement): void {
    this.outcomes.inc({ outcome: settlement.outcome.kind });
    this.waiting.push(settlement);
    if (!this.draining) void this.drain();
  }

  /** Resolves when nothing is on its way any more. */
  whenIdle(): Promise<void> {
    if (this.inFlight.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  /** Marks what earlier owners of these lanes armed and never settled: nobody waits for those answers any more. */
  async abandon(lanes: readonly HeldLane[]): Promise<void> {
    for (;;) {
      const open = await abandonedAttempts(this.db, lanes);
      if (open.length === 0) return;
      const facts = open.map((a): [string, Fact] => [a.message_id, { kind: 'abandoned', attempt: a.number }]);
      await this.write(facts);
      this.runtime.logger.warn({ attempts: open.length }, 'attempts of a lost worker have unknown outcomes');
    }
  }

  private async drain(): Promise<void> {
    this.draining = true;
    // One turn of the event loop, so that answers that arrived together are written together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, BATCH);
      try {
        const end = this.delay.startTimer();
        await this.write(batch.map((s): [string, Fact] => [s.messageId, { kind: 'answered', ...s }]));
        end();
      } catch (err) {
        this.runtime.logger.error({ err, waiting: this.waiting.length }, 'outcomes could not be written yet');
        await new Promise((resolve) => setTimeout(resolve, isTransient(err) ? RETRY_MS : RETRY_MS * 10));
        continue;
      }
      this.waiting.splice(0, batch.length);
      for (const s of batch) this.end(s.phoneNumberId);
    }
    this.draining = false;
    if (this.inFlight.size === 0) for (const resolve of this.idle.splice(0)) resolve();
  }

  private async write(facts: readonly [string, Fact][]): Promise<void> {
    const byMessage = groupBy(facts, ([id]) => id);
    const published = await this.db.transaction(async (tx) => {
      const { now, messages } = await lockMessages(tx, { ids: [...byMessage.keys()] });
      const changes = messages.map((before) => ({
        before,
        learned: learnAll(
          before.record,
          (byMessage.get(before.id) ?? []).map(([, fact]) => fact),
          now,
        ),
      }));
      await writeChanges(tx, changes, this.runtime.publishesEvents);
      return changes.some((c) => c.learned.events.length > 0);
    });
    if (published) this.outbox.raise();
  }

  private end(phoneNumberId: string): void {
    const left = (this.inFlight.get(phoneNumberId) ?? 1) - 1;
    if (left === 0) this.inFlight.delete(phoneNumberId);
    else this.inFlight.set(phoneNumberId, left);
  }
}
