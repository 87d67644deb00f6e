import type { Clock } from '../core/clock.js';
import { groupBy } from '../core/group-by.js';
import { ESCALATION_POLICIES, type EscalationPolicy } from '../core/limits/escalation.js';
import { USUAL_WEIGHT, type WeightOf } from '../core/limits/fair-share.js';
import type { Queryable } from '../platform/db/queryable.js';
import { Every } from '../platform/lifecycle/worker-loop.js';
import type { Lane } from './lane.js';
import { memoryMsOf, paceOf, warmUpOf } from './number-policy.js';
import { type PolicyRow, policiesChangedSince } from './policies.store.js';
import { recentSends } from './warm-ups.store.js';

/** How often it is asked whether a policy was changed, on whichever replica. */
const LOOK_EVERY_MS = 1000;

/**
 * Brings the policies that were chosen for numbers into the lanes of this worker: within about a second of a change, and
 * before a lane that was just taken sends anything. One look a second for all lanes, at what changed only.
 */
export class LanePolicies {
  private readonly rows = new Map<string, PolicyRow>();
  private readonly looking: Every;
  private changedAtMs = 0;
  private watched = 0;
  /** Lanes whose limits are not known to be in line with their policy. */
  private readonly stale = new Set<string>();

  constructor(
    private readonly db: Queryable,
    private readonly clock: Clock,
  ) {
    this.looking = new Every(LOOK_EVERY_MS, clock);
  }

  /** A lane was taken. */
  opened(phoneNumberId: string): void {
    this.stale.add(phoneNumberId);
  }

  /** Messages per second that a person allows a number; infinity when nobody said. */
  maxMpsOf(phoneNumberId: string): number {
    return this.rows.get(phoneNumberId)?.max_mps ?? Number.POSITIVE_INFINITY;
  }

  /** The escalation that was chosen for a number; undefined when none was. */
  escalationOf(phoneNumberId: string): EscalationPolicy | undefined {
    return ESCALATION_POLICIES[this.rows.get(phoneNumberId)?.escalation ?? ''];
  }

  /** The thresholds that were chosen for a number; null when none were. */
  utilisationOf(phoneNumberId: string): string | null {
    return this.rows.get(phoneNumberId)?.utilisation ?? null;
  }

  /** What the fairness keys of a number weigh; those that nobody named weigh as much as each other. */
  weightsOf(phoneNumberId: string): WeightOf {
    const weights = this.rows.get(phoneNumberId)?.fairness_weights;
    return weights === null || weights === undefined ? () => USUAL_WEIGHT : (key) => weights[key] ?? USUAL_WEIGHT;
  }

  /** Whether any number has thresholds. */
  get hasUtilisation(): boolean {
    return this.watched > 0;
  }

  /** Looks when it is time to; true when lanes were changed. Throws when the database is away: then nothing may be sent. */
  async tend(lanes: ReadonlyMap<string, Lane>): Promise<boolean> {
    if (this.looking.due()) await this.look();
    if (this.stale.size === 0) return false;
    const ids = [...this.stale].filter((id) => lanes.has(id));
    await this.pace(ids, lanes);
    this.stale.clear();
    return true;
  }

  private async look(): Promise<void> {
    for (const row of await policiesChangedSince(this.db, this.changedAtMs)) {
      const known = this.rows.get(row.phone_number_id);
      if (known !== undefined && known.changed_at >= row.changed_at) continue;
      this.watched += Number(row.utilisation !== null) - Number((known?.utilisation ?? null) !== null);
      this.rows.set(row.phone_number_id, row);
      this.stale.add(row.phone_number_id);
      this.changedAtMs = Math.max(this.changedAtMs, row.changed_at.getTime());
    }
  }

  private async pace(ids: readonly string[], lanes: ReadonlyMap<string, Lane>): Promise<void> {
    const warming = ids.flatMap((id) => {
      const warmUp = warmUpOf(this.rows.get(id));
      return warmUp === null ? [] : [{ id, warmUp }];
    });
    const memoryMs = Math.max(0, ...warming.map(({ warmUp }) => memoryMsOf(warmUp.stage)));
    const sends =
      warming.length === 0
        ? []
        : await recentSends(
            this.db,
            warming.map(({ id }) => id),
            memoryMs,
          );
    const sendsOf = groupBy(sends, (send) => send.phone_number_id);
    const nowMs = this.clock.monotonicMs();
    for (const id of ids) lanes.get(id)?.warmUpAt(null);
    for (const { id, warmUp } of warming) lanes.get(id)?.warmUpAt(paceOf(warmUp, sendsOf.get(id) ?? [], nowMs));
  }
}
