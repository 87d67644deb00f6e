import { Victim, type VictimSpec } from './victim.js';

/** What differs between one gateway of a round and another. */
export interface GatewayOptions {
  /** `<point>:<nth>`: where it kills itself. */
  readonly crashAt?: string;
  readonly lease: Lease;
}

/** A lease and the Graph time-out that has to be below it. */
export interface Lease {
  readonly leaseMs: number;
  readonly graphTimeoutMs: number;
}

/** Short, so that a round in which a lease has to run out is short. */
export const SHORT_LEASE: Lease = { leaseMs: 2000, graphTimeoutMs: 1500 };

/** What production runs with. */
export const DEFAULT_LEASE: Lease = { leaseMs: 15_000, graphTimeoutMs: 10_000 };

/** Node, Nest and the migrations on a machine that is busy with other suites. */
const READY_WITHIN_MS = 60_000;

/** A gateway as a process of its own. */
export class GatewayProcess {
  readonly victim: Victim;
  /** Resolves with its port when it takes requests; rejects when it ends before. */
  readonly ready: Promise<number>;
  private readyAt: number | null = null;
  private portNow = 0;

  constructor(spec: VictimSpec, onReady: (port: number) => void) {
    this.victim = new Victim(spec);
    this.ready = this.victim.line(/"http_port":(\d+)/, READY_WITHIN_MS).then(([, port]) => {
      this.readyAt = Date.now();
      this.portNow = Number(port);
      onReady(this.portNow);
      return this.portNow;
    });
    this.ready.catch(() => undefined);
  }

  /** Epoch milliseconds at which it said that it is ready; null before. */
  get readyAtMs(): number | null {
    return this.readyAt;
  }

  /** Its port, once it is ready; 0 before. */
  get port(): number {
    return this.portNow;
  }

  /** Whether it took requests at an instant. */
  wasUpAt(atMs: number): boolean {
    const { diedAtMs } = this.victim;
    return this.readyAt !== null && this.readyAt <= atMs && (diedAtMs === null || diedAtMs > atMs);
  }
}
