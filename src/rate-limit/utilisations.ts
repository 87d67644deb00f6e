import type { Counter } from 'prom-client';
import type { AccountsService } from '../accounts/accounts.service.js';
import { UTILISATION_POLICIES, UtilisationWatch } from '../core/limits/utilisation.js';
import { newId } from '../platform/clock/ids.js';
import type { Db } from '../platform/db/db.js';
import type { Runtime } from '../platform/runtime.js';
import type { Lane } from './lane.js';
import type { LanePolicies } from './lane-policies.js';
import { insertUtilisation, type UtilisationNotice } from './utilisations.store.js';

/**
 * Watches how much of their rate numbers use, for those for which thresholds were chosen: at the first it tells, at the
 * second the lane pauses. Looked at once a round, in memory.
 */
export class Utilisations {
  private readonly watches = new Map<string, UtilisationWatch>();
  private readonly untold: UtilisationNotice[] = [];
  private readonly crossings: Counter<'threshold'>;

  constructor(
    private readonly of: { readonly db: Db; readonly accounts: AccountsService; readonly policies: LanePolicies },
    private readonly runtime: Runtime,
  ) {
    this.crossings = runtime.metrics.counter(
      'heliograph_utilisation_crossings_total',
      'Numbers that came near their rate, where thresholds were chosen.',
      ['threshold'],
    );
  }

  /** Looks at the lanes that have something to send, and tells what there is to tell. Never throws: it is told later. */
  async tend(busy: readonly string[], lanes: ReadonlyMap<string, Lane>): Promise<void> {
    if (this.of.policies.hasUtilisation) for (const id of busy) this.look(id, lanes.get(id));
    const telling = this.untold.splice(0);
    if (telling.length === 0) return;
    try {
      await this.of.db.transaction((tx) => insertUtilisation(tx, telling, this.runtime.publishesEvents));
    } catch (err) {
      this.untold.unshift(...telling);
      this.runtime.logger.warn({ err }, 'it could not be told yet that numbers came near their rate');
    }
  }

  private look(phoneNumberId: string, lane: Lane | undefined): void {
    const policy = UTILISATION_POLICIES[this.of.policies.utilisationOf(phoneNumberId) ?? ''];
    const portfolioId = this.of.accounts.phoneNumber(phoneNumberId)?.portfolioId;
    if (policy === undefined || lane === undefined || portfolioId === undefined) return;
    const watch = this.watches.get(phoneNumberId) ?? new UtilisationWatch();
    this.watches.set(phoneNumberId, watch);
    const nowMs = this.runtime.clock.monotonicMs();
    const [used, allowed] = [lane.limiter.usedAt(nowMs), lane.limiter.throughputMps];
    const { tells, pauseMs } = watch.look(policy, used, allowed, nowMs);
    if (tells) {
      const told = { id: newId(), portfolioId, phoneNumberId, limit: 'throughput', used, allowed };
      this.untold.push({ ...told, at: this.runtime.clock.now() });
      this.crossings.inc({ threshold: 'alert' });
    }
    if (pauseMs === 0 || lane.limiter.pauseAt(nowMs) !== null) return;
    const percent = Math.round(100 * (policy.pause?.share ?? 1));
    lane.limiter.pause(
      nowMs + pauseMs,
      `the number used ${percent} % of its rate, so it pauses ${pauseMs / 1000} seconds`,
    );
    this.crossings.inc({ threshold: 'pause' });
  }
}
