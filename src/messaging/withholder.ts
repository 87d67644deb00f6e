import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import type { AttemptError } from '../core/delivery/classify-outcome.js';
import { learn } from '../core/delivery/message-lifecycle.js';
import { Db } from '../platform/db/db.js';
import { Runtime } from '../platform/runtime.js';
import { lockMessages, writeChanges } from './message-changes.store.js';
import { OutboxSignal } from './outbox-signal.js';

/** Ends messages that must not be sent any more as `rejected`, before anything of them is armed. */
@Injectable()
export class Withholder {
  private readonly withheld: Counter<'code'>;

  constructor(
    private readonly db: Db,
    private readonly outbox: OutboxSignal,
    private readonly runtime: Runtime,
  ) {
    this.withheld = runtime.metrics.counter(
      'heliograph_withheld_total',
      'Messages refused at send time because of an opt-out, a closed window, their template or a marketing cap, by the code they end with.',
      ['code'],
    );
  }

  /** Ends messages with these errors, by message id, in one transaction with the events that tell of it. */
  async withhold(refused: ReadonlyMap<string, AttemptError>): Promise<void> {
    if (refused.size === 0) return;
    await this.db.transaction(async (tx) => {
      const { now, messages } = await lockMessages(tx, { ids: [...refused.keys()] });
      const changes = messages.map((before) => ({
        before,
        learned: learn(before.record, { kind: 'withheld', error: refused.get(before.id) as AttemptError }, now),
      }));
      await writeChanges(tx, changes, this.runtime.publishesEvents);
    });
    for (const { code } of refused.values()) this.withheld.inc({ code: String(code ?? 'marketing_cap') });
    this.outbox.raise();
  }
}
