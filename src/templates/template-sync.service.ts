import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { AccountsService, type Waba } from '../accounts/accounts.service.js';
import { GraphRequestError } from '../meta/graph-client.js';
import { type GraphTemplate, TemplatesClient } from '../meta/templates-client.js';
import { jitter } from '../platform/clock/ids.js';
import { Db } from '../platform/db/db.js';
import type { Queryable } from '../platform/db/queryable.js';
import type { Job } from '../platform/jobs/job-runner.js';
import { Runtime } from '../platform/runtime.js';
import { WabaCallsService } from '../rate-limit/waba-calls.service.js';
import { TemplateListsService } from './template-lists.service.js';
import * as store from './templates.store.js';

/** What a webhook tells of a template; null is not told. */
export interface TemplateNews extends store.TemplateFacts {
  readonly wabaId: string;
  readonly portfolioId: string;
  /** Its content is another one: Meta has to be asked. */
  readonly isOfContent: boolean;
}

/** What a sync of one WABA came to. */
export interface SyncResult {
  readonly waba_id: string;
  /** `failed`: Meta refused or did not answer; what was known stays. */
  readonly result: 'synced' | 'none' | 'failed';
  readonly templates: number;
}

/** How often it is looked whether a WABA is due. */
const LOOK_MS = 2000;

/**
 * After a webhook Meta is asked as well, because webhooks come late, twice and in any order: at once when the webhook
 * does not tell all, otherwise when a round of reviews is likely over. 12 lists an hour at most keep to the budget.
 */
const ASK_AGAIN_MS = { incomplete: 1000, complete: 300_000 };

/** After a failure; an outage of Meta's must not cost the budget. */
const AFTER_FAILURE_MS = 60_000;

/** Keeps our picture of the templates like Meta's: asks on a schedule and on request, and listens to webhooks. */
@Injectable()
export class TemplateSyncService {
  private readonly syncs: Counter<'result'>;

  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly client: TemplatesClient,
    private readonly lists: TemplateListsService,
    private readonly calls: WabaCallsService,
    private readonly runtime: Runtime,
  ) {
    this.syncs = runtime.metrics.counter('heliograph_template_syncs_total', 'Reads of a WABA’s templates, by result.', [
      'result',
    ]);
  }

  /** The jobs, for the runner. */
  jobs(): readonly Job[] {
    return [{ name: 'sync-templates', everyMs: LOOK_MS, run: () => this.syncDue() }];
  }

  /** Asks Meta about every WABA that is due; one that fails does not keep the others from being asked. */
  async syncDue(): Promise<void> {
    const everyMs = Math.round(this.runtime.config.templatePollMs * (0.9 + 0.2 * jitter()));
    const due = await store.claimSyncs(this.db, this.accounts.wabas(), everyMs);
    const mayAsk = await this.calls.mayAskAbout(due);
    for (const wabaId of due) {
      const waba = this.accounts.waba(wabaId);
      if (waba === undefined) continue;
      if (mayAsk.has(wabaId)) await this.sync(waba);
      else await this.giveWay(wabaId);
    }
  }

  /** The hour's calls that schedules may use are used up: what is left is for what people ask for. */
  private async giveWay(wabaId: string): Promise<void> {
    this.syncs.inc({ result: 'gave_way' });
    await store.hastenSync(this.db, wabaId, AFTER_FAILURE_MS);
  }

  /** Asks Meta about the templates of one WABA now. Never throws for what Meta answers. */
  async sync(waba: Waba): Promise<SyncResult> {
    const done = await this.read(waba);
    this.syncs.inc({ result: done.result });
    return done;
  }

  /**
   * Asks Meta about the templates of one name now, in all languages: what is left of `doubted`, a template that may be gone,
   * is told apart from what is. Gives what Meta listed, null when it did not answer; never throws for what it answers.
   */
  async syncNamed(
    { wabaId, portfolioId, accessToken }: Waba,
    name: string,
    doubted?: store.TemplateFacts,
  ): Promise<readonly GraphTemplate[] | null> {
    const askedAt = await this.lists.now();
    let listed: readonly GraphTemplate[];
    try {
      listed = await this.client.listNamed(wabaId, accessToken, name);
    } catch (err) {
      this.runtime.logger.warn({ err, waba_id: wabaId }, 'what became of a template could not be read');
      await store.hastenSync(this.db, wabaId, AFTER_FAILURE_MS);
      return null;
    }
    const isGone = doubted !== undefined && !listed.some(({ templateId }) => templateId === doubted.templateId);
    const facts = [...listed.map(toFacts), ...(isGone ? [{ ...doubted, status: 'DELETED' }] : [])];
    await this.lists.take({ wabaId, portfolioId, askedAt, facts, isWhole: false });
    return listed;
  }

  private async read({ wabaId, portfolioId, accessToken }: Waba): Promise<SyncResult> {
    const askedAt = await this.lists.now();
    let listed: readonly GraphTemplate[];
    try {
      listed = await this.client.list(wabaId, accessToken);
    } catch (err) {
      if (isNothingThere(err)) return { waba_id: wabaId, result: 'none', templates: 0 };
      this.runtime.logger.warn({ err, waba_id: wabaId }, 'the templates of a WABA could not be read');
      await store.hastenSync(this.db, wabaId, AFTER_FAILURE_MS);
      return { waba_id: wabaId, result: 'failed', templates: 0 };
    }
    await this.lists.take({ wabaId, portfolioId, askedAt, facts: listed.map(toFacts), isWhole: true });
    return { waba_id: wabaId, result: 'synced', templates: listed.length };
  }

  /** Applies what webhooks told, in the caller's transaction. */
  async heard(tx: Queryable, news: readonly TemplateNews[]): Promise<void> {
    // One after the other, as they came: two of one template in one batch are two changes. Sorted by id, so that two
    // batches wait for each other instead of deadlocking.
    const inOrder = [...news].sort((a, b) => a.templateId.localeCompare(b.templateId));
    for (const each of inOrder) {
      const { wabaId, portfolioId, isOfContent } = each;
      const writing = { wabaId, portfolioId, source: 'webhook', askedAt: null } as const;
      const { added } = await store.writeTemplates(tx, writing, [each]);
      const isIncomplete = isOfContent || added.size > 0;
      await store.hastenSync(tx, wabaId, ASK_AGAIN_MS[isIncomplete ? 'incomplete' : 'complete']);
    }
  }
}

function toFacts(t: GraphTemplate): store.TemplateFacts {
  const { rejectedReason, ...facts } = t;
  return { ...facts, reason: rejectedReason };
}

/** Meta says 100 for what does not exist or may not be seen; a stand-in may have no templates at all. */
function isNothingThere(error: unknown): boolean {
  return error instanceof GraphRequestError && (error.graphCode === 100 || error.httpStatus === 404);
}
