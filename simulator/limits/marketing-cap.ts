import type { Stateful } from '../state/stateful.js';

const HOUR_MS = 3_600_000;

/** So many marketing messages per person in so many hours; Meta's own figure moves and is not published. */
export interface CapSetting {
  readonly messages: number;
  readonly hours: number;
}

/**
 * The marketing messages each person got, from all businesses of the platform together (131049, cloud-api.md §6).
 * Exact: the instants of the window are kept.
 */
export class MarketingCap implements Stateful {
  private received = new Map<string, number[]>();

  /** Whether one more is within the cap at `atMs`. */
  allows(user: string, { messages, hours }: CapSetting, atMs: number): boolean {
    const instants = this.received.get(user);
    if (!instants) return true;
    const since = atMs - hours * HOUR_MS;
    const kept = instants.filter((instant) => instant > since);
    if (kept.length === 0) this.received.delete(user);
    else this.received.set(user, kept);
    return kept.length < messages;
  }

  add(user: string, atMs: number): void {
    const instants = this.received.get(user);
    if (instants) instants.push(atMs);
    else this.received.set(user, [atMs]);
  }

  reset(): void {
    this.received.clear();
  }

  save(): unknown {
    return this.received;
  }

  load(saved: unknown): void {
    this.received = saved as Map<string, number[]>;
  }
}
