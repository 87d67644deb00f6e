import type { Clock } from '../../core/clock.js';
import { GatewayError } from '../../core/gateway-error.js';

/** How a group commit behaves. */
export interface GroupCommitOptions {
  /** Most items of one flush. */
  readonly maxBatch: number;
  /** Most items that may wait; beyond it a submission is refused at once, so that memory stays bounded. */
  readonly maxWaiting: number;
  /** How long an item may wait, its own flush included, before its submitter is told `unavailable`. */
  readonly deadlineMs: number;
  /** Tells whether a failed batch is worth trying item by item (one bad item must not fail its neighbours). */
  readonly isolate: (error: unknown) => boolean;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
  readonly deadlineAt: number;
}

/** How finely deadlines are kept: one timer looks at all that wait, because a timer for each costs more than its item. */
const LOOKS_PER_DEADLINE = 20;

/**
 * Writes many concurrent submissions with one statement: while one batch commits, the next one forms. No timer adds
 * latency; a lone submission is flushed at once. `flush` gives one result per item, in order.
 */
export class GroupCommit<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private flushing = false;
  private idle: (() => void)[] = [];
  private atDatabase: readonly Waiting<T, R>[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly flush: (items: readonly T[]) => Promise<readonly R[]>,
    private readonly options: GroupCommitOptions,
    private readonly clock: Clock,
  ) {}

  /** Resolves when the item is durable; rejects with `unavailable` past the deadline or when too many wait. */
  submit(item: T): Promise<R> {
    if (this.waiting.length >= this.options.maxWaiting) {
      return Promise.reject(
        new GatewayError('unavailable', 'Too much is waiting for the database.', { retryAfterMs: 1000 }),
      );
    }
    return new Promise<R>((resolve, reject) => {
      const deadlineAt = this.clock.monotonicMs() + this.options.deadlineMs;
      this.waiting.push({ item, deadlineAt, resolve, reject });
      this.watch();
      if (!this.flushing) void this.drain();
    });
  }

  /** Resolves when nothing waits any more. */
  whenIdle(): Promise<void> {
    if (!this.flushing) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  /** Tells those whose time is up, whether they still wait or their batch is at the database. */
  private rejectLate(): void {
    const now = this.clock.monotonicMs();
    for (const w of this.atDatabase) if (w.deadlineAt <= now) w.reject(lateError());
    // The oldest stand first.
    while ((this.waiting[0]?.deadlineAt ?? Number.POSITIVE_INFINITY) <= now) this.waiting.shift()?.reject(lateError());
  }

  private watch(): void {
    this.timer ??= setInterval(() => this.rejectLate(), this.options.deadlineMs / LOOKS_PER_DEADLINE);
  }

  private async drain(): Promise<void> {
    this.flushing = true;
    // One turn of the event loop lets everything that already arrived join the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      // What is too late is told so and not written: its submitter is about to try again.
      this.rejectLate();
      this.atDatabase = this.waiting.splice(0, this.options.maxBatch);
      if (this.atDatabase.length > 0) await this.commit(this.atDatabase);
    }
    this.atDatabase = [];
    this.flushing = false;
    clearInterval(this.timer);
    this.timer = undefined;
    for (const resolve of this.idle.splice(0)) resolve();
  }

  private async commit(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await this.flush(batch.map((w) => w.item));
      batch.forEach((w, i) => {
        w.resolve(results[i] as R);
      });
    } catch (error) {
      if (batch.length > 1 && this.options.isolate(error)) {
        for (const one of batch) await this.commit([one]);
      } else {
        for (const w of batch) w.reject(error);
      }
    }
  }
}

function lateError(): GatewayError {
  return new GatewayError('unavailable', 'The database did not answer in time.', { retryAfterMs: 1000 });
}
