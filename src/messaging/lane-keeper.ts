import { randomInt } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../core/clock.js';
import { groupBy } from '../core/group-by.js';
import { newId } from '../platform/clock/ids.js';
import type { GatewayConfig } from '../platform/config/settings.js';
import { Db } from '../platform/db/db.js';
import { SessionLock } from '../platform/db/session-lock.js';
import { Every } from '../platform/lifecycle/worker-loop.js';
import type { Logger } from '../platform/observability/logger.js';
import { CLOCK, CONFIG, LOGGER } from '../platform/tokens.js';
import { RateLimitService } from '../rate-limit/rate-limit.service.js';
import * as store from './lanes.store.js';
import type { HeldLane } from './send-queue.store.js';
import { Settler } from './settler.js';

/** How often a worker looks for lanes to take or to give up. */
const SHARE_EVERY_MS = 1000;

/** How often a worker reads every lane that it holds; in between it compares how many they are and the sum of their fences. */
const RECONCILE_EVERY_MS = 10_000;

/** Most lanes taken in one round, so that a replica that starts does not seize everything at once. */
const TAKE_AT_ONCE = 2000;

/**
 * Keeps this worker's lease and its fair share of the lanes. A worker is alive while its lease runs and its database
 * session lives; a death shows at once through the session, a hang through the lease. `holds` is what the send loop
 * asks right before a byte goes out: it judges by a deadline on this machine's monotonic clock that starts before the
 * renewal is sent, so it ends before the database's lease does.
 */
@Injectable()
export class LaneKeeper {
  readonly workerId = newId();
  private readonly lock: SessionLock;
  private readonly held = new Map<string, HeldLane>();
  private readonly renewal: Every;
  private readonly sharing: Every;
  private readonly reconciling: Every;
  /** Lanes to be given to other workers as soon as nothing of theirs is on the wire. */
  private readonly leaving = new Set<string>();
  /** Lanes whose open attempts of earlier owners are still to be declared unknown. */
  private readonly inherited: HeldLane[] = [];
  private declaring = false;
  /** The lanes on which messages may be armed while the lease runs; null when they have changed since they were listed. */
  private armable: readonly HeldLane[] | null = null;
  /** Whether a taking of lanes was not confirmed, so that the database's account has to be read. */
  private inDoubt = true;
  private leaseEndsAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly db: Db,
    @Inject(CONFIG) private readonly config: GatewayConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly limits: RateLimitService,
    private readonly settler: Settler,
  ) {
    this.lock = new SessionLock(config.databaseUrl ?? '', randomInt(1, 2 ** 31 - 1), logger);
    this.renewal = new Every(config.leaseMs / 5, clock);
    this.sharing = new Every(SHARE_EVERY_MS, clock);
    this.reconciling = new Every(RECONCILE_EVERY_MS, clock);
  }

  /** The lanes on which this worker may arm messages now. */
  lanes(): readonly HeldLane[] {
    if (!this.leaseRuns()) return [];
    this.armable ??= [...this.held.values()].filter((lane) => !this.leaving.has(lane.phoneNumberId));
    return this.armable;
  }

  /** One of these lanes, whether the lease runs or not; undefined when it is none. */
  lane(phoneNumberId: string): HeldLane | undefined {
    return this.leaving.has(phoneNumberId) ? undefined : this.held.get(phoneNumberId);
  }

  /** Tells whether this worker may still send on a lane that it armed a message for at `fence`. */
  holds(phoneNumberId: string, fence: number): boolean {
    return this.leaseRuns() && this.held.get(phoneNumberId)?.fence === fence;
  }

  /** Renews the lease and adjusts the share when it is time to; returns the lanes that are new. */
  async tend(): Promise<readonly string[]> {
    if (!this.leaseRuns() || this.renewal.due()) await this.renew();
    const taken = this.sharing.due() ? await this.share() : [];
    if (this.leaving.size > 0) await this.releaseLeaving();
    this.declareUnknown();
    return taken;
  }

  /**
   * Declares what earlier owners left open unknown, beside the sending: a hung owner may still hold the locks of those
   * messages, and waiting for them must delay neither this worker's lease nor its other messages.
   */
  private declareUnknown(): void {
    if (this.declaring || this.inherited.length === 0) return;
    this.declaring = true;
    const lanes = this.inherited.splice(0);
    this.settler
      .abandon(lanes)
      .catch((err: unknown) => {
        this.logger.warn({ err }, 'attempts of a lost worker could not be declared unknown yet');
        this.inherited.push(...lanes);
      })
      .finally(() => {
        this.declaring = false;
      });
  }

  /** Gives every lane back: after the last send has settled. */
  async leave(): Promise<void> {
    const lanes = [...this.held.values()];
    await this.limits.leaving(lanes.map((lane) => lane.phoneNumberId));
    this.forgetAll();
    this.leaseEndsAtMs = Number.NEGATIVE_INFINITY;
    await store.releaseLanes(this.db, this.workerId, lanes);
    await store.removeWorker(this.db, this.workerId);
    await this.lock.release();
  }

  private leaseRuns(): boolean {
    return this.clock.monotonicMs() < this.leaseEndsAtMs;
  }

  private async renew(): Promise<void> {
    const before = this.clock.monotonicMs();
    if (!(await this.lock.check()) && !(await this.lock.tryTake()))
      throw new Error('the worker lock is taken by another');
    await store.renewWorker(this.db, { id: this.workerId, lockKey: this.lock.key, leaseMs: this.config.leaseMs });
    this.leaseEndsAtMs = before + this.config.leaseMs;
  }

  private async share(): Promise<readonly string[]> {
    const { workers, lanes, own } = await store.countShares(this.db, this.workerId);
    if (this.reconciling.due() || this.inDoubt || !this.agreesWith(own)) await this.reconcile();
    const fairShare = Math.ceil(lanes / Math.max(1, workers));
    const surplus = this.held.size - this.leaving.size - fairShare;
    if (surplus > 0) this.giveUp(surplus);
    const room = Math.min(TAKE_AT_ONCE, fairShare - this.held.size);
    return room > 0 ? this.take(room) : [];
  }

  /** Whether the database's account of this worker's lanes is its own: whoever takes one raises its fence. */
  private agreesWith(own: { readonly count: number; readonly fences: number }): boolean {
    let fences = 0;
    for (const lane of this.held.values()) fences += lane.fence;
    return own.count === this.held.size && own.fences === fences;
  }

  private async take(upTo: number): Promise<readonly string[]> {
    this.inDoubt = true;
    const taken = await store.takeLanes(this.db, { workerId: this.workerId, upTo });
    const ids = await this.openAll(taken);
    this.inDoubt = false;
    return ids;
  }

  private async openAll(taken: Awaited<ReturnType<typeof store.takeLanes>>): Promise<readonly string[]> {
    if (taken.length === 0) return [];
    const ids = taken.map((lane) => lane.phoneNumberId);
    const [attempts, learntOf] = await Promise.all([
      store.recentAttempts(this.db, ids, this.limits.memoryMs),
      this.limits.learnt(ids),
    ]);
    const attemptsOf = groupBy(attempts, (row) => row.phone_number_id);
    for (const lane of taken) {
      this.limits.open(lane.phoneNumberId, {
        attempts: (attemptsOf.get(lane.phoneNumberId) ?? []).map((row) => ({
          armedAgeMs: row.armed_age_ms,
          answeredAgeMs: row.answered_age_ms,
        })),
        ...learntOf(lane.phoneNumberId),
      });
      this.armable = null;
      this.held.set(lane.phoneNumberId, { phoneNumberId: lane.phoneNumberId, fence: lane.fence });
    }
    this.inherited.push(...taken);
    const takenOver = taken.filter((lane) => lane.taken_over).length;
    this.logger.info({ lanes: taken.length, taken_over: takenOver }, 'took lanes');
    return ids;
  }

  /**
   * Brings this worker's view and the database's together: lanes that somebody else took meanwhile (this worker was
   * thought dead) are dropped, and lanes whose taking was not confirmed are let go, to be taken anew.
   */
  private async reconcile(): Promise<void> {
    const owned = await store.lanesOf(this.db, this.workerId);
    const fences = new Map(owned.map((lane) => [lane.phoneNumberId, lane.fence]));
    for (const lane of [...this.held.values()]) {
      if (fences.get(lane.phoneNumberId) === lane.fence) continue;
      this.forget(lane.phoneNumberId);
      this.logger.warn('lost a lane to another worker');
    }
    const strays = owned.filter((lane) => !this.held.has(lane.phoneNumberId));
    if (strays.length > 0) await store.releaseLanes(this.db, this.workerId, strays);
  }

  /** Begins to give lanes to other workers: nothing more is armed on them, and what is on the wire comes home first. */
  private giveUp(count: number): void {
    const staying = [...this.held.keys()].filter((id) => !this.leaving.has(id));
    for (const id of staying.slice(0, count)) this.leaving.add(id);
    this.armable = null;
  }

  /** Releases lanes that are leaving and have nothing on the wire any more. */
  private async releaseLeaving(): Promise<void> {
    const home = [...this.leaving].filter((id) => !this.settler.hasInFlight(id));
    const lanes = home.flatMap((id) => this.held.get(id) ?? []);
    await this.limits.leaving(home);
    for (const id of home) this.forget(id);
    if (lanes.length === 0) return;
    await store.releaseLanes(this.db, this.workerId, lanes);
    this.logger.info({ lanes: lanes.length }, 'gave lanes to other workers');
  }

  private forget(phoneNumberId: string): void {
    this.held.delete(phoneNumberId);
    this.leaving.delete(phoneNumberId);
    this.armable = null;
    this.limits.close(phoneNumberId);
  }

  private forgetAll(): void {
    for (const id of [...this.held.keys()]) this.forget(id);
  }
}
