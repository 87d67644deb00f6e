import { Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import { AccountsService } from '../accounts/accounts.service.js';
import { DeliveryService, type Notice } from '../messaging/delivery.service.js';
import { KeyRing } from '../platform/crypto/key-ring.js';
import { Db, isTransient } from '../platform/db/db.js';
import type { Worker } from '../platform/lifecycle/worker-loop.js';
import { Runtime } from '../platform/runtime.js';
import { insertInbound } from './inbound.store.js';
import * as inbox from './inbox.store.js';
import { NewsApplier } from './news-applier.js';
import { insertOrphans } from './orphans.store.js';
import { type SourcedReport, sortEvents } from './sort-events.js';

/** One transaction's worth: large enough to share its commit, small enough to hold its locks a few milliseconds. */
const BATCH = { limit: 400, bytes: 2 * 1024 * 1024 };

/** How often the queue is looked at when nothing told of new webhooks (they may come in through another replica). */
const IDLE_MS = 100;

/** After so many failures a webhook is set aside for people to look at. */
const MOST_ATTEMPTS = 5;

/**
 * Applies what the inbox holds: everything a batch says is written in one transaction that also takes it off the queue.
 */
@Injectable()
export class WebhookApplierWorker implements Worker {
  readonly name = 'webhook-applier';
  private readonly lag: Histogram;
  private readonly set: Counter<'reason'>;
  private readonly drift: Counter;
  /** Accounts whose numbers have changed by what was applied, until it is passed on after the commit. */
  private readonly changed = new Set<string>();
  private tellChanged: (wabaIds: readonly string[]) => void = () => undefined;

  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly delivery: DeliveryService,
    private readonly news: NewsApplier,
    private readonly keys: KeyRing,
    private readonly runtime: Runtime,
  ) {
    const { metrics } = runtime;
    this.lag = metrics.histogram('heliograph_webhook_applied_seconds', 'Time from receiving a webhook to its effect.');
    this.set = metrics.counter('heliograph_webhook_set_aside_total', 'Webhook items not applied, by reason.', [
      'reason',
    ]);
    this.drift = metrics.counter('heliograph_webhook_unknown_keys_total', 'Keys in webhooks that we do not know.');
  }

  /** Sets who is told, after the commit, of which accounts a webhook said that their numbers have changed. */
  listen(tellChanged: (wabaIds: readonly string[]) => void): void {
    this.tellChanged = tellChanged;
  }

  /** Applies one batch. */
  async runOnce(): Promise<{ nextInMs: number }> {
    const startMs = this.runtime.clock.monotonicMs();
    let claimed: readonly inbox.ClaimedWebhook[] = [];
    try {
      claimed = await this.db.transaction((tx) => this.apply(tx, BATCH));
    } catch (error) {
      if (isTransient(error)) throw error;
      this.runtime.logger.warn({ err: error }, 'a batch of webhooks failed; each is applied by itself');
      await this.applyOneByOne();
      return { nextInMs: 0 };
    }
    const tookMs = this.runtime.clock.monotonicMs() - startMs;
    for (const webhook of claimed) this.lag.observe((webhook.age_ms + tookMs) / 1000);
    if (claimed.length > 0) this.delivery.committed();
    this.passOnChanged();
    return { nextInMs: claimed.length > 0 ? 0 : IDLE_MS };
  }

  private async apply(
    tx: Parameters<Parameters<Db['transaction']>[0]>[0],
    which: { limit: number; bytes: number; id?: number },
  ) {
    const claimed = await inbox.claimWebhooks(tx, which);
    if (claimed.length === 0) return claimed;
    const sorted = sortEvents(claimed, {
      accounts: this.accounts,
      tokenKeys: this.keys.tokenKeys,
      words: { stop: this.runtime.config.optOutWords, resume: this.runtime.config.optInWords },
    });
    await this.news.remember(tx, sorted);
    const { unmatched, mismatched } = await this.delivery.applyReports(tx, sorted.reports);
    if (unmatched.length > 0) await insertOrphans(tx, unmatched.map(toOrphan));
    const setAside = [...sorted.quarantined, ...mismatched.map((m) => toQuarantined(m.report, m.reason))];
    if (setAside.length > 0) await inbox.quarantine(tx, setAside);
    for (const wabaId of accountsWithNews(sorted.notices)) this.changed.add(wabaId);
    const fresh = sorted.inbound.length === 0 ? new Set<string>() : await insertInbound(tx, sorted.inbound);
    await this.delivery.notify(
      tx,
      sorted.notices.filter((n) => n.aggregate !== 'inbound_message' || fresh.has(n.aggregateId)),
    );
    await this.news.apply(tx, sorted, fresh);
    await inbox.dequeueWebhooks(
      tx,
      claimed.map((w) => w.id),
    );
    this.runtime.crash.pass('in-apply');
    for (const item of setAside) this.set.inc({ reason: item.reason });
    if (unmatched.length > 0) this.set.inc({ reason: 'orphan' }, unmatched.length);
    this.drift.inc(sorted.unknownKeys.length);
    return claimed;
  }

  private passOnChanged(): void {
    if (this.changed.size === 0) return;
    const wabaIds = [...this.changed];
    this.changed.clear();
    this.tellChanged(wabaIds);
  }

  /** One bad webhook must not hold up its neighbours: each gets its own transaction, and the bad one its own fate. */
  private async applyOneByOne(): Promise<void> {
    const ids = await this.db.transaction(async (tx) => (await inbox.claimWebhooks(tx, BATCH)).map((w) => w.id));
    for (const id of ids) {
      try {
        await this.db.transaction((tx) => this.apply(tx, { ...BATCH, id }));
      } catch (error) {
        if (isTransient(error)) throw error;
        await this.setAside(id, error);
      }
    }
    this.delivery.committed();
  }

  private async setAside(id: number, error: unknown): Promise<void> {
    const attempts = await inbox.postponeWebhook(this.db, id);
    if (attempts < MOST_ATTEMPTS) return;
    const detail = error instanceof Error ? error.message : String(error);
    await this.db.transaction(async (tx) => {
      await inbox.quarantine(tx, [{ inboxId: id, portfolioId: null, reason: 'poison', detail, item: null }]);
      await inbox.dequeueWebhooks(tx, [id]);
    });
    this.set.inc({ reason: 'poison' });
    this.runtime.logger.error({ err: error, inbox_id: id }, 'a webhook cannot be applied and was set aside');
  }
}

/** Fields after which a number's level, quality or capability is another one. */
const NUMBER_NEWS = new Set(['phone_number_quality_update', 'business_capability_update', 'account_update']);

function accountsWithNews(notices: readonly Notice[]): string[] {
  return notices.flatMap(({ aggregate, type, data }) => {
    const { waba_id } = data as { readonly waba_id?: unknown };
    return aggregate === 'account' && NUMBER_NEWS.has(type) && typeof waba_id === 'string' ? [waba_id] : [];
  });
}

function toOrphan(r: SourcedReport) {
  const recipient = r.recipientId === null ? null : `+${r.recipientId.replace(/\D/g, '')}`;
  return {
    portfolioId: r.portfolioId,
    phoneNumberId: r.phoneNumberId,
    wamid: r.wamid,
    recipient,
    status: r.report.status,
    inboxId: r.inboxId,
    item: JSON.stringify(r),
  };
}

function toQuarantined(r: SourcedReport, reason: string): inbox.QuarantinedItem {
  return {
    inboxId: r.inboxId,
    portfolioId: r.portfolioId,
    reason,
    detail: 'the status does not agree with the message that its token or id names',
    item: JSON.stringify(r),
  };
}
