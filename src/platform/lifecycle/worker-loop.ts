import type { Clock } from '../../core/clock.js';
import type { Logger } from '../observability/logger.js';

/** A worker: something that does one round of work at a time. */
export interface Worker {
  readonly name: string;
  /**
   * Does one round and says when the next is due: 0 for at once, because there is more to do. Throwing is allowed:
   * the loop logs, waits longer and longer up to 5 s, and goes on.
   */
  runOnce(): Promise<{ readonly nextInMs: number }>;
  /** Called once after the last round. */
  stop?(): Promise<void>;
}

const LONGEST_RETRY_MS = 5000;

/** Runs a worker until it is stopped. `wake()` cuts a pause short: nobody sleeps while there is work. */
export class WorkerLoop {
  private stopping = false;
  private running: Promise<void> | null = null;
  private wakeUp: (() => void) | null = null;
  private woken = false;

  constructor(
    private readonly worker: Worker,
    private readonly logger: Logger,
  ) {}

  /** Begins; calling it twice is a mistake and throws. */
  start(): void {
    if (this.running !== null) throw new Error(`${this.worker.name} is running already`);
    this.running = this.loop();
  }

  /** Ends the current pause, or skips the next one. */
  wake(): void {
    this.woken = true;
    this.wakeUp?.();
  }

  /** Lets the current round finish, then stops. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
    await this.worker.stop?.();
  }

  private async loop(): Promise<void> {
    let failures = 0;
    while (!this.stopping) {
      let pauseMs: number;
      try {
        this.woken = false;
        pauseMs = (await this.worker.runOnce()).nextInMs;
        failures = 0;
      } catch (err) {
        failures += 1;
        pauseMs = Math.min(LONGEST_RETRY_MS, 100 * 2 ** Math.min(failures, 10));
        this.logger.error({ err, worker: this.worker.name, failures }, 'a round of work failed');
      }
      await this.pause(pauseMs);
    }
  }

  private pause(ms: number): Promise<void> {
    if (this.stopping || this.woken) return new Promise((resolve) => setImmediate(resolve));
    if (ms <= 0) return new Promise((resolve) => setImmediate(resolve));
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.wakeUp = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.wakeUp = done;
    });
  }
}

/** Waits for a promise, but no longer than `ms`; false when the time ran out. */
export async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Time between rounds measured on a clock, for workers that run several chores at different paces. */
export class Every {
  private lastMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly ms: number,
    private readonly clock: Clock,
  ) {}

  /** True at most once per period. */
  due(): boolean {
    const now = this.clock.monotonicMs();
    if (now - this.lastMs < this.ms) return false;
    this.lastMs = now;
    return true;
  }
}
