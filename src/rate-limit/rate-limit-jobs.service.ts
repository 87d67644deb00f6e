import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { AccountsService } from '../accounts/accounts.service.js';
import { MARKETING_CAP } from '../core/limits/marketing-cap.js';
import { nextStage, WARM_UP_POLICIES } from '../core/limits/warm-up.js';
import { Db } from '../platform/db/db.js';
import type { Job } from '../platform/jobs/job-runner.js';
import { Runtime } from '../platform/runtime.js';
import { forgetReach } from './marketing-caps.store.js';
import { forgetPlaces } from './messaging-limit.store.js';
import { findPolicy, lockPolicy, type PolicyRow, policiesThatWarmUp, writePolicy } from './policies.store.js';
import { forgetCalls } from './waba-calls.store.js';
import { receptionOf } from './warm-ups.store.js';

/** Stages last days, and what Meta rates is read every minute or so. */
const JUDGE_EVERY_MS = 60_000;

const FORGET_EVERY_MS = 3_600_000;

/** What limits need to have done from time to time: takes numbers that warm up from stage to stage, or back. */
@Injectable()
export class RateLimitJobsService {
  private readonly changes: Counter<'result'>;

  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly runtime: Runtime,
  ) {
    this.changes = runtime.metrics.counter('heliograph_warm_up_changes_total', 'Changes of stage in warm-ups.', [
      'result',
    ]);
  }

  /** The jobs, for the runner. */
  jobs(): readonly Job[] {
    return [
      { name: 'judge-warm-ups', everyMs: JUDGE_EVERY_MS, run: () => this.judgeAll() },
      { name: 'forget-people', everyMs: FORGET_EVERY_MS, run: () => this.forgetPeople() },
      { name: 'forget-calls', everyMs: FORGET_EVERY_MS, run: () => this.forgetCalls() },
    ];
  }

  /** Judges every number that has a warm-up, warm ones too: they can be put back. */
  async judgeAll(): Promise<void> {
    for (const row of await policiesThatWarmUp(this.db)) await this.judge(row);
  }

  /**
   * Forgets who held places of a messaging limit that are free again, and who had marketing that no cap can count any more: who
   * was written to is nobody's business then.
   */
  async forgetPeople(): Promise<void> {
    await forgetPlaces(this.db);
    await forgetReach(this.db, MARKETING_CAP.mostDays + 1);
  }

  /** Forgets the calls about WABAs that count no more. */
  async forgetCalls(): Promise<void> {
    await forgetCalls(this.db);
  }

  private async judge(row: PolicyRow): Promise<void> {
    const policy = WARM_UP_POLICIES[row.warm_up ?? ''];
    if (policy === undefined || row.warm_up_since === null) return;
    const of = { portfolioId: row.portfolio_id, phoneNumberId: row.phone_number_id };
    const now = this.runtime.clock.now();
    const sinceMs = row.warm_up_since.getTime();
    const seen = await receptionOf(this.db, of, now.getTime() - sinceMs);
    const signals = {
      acceptedInStage: seen.accepted_in_stage,
      accepted: seen.accepted,
      failed: seen.failed,
      complaints: seen.complaints,
      qualityRating: this.accounts.phoneNumber(row.phone_number_id)?.qualityRating ?? null,
    };
    const next = nextStage(policy, { stage: row.warm_up_stage, sinceMs }, signals, now.getTime());
    if (next === null) return;
    const changed = await this.db.transaction(async (tx) => {
      await lockPolicy(tx, of);
      const current = await findPolicy(tx, of);
      // Somebody chose something else meanwhile: it is judged anew.
      if (current?.changed_at.getTime() !== row.changed_at.getTime()) return false;
      const stage = { warmUpStage: next.stage, warmUpSince: now, warmUpReason: next.reason };
      await writePolicy(tx, of, { ...current, ...stage, by: 'gateway' }, current);
      return true;
    });
    if (changed) this.changes.inc({ result: next.stage === 0 ? 'put_back' : 'promoted' });
  }
}
