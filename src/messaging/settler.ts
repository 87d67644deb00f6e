import { Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import { classifyOutcome, type Outcome } from '../core/delivery/classify-outcome.js';
import { type Fact, justArmed, learn } from '../core/delivery/message-lifecycle.js';
import { groupBy } from '../core/group-by.js';
import { Db, isTransient } from '../platform/db/db.js';
import { Runtime } from '../platform/runtime.js';
import { type Acceptance, writeAcceptances } from './acceptances.store.js';
import { abandonedAttempts, openAttempts } from './lanes.store.js';
import { learnAll } from './learn-all.js';
import { lockMessages, writeChanges } from './message-changes.store.js';
import { OutboxSignal } from './outbox-signal.js';
import type { HeldLane } from './send-queue.store.js';

/** Which attempt of which message, and on which lane. */
export interface AttemptKey {
  readonly messageId: string;
  readonly phoneNumberId: string;
  readonly attempt: number;
}

/** What came of one attempt. */
export interface Settlement extends AttemptKey {
  /** Version of the message's latest ledger entry when the attempt was armed. */
  readonly version: number;
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
  /** Attempts from before their first byte until their outcome is written, by `message id/number`; value: the lane. */
  private readonly inFlight = new Map<string, string>();
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
  begin(attempt: AttemptKey): void {
    this.inFlight.set(keyOf(attempt), attempt.phoneNumberId);
  }

  /** Tells whether attempts of a lane are on their way. */
  hasInFlight(phoneNumberId: string): boolean {
    for (const lane of this.inFlight.values()) if (lane === phoneNumberId) return true;
    return false;
  }

  /** Attempts on their way, over all lanes. */
  get inFlightCount(): number {
    return this.inFlight.size;
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

  /**
   * Puts back what this worker armed without learning of it: the commit went through and its answer was lost. No byte
   * of these attempts can have left, because only an armed message that was answered is dispatched. To be called while
   * no arming is under way.
   */
  async putBackStrays(lanes: readonly HeldLane[]): Promise<void> {
    // Taken before the look: an attempt that settles during it must not be mistaken for one that was never sent.
    const known = new Set(this.inFlight.keys());
    const open = await openAttempts(this.db, lanes);
    const strays = open.filter((a) => !known.has(`${a.message_id}/${a.number}`));
    if (strays.length === 0) return;
    const outcome = classifyOutcome({ kind: 'failure', code: 'NEVER_DISPATCHED' });
    await this.write(
      strays.map((a): [string, Fact] => {
        return [a.message_id, { kind: 'answered', attempt: a.number, outcome, httpStatus: null, retryInMs: 0 }];
      }),
    );
    this.runtime.logger.warn({ attempts: strays.length }, 'put back messages whose arming was not confirmed');
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
      const batch = this.waiting.splice(0, BATCH);
      const left = await this.writeOrKeep(batch);
      this.waiting.unshift(...left);
      if (left.length > 0) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    this.draining = false;
    if (this.inFlight.size === 0) for (const resolve of this.idle.splice(0)) resolve();
  }

  /** Writes a batch, and gives back what has to be tried again. */
  private async writeOrKeep(batch: readonly Settlement[]): Promise<readonly Settlement[]> {
    try {
      const end = this.delay.startTimer();
      const left = await this.writeAcceptances(batch);
      if (left.length > 0) await this.write(left.map((s): [string, Fact] => [s.messageId, { kind: 'answered', ...s }]));
      end();
    } catch (err) {
      const { logger } = this.runtime;
      logger.error({ err, outcomes: batch.length }, 'outcomes could not be written yet');
      if (isTransient(err)) return batch;
      if (batch.length > 1) return (await Promise.all(batch.map((s) => this.writeOrKeep([s])))).flat();
      // Its attempt stays open, counts as on its way, and becomes unknown when the lane moves on: never sent twice.
      logger.error({ err, message_id: batch[0]?.messageId }, 'an outcome cannot be written and is given up');
      return [];
    }
    for (const s of batch) this.inFlight.delete(keyOf(s));
    return [];
  }

  /** Writes the acceptances of messages that are as they were armed, and gives back what has to be read and judged. */
  private async writeAcceptances(batch: readonly Settlement[]): Promise<readonly Settlement[]> {
    const acceptances = batch.flatMap(toAcceptance);
    if (acceptances.length === 0) return batch;
    const written = await writeAcceptances(this.db, acceptances, this.runtime.publishesEvents);
    if (written.size > 0) this.outbox.raise();
    return batch.filter((s) => !written.has(s.messageId));
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
}

/** The plain case: Meta took it and holds nothing back. The statement takes the instants from the database's clock. */
function toAcceptance(s: Settlement): Acceptance[] {
  if (s.outcome.kind !== 'accepted' || s.outcome.held) return [];
  const learned = learn(justArmed(s.attempt), { kind: 'answered', ...s }, new Date(0));
  const { messageId, attempt, version, httpStatus } = s;
  return [{ messageId, attempt, version, httpStatus, learned }];
}

function keyOf(a: AttemptKey): string {
  return `${a.messageId}/${a.attempt}`;
}
