import type { Counter } from 'prom-client';
import type { AccountsService, PhoneNumber } from '../accounts/accounts.service.js';
import { type EscalationPolicy, nextLevel, RefusalCount, reasonOf } from '../core/limits/escalation.js';
import type { LaneLimiter } from '../core/limits/lane-limiter.js';
import type { Db } from '../platform/db/db.js';
import type { Runtime } from '../platform/runtime.js';
import { insertEscalation, lockPastLevels } from './escalations.store.js';
import type { LanePolicies } from './lane-policies.js';
import type { StopsService } from './stops.service.js';
import { insertStops, type NewStop } from './stops.store.js';

/** A refusal of Meta's. */
interface Refusal {
  readonly code: number | null;
  readonly title: string;
}

/** What an escalation that begins is about. */
interface Beginning {
  readonly policy: EscalationPolicy;
  readonly code: number;
  readonly title: string;
}

/** The lane waits so long for its level to be written down; then it is tried again. */
const UNTIL_WRITTEN_MS = 5000;

/**
 * Stops sending in steps when Meta goes on refusing, for numbers for which that was chosen. The steps are stops like any
 * other: they are in PostgreSQL with the history that the next step follows from, end by themselves, and can be released.
 */
export class Escalations {
  private readonly counts = new Map<string, RefusalCount>();
  private readonly beginning = new Map<string, Beginning>();
  private readonly levels: Counter<'level'>;

  constructor(
    private readonly of: {
      readonly db: Db;
      readonly accounts: AccountsService;
      readonly policies: LanePolicies;
      readonly stops: StopsService;
    },
    private readonly runtime: Runtime,
  ) {
    this.levels = runtime.metrics.counter('heliograph_escalations_total', 'Steps of stopping after rate refusals.', [
      'level',
    ]);
  }

  /** Counts a refusal; when it is one too many, the lane sends nothing more at once, and a level begins. */
  refused(phoneNumberId: string, { code, title }: Refusal, limiter: LaneLimiter): void {
    const policy = this.of.policies.escalationOf(phoneNumberId);
    if (policy === undefined || code === null || !policy.codes.includes(code)) return;
    if (this.beginning.has(phoneNumberId)) return;
    const count = this.counts.get(phoneNumberId) ?? new RefusalCount();
    this.counts.set(phoneNumberId, count);
    const nowMs = this.runtime.clock.monotonicMs();
    if (!count.refused(policy, nowMs)) return;
    this.counts.delete(phoneNumberId);
    this.beginning.set(phoneNumberId, { policy, code, title });
    limiter.pause(nowMs + UNTIL_WRITTEN_MS, reasonOf(policy, 'light', title));
  }

  /** Writes down what began. Never throws: it is tried again, and until then the lane stays silent. */
  async tend(limiterOf: (phoneNumberId: string) => LaneLimiter | undefined): Promise<void> {
    for (const [phoneNumberId, beginning] of [...this.beginning]) {
      try {
        await this.begin(phoneNumberId, beginning);
        this.beginning.delete(phoneNumberId);
        // The stop says it from now on; the pause would be told of the lane beside it, as a limit of its own.
        limiterOf(phoneNumberId)?.endPause(reasonOf(beginning.policy, 'light', beginning.title));
      } catch (err) {
        this.runtime.logger.warn({ err }, 'a level of limiting could not be written down yet');
        const untilMs = this.runtime.clock.monotonicMs() + UNTIL_WRITTEN_MS;
        limiterOf(phoneNumberId)?.pause(untilMs, reasonOf(beginning.policy, 'light', beginning.title));
      }
    }
  }

  private async begin(phoneNumberId: string, { policy, code, title }: Beginning): Promise<void> {
    const number = this.of.accounts.phoneNumber(phoneNumberId);
    if (number === undefined) return;
    const { portfolioId } = number;
    const level = await this.of.db.transaction(async (tx) => {
      const { nowMs, past } = await lockPastLevels(tx, portfolioId, policy.severe.withinMs);
      const next = nextLevel(policy, phoneNumberId, past, nowMs);
      const lastsMs = policy.lastsMs[next];
      const reason = reasonOf(policy, next, title);
      await insertEscalation(tx, { portfolioId, phoneNumberId, level: next, code, reason, lastsMs });
      const stop = { portfolioId, stops: 'all', code } as const;
      const stops = scopesOf(next, number).map(({ scope, scopeId, of }): NewStop => {
        return { ...stop, scope, scopeId, reason: reasonOf(policy, of, title), endsAfterMs: policy.lastsMs[of] };
      });
      await insertStops(tx, stops, this.runtime.publishesEvents);
      return next;
    });
    this.levels.inc({ level });
    this.runtime.logger.error({ level, code }, 'Meta goes on refusing, so sending has stopped for a while');
    await this.of.stops.refresh();
  }
}

type Scoped = {
  readonly scope: NewStop['scope'];
  readonly scopeId: string;
  readonly of: 'light' | 'medium' | 'severe';
};

/** What a level stops. The portfolio's other accounts rest with a severe one as with a medium one. */
function scopesOf(level: Scoped['of'], number: PhoneNumber): Scoped[] {
  if (level === 'light') return [{ scope: 'number', scopeId: number.phoneNumberId, of: 'light' }];
  const portfolio: Scoped = { scope: 'portfolio', scopeId: number.portfolioId, of: 'medium' };
  return level === 'medium' ? [portfolio] : [{ scope: 'waba', scopeId: number.wabaId, of: 'severe' }, portfolio];
}
