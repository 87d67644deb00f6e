import type { Stateful } from '../state/stateful.js';

/** Upgrades take at most a minute, in which the number is not available (cloud-api.md §6). */
export const LONGEST_UPGRADE_MS = 60_000;

/** Numbers whose throughput is being raised. */
export class Upgrades implements Stateful {
  private untilMs = new Map<string, number>();

  begin(phoneNumberId: string, untilMs: number): void {
    this.untilMs.set(phoneNumberId, untilMs);
  }

  isUnderWay(phoneNumberId: string, atMs: number): boolean {
    return atMs < (this.untilMs.get(phoneNumberId) ?? Number.NEGATIVE_INFINITY);
  }

  reset(): void {
    this.untilMs.clear();
  }

  save(): unknown {
    return this.untilMs;
  }

  load(saved: unknown): void {
    this.untilMs = saved as Map<string, number>;
  }
}
