import { Injectable } from '@nestjs/common';
import { Db } from '../platform/db/db.js';
import { inBatches } from '../platform/jobs/in-batches.js';
import type { Job } from '../platform/jobs/job-runner.js';
import { Runtime } from '../platform/runtime.js';
import * as chores from './chores.store.js';
import { measureOutbox } from './events.store.js';
import { purgeWorkers } from './lanes.store.js';
import { learnAll } from './learn-all.js';
import { purgeMarketingRefusals } from './marketing-refusals.store.js';
import { lockMessages, writeChanges } from './message-changes.store.js';
import { OutboxSignal } from './outbox-signal.js';
import * as retention from './retention.store.js';

const SECOND = 1000;
const HOUR = 3_600_000;
const BATCH = 1000;

/** Rows that one transaction removes or empties: a few milliseconds of locks. */
const PURGED = 2000;

/** How long an idempotency key is kept. */
const KEY_RETENTION_DAYS = 7;

/** A refusal of marketing is forgotten a week after its hold has ended; a day more does no harm. */
const MARKETING_REFUSAL_DAYS = 8;

/** What messages need to have done from time to time, whichever replica does it. */
@Injectable()
export class MessagingJobsService {
  constructor(
    private readonly db: Db,
    private readonly outbox: OutboxSignal,
    private readonly runtime: Runtime,
  ) {
    const { metrics } = runtime;
    metrics.measured(
      'heliograph_messages_open',
      'Messages not yet settled, by state.',
      async (gauge) => {
        gauge.reset();
        for (const { state, count } of await chores.countOpen(db)) gauge.set({ state }, count);
      },
      ['state'],
    );
    metrics.measured('heliograph_outbox', 'Events that wait to be published.', async (gauge) => {
      gauge.set((await measureOutbox(db)).waiting);
    });
    metrics.measured('heliograph_outbox_oldest_seconds', 'Age of the oldest event not published.', async (gauge) => {
      gauge.set((await measureOutbox(db)).oldest_ms / 1000);
    });
  }

  /** The jobs, for the runner. */
  all(): readonly Job[] {
    const { config } = this.runtime;
    const { unconfirmedAfterMs, unknownHoldMs, noStatusAfterMs } = config;
    return [
      {
        name: 'expire-messages',
        everyMs: 2 * SECOND,
        run: () => this.tell('expired', () => chores.findExpired(this.db, BATCH)),
      },
      {
        name: 'resend-unknown',
        everyMs: 5 * SECOND,
        run: () =>
          this.tell('resend_allowed', () => chores.findResendable(this.db, { holdMs: unknownHoldMs, limit: BATCH })),
      },
      {
        name: 'give-up-unknown',
        everyMs: 10 * SECOND,
        run: () => this.tell('waited_long_enough', () => chores.findUnresolved(this.db, unconfirmedAfterMs, BATCH)),
      },
      {
        name: 'notice-no-status',
        everyMs: 30 * SECOND,
        run: () => this.tell('no_status_seen', () => chores.findWithoutStatus(this.db, noStatusAfterMs, BATCH)),
      },
      { name: 'purge-messages', everyMs: HOUR, run: () => this.purge() },
      { name: 'purge-content', everyMs: HOUR, run: () => this.purgeContent() },
    ];
  }

  /** Lets each message that is found learn one fact, in batches until none is found. */
  async tell(kind: SimpleFact, find: () => Promise<string[]>): Promise<void> {
    for (;;) {
      const ids = await find();
      if (ids.length === 0) return;
      await this.db.transaction(async (tx) => {
        const { now, messages } = await lockMessages(tx, { ids });
        const changes = messages.map((before) => ({ before, learned: learnAll(before.record, [{ kind }], now) }));
        await writeChanges(tx, changes, this.runtime.publishesEvents);
      });
      this.runtime.metrics
        .counter('heliograph_chores_total', 'Messages moved on by a job, by what it told them.', ['fact'])
        .inc({ fact: kind }, ids.length);
      this.outbox.raise();
      if (ids.length < BATCH) return;
    }
  }

  private async purgeContent(): Promise<void> {
    const { clock, config } = this.runtime;
    const { contentRetentionDays, messageRetentionDays, inboundRetentionDays } = config;
    const purged = this.runtime.metrics.counter(
      'heliograph_purged_total',
      'Rows removed or emptied because their time was over, by what they held.',
      ['what'],
    );
    const counted = async (what: string, took: Promise<number>) => {
      const count = await took;
      purged.inc({ what }, count);
      return count;
    };
    const { db } = this;
    await inBatches(clock, PURGED, (most) =>
      counted('content', retention.eraseContent(db, contentRetentionDays, most)),
    );
    await inBatches(clock, PURGED, (most) =>
      counted('messages', retention.purgeMessages(db, messageRetentionDays, most)),
    );
    await inBatches(clock, PURGED, (most) =>
      counted('conversations', retention.purgeConversations(db, inboundRetentionDays, most)),
    );
  }

  private async purge(): Promise<void> {
    await chores.purgeIdempotencyKeys(this.db, KEY_RETENTION_DAYS);
    const { clock, config } = this.runtime;
    await inBatches(clock, PURGED, (most) => chores.purgeEvents(this.db, config.eventRetentionDays, most));
    await purgeWorkers(this.db);
    await purgeMarketingRefusals(this.db, MARKETING_REFUSAL_DAYS);
  }
}

/** Facts that hold nothing but themselves. */
type SimpleFact = 'expired' | 'resend_allowed' | 'waited_long_enough' | 'no_status_seen';
