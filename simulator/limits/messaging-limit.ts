import type { Stateful } from '../state/stateful.js';
import { TIERS, type Tier, tierAbove } from './messaging-tiers.js';
import { UniqueUsers } from './unique-users.js';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/**
 * The messaging limit of a portfolio: different users whom messages outside the customer service window were
 * delivered to in a moving 24 hours (cloud-api.md §6). Only deliveries count, and somebody reached already may be
 * written to again.
 */
export class MessagingLimit implements Stateful {
  private readonly day = new UniqueUsers(DAY_MS);
  private readonly week = new UniqueUsers(WEEK_MS);

  /** Whether a message to `user` outside the window may go under the limit `tier`. */
  allows(user: string, tier: Tier, atMs: number): boolean {
    return TIERS[tier] === Number.POSITIVE_INFINITY || this.day.has(user, atMs) || this.day.countAt(atMs) < TIERS[tier];
  }

  /**
   * Records a delivery, at an instant that may lie ahead: an accepted message takes its place at once. Weeks are kept
   * only where limits rise by themselves, as nothing else asks for them.
   */
  deliver(user: string, deliveredAtMs: number, keepsWeek: boolean): void {
    this.day.add(user, deliveredAtMs);
    if (keepsWeek) this.week.add(user, deliveredAtMs);
  }

  /** Different users of the last 24 hours. */
  usedAt(atMs: number): number {
    return this.day.countAt(atMs);
  }

  /** The limit the portfolio has earned: the next one, once half of the present one was used in seven days. */
  earnedAt(tier: Tier, atMs: number): Tier | undefined {
    return this.week.countAt(atMs) >= TIERS[tier] / 2 ? tierAbove(tier) : undefined;
  }

  reset(): void {
    this.day.reset();
    this.week.reset();
  }

  save(): unknown {
    return { day: this.day.save(), week: this.week.save() };
  }

  load(saved: unknown): void {
    const { day, week } = saved as { day: unknown; week: unknown };
    this.day.load(day);
    this.week.load(week);
  }
}
