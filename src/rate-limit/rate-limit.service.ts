import { Inject, Injectable } from '@nestjs/common';
import type { Counter, Gauge } from 'prom-client';
import { AccountsService } from '../accounts/accounts.service.js';
import type { Clock } from '../core/clock.js';
import { LaneLimiter } from '../core/limits/lane-limiter.js';
import type { MetaErrorRow } from '../core/meta-errors/meta-error-row.js';
import { reactionTo } from '../core/meta-errors/meta-error-table.js';
import type { GatewayConfig } from '../platform/config/settings.js';
import { Metrics } from '../platform/observability/metrics.js';
import { CLOCK, CONFIG } from '../platform/tokens.js';

/**
 * Longest time between the arming of an attempt and its first byte, in milliseconds. The send loop lets no older one
 * out: a new owner counts recent attempts as sent up to this much later than they were armed, so one that left later
 * still would be missing from its count. A commit that waits for a busy disk can take a good part of it.
 */
export const ARM_TO_WIRE_MS = 2000;

/** Meta's error for a number that sends faster than its level: a matter of rate, where the others are of state. */
const THROUGHPUT_REACHED = reactionTo(130429);

/** A refusal that slows a scope down pauses it at least this long. */
const LEAST_PAUSE_MS = 1000;

/** Longest wait for an unreachable Graph API; sending resumes within it once the API is back. */
const UNREACHABLE_MOST_MS = 30_000;

/**
 * The limiters of the lanes that this worker owns. Nothing about limits is stored: a new owner derives a lane's state
 * from the attempts that the ledger shows.
 */
@Injectable()
export class RateLimitService {
  private readonly limiters = new Map<string, LaneLimiter>();
  /** Sends in a row that found nobody at the other end, per number. */
  private readonly unreachable = new Map<string, number>();
  private readonly throughput: Gauge<'level'>;
  private readonly pauses: Counter<'scope'>;

  constructor(
    private readonly accounts: AccountsService,
    @Inject(CONFIG) private readonly config: GatewayConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.throughput = metrics.gauge('heliograph_lanes', 'Lanes that this worker owns, by messages per second.', [
      'level',
    ]);
    this.pauses = metrics.counter('heliograph_pauses_total', 'Pauses after a refusal, by what was paused.', ['scope']);
  }

  /** How far back attempts matter to a lane's limiter, in milliseconds. */
  get memoryMs(): number {
    return 1000 + this.config.throughputGuardMs + ARM_TO_WIRE_MS;
  }

  /**
   * Opens the limiter of a lane that was just taken. `agesMs` tells how long ago each recent attempt was armed, the
   * oldest first; it may have reached the wire a little later, and is counted as if it had.
   */
  open(phoneNumberId: string, agesMs: readonly number[]): void {
    const limiter = new LaneLimiter(this.throughputOf(phoneNumberId), this.config.throughputGuardMs);
    const nowMs = this.clock.monotonicMs();
    for (const ageMs of agesMs) limiter.spend(nowMs - Math.max(0, ageMs - ARM_TO_WIRE_MS));
    this.limiters.set(phoneNumberId, limiter);
    this.measure();
  }

  /** Forgets a lane that was given away. */
  close(phoneNumberId: string): void {
    this.limiters.delete(phoneNumberId);
    this.measure();
  }

  /** The limiter of a lane that this worker owns. */
  limiter(phoneNumberId: string): LaneLimiter | undefined {
    return this.limiters.get(phoneNumberId);
  }

  /** Brings every limiter to the level that was last read from Meta. */
  adapt(): void {
    for (const [phoneNumberId, limiter] of this.limiters) limiter.setThroughput(this.throughputOf(phoneNumberId));
    this.measure();
  }

  /** Slows down what a refusal of Meta's says must slow down, on the lanes that this worker owns. */
  react(phoneNumberId: string, reaction: MetaErrorRow): void {
    const nowMs = this.clock.monotonicMs();
    const untilMs = nowMs + Math.max(reaction.pauseMs, LEAST_PAUSE_MS);
    if (reaction === THROUGHPUT_REACHED) {
      this.limiters.get(phoneNumberId)?.giveWay(nowMs);
      this.pauses.inc({ scope: 'throughput' });
      return;
    }
    if (reaction.slow === 'number') this.limiters.get(phoneNumberId)?.pause(untilMs, reaction.title);
    if (reaction.slow === 'waba' || reaction.slow === 'app' || reaction.slow === 'account') {
      for (const id of this.lanesOfSameWaba(phoneNumberId)) this.limiters.get(id)?.pause(untilMs, reaction.title);
    }
    if (reaction.slow !== 'none') this.pauses.inc({ scope: reaction.slow });
  }

  /** Nobody answered at the other end: the lane waits longer and longer, up to half a minute, instead of hammering. */
  backOff(phoneNumberId: string): void {
    const nowMs = this.clock.monotonicMs();
    // Sends that were under way together fail together: that is one failure, and the pause it began goes on.
    const limiter = this.limiters.get(phoneNumberId);
    if (limiter === undefined || limiter.pauseAt(nowMs) !== null) return;
    const failures = (this.unreachable.get(phoneNumberId) ?? 0) + 1;
    this.unreachable.set(phoneNumberId, failures);
    const waitMs = Math.min(UNREACHABLE_MOST_MS, 250 * 2 ** Math.min(failures - 1, 10));
    limiter.pause(nowMs + waitMs, 'The Graph API cannot be reached');
    this.pauses.inc({ scope: 'unreachable' });
  }

  /** Somebody answered: the next failure begins with a short wait again. */
  reached(phoneNumberId: string): void {
    if (this.unreachable.size > 0) this.unreachable.delete(phoneNumberId);
  }

  private lanesOfSameWaba(phoneNumberId: string): string[] {
    const wabaId = this.accounts.phoneNumber(phoneNumberId)?.wabaId;
    return [...this.limiters.keys()].filter((id) => this.accounts.phoneNumber(id)?.wabaId === wabaId);
  }

  private throughputOf(phoneNumberId: string): number {
    return this.accounts.phoneNumber(phoneNumberId)?.throughputMps ?? 20;
  }

  private measure(): void {
    this.throughput.reset();
    for (const limiter of this.limiters.values()) this.throughput.inc({ level: String(limiter.throughputMps) });
  }
}
