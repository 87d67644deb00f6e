import type { Stateful } from '../state/stateful.js';

const WINDOW_MS = 24 * 3_600_000;

interface SavedPeople {
  readonly wroteAtMs: Map<string, number>;
  readonly optedOut: Set<string>;
  readonly identities: Map<string, string>;
}

/**
 * What the platform knows of the people that numbers write to. People are named by WhatsApp id or by business-scoped
 * user id; the two are different people here.
 */
export class People implements Stateful {
  private wroteAtMs = new Map<string, number>();
  private optedOut = new Set<string>();
  private identities = new Map<string, string>();

  /** Somebody wrote to a number: the customer service window is open for 24 hours (cloud-api.md §1.6). */
  wrote(phoneNumberId: string, user: string, atMs: number): void {
    this.wroteAtMs.set(`${phoneNumberId}/${user}`, atMs);
  }

  /** Whether the customer service window is open. */
  isWindowOpen(phoneNumberId: string, user: string, atMs: number): boolean {
    const wroteAtMs = this.wroteAtMs.get(`${phoneNumberId}/${user}`);
    return wroteAtMs !== undefined && atMs < wroteAtMs + WINDOW_MS;
  }

  /** Whether somebody wants no marketing messages of this business (131050). */
  hasOptedOut(user: string): boolean {
    return this.optedOut.has(user);
  }

  setOptedOut(user: string, isOut: boolean): void {
    if (isOut) this.optedOut.add(user);
    else this.optedOut.delete(user);
  }

  /** The hash of somebody's present identity; undefined when none was ever given, which every hash agrees with. */
  identityOf(user: string): string | undefined {
    return this.identities.get(user);
  }

  setIdentity(user: string, hash: string): void {
    this.identities.set(user, hash);
  }

  reset(): void {
    this.load({ wroteAtMs: new Map(), optedOut: new Set(), identities: new Map() } satisfies SavedPeople);
  }

  save(): unknown {
    const { wroteAtMs, optedOut, identities } = this;
    return { wroteAtMs, optedOut, identities } satisfies SavedPeople;
  }

  load(saved: unknown): void {
    ({ wroteAtMs: this.wroteAtMs, optedOut: this.optedOut, identities: this.identities } = saved as SavedPeople);
  }
}
