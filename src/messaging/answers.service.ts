import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Gauge } from 'prom-client';
import { Db } from '../platform/db/db.js';
import { type Worker, WorkerLoop } from '../platform/lifecycle/worker-loop.js';
import { Runtime } from '../platform/runtime.js';
import { type AnswerRow, readAnswers } from './answers.store.js';
import { OutboxSignal } from './outbox-signal.js';

export type { AnswerRow } from './answers.store.js';

interface Waiter {
  readonly until: number;
  readonly resolve: (answer: AnswerRow | null) => void;
}

/** Who would be one more waits for nothing: memory stays bounded, and the message is taken on all the same. */
const MOST_WAITING = 20_000;

/** How often to look for messages that another process sends, while anybody waits: an answer is told this late at most. */
const LOOK_EVERY_MS = 50;

/** Least time between two looks, and how it grows with those who wait: looking costs one index probe for each of them. */
const LEAST_GAP_MS = 5;
const WAITERS_PER_MS = 20;

/** With nobody waiting the loop sleeps until it is woken. */
const ASLEEP_MS = 3_600_000;

/**
 * Lets callers wait for what Meta answers to a message. One look serves all who wait: it comes as soon as this
 * process has written an outcome, and every few milliseconds for the outcomes that other processes write.
 */
@Injectable()
export class AnswersService implements Worker, OnModuleDestroy {
  readonly name = 'answers';
  private readonly waiting = new Map<string, Waiter[]>();
  private readonly gauge: Gauge;
  private loop: WorkerLoop | null = null;
  private count = 0;
  private lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly db: Db,
    outbox: OutboxSignal,
    private readonly runtime: Runtime,
  ) {
    outbox.listen(() => {
      if (this.count > 0) this.loop?.wake();
    });
    this.gauge = runtime.metrics.gauge('heliograph_answers_waiting', 'Calls that wait for what Meta answers.');
  }

  /**
   * Resolves with the answer to a message as soon as it is known, or with null once `waitMs` has passed, the process
   * stops or too many wait already. Never rejects: while the database is away nothing becomes known.
   */
  answerTo(messageId: string, waitMs: number): Promise<AnswerRow | null> {
    if (waitMs === 0 || this.count >= MOST_WAITING) return Promise.resolve(null);
    const until = this.runtime.clock.monotonicMs() + waitMs;
    return new Promise((resolve) => {
      this.waiting.set(messageId, [...(this.waiting.get(messageId) ?? []), { until, resolve }]);
      this.changeCount(1);
      this.wake();
    });
  }

  /** One look for everybody. */
  async runOnce(): Promise<{ nextInMs: number }> {
    if (this.count === 0) return { nextInMs: ASLEEP_MS };
    const gapMs = Math.max(LEAST_GAP_MS, this.count / WAITERS_PER_MS);
    const restMs = this.lookedAtMs + gapMs - this.runtime.clock.monotonicMs();
    if (restMs > 0) return { nextInMs: restMs };
    try {
      for (const answer of await readAnswers(this.db, [...this.waiting.keys()])) this.tell(answer.id, answer);
    } finally {
      this.lookedAtMs = this.runtime.clock.monotonicMs();
      this.giveUpUntil(this.lookedAtMs);
    }
    return { nextInMs: Math.max(gapMs, LOOK_EVERY_MS) };
  }

  /** Lets everybody go: what they wait for is durable, and answered as taken on. */
  async onModuleDestroy(): Promise<void> {
    this.giveUpUntil(Number.POSITIVE_INFINITY);
    await this.loop?.stop();
  }

  private wake(): void {
    if (this.loop === null) {
      this.loop = new WorkerLoop(this, this.runtime.logger);
      this.loop.start();
    }
    this.loop.wake();
  }

  private tell(id: string, answer: AnswerRow | null): void {
    const waiters = this.waiting.get(id) ?? [];
    this.waiting.delete(id);
    this.changeCount(-waiters.length);
    for (const waiter of waiters) waiter.resolve(answer);
  }

  private giveUpUntil(nowMs: number): void {
    for (const [id, waiters] of this.waiting) {
      const left = waiters.filter((w) => w.until > nowMs);
      if (left.length === waiters.length) continue;
      for (const waiter of waiters) if (waiter.until <= nowMs) waiter.resolve(null);
      this.changeCount(left.length - waiters.length);
      if (left.length > 0) this.waiting.set(id, left);
      else this.waiting.delete(id);
    }
  }

  private changeCount(by: number): void {
    this.count += by;
    this.gauge.set(this.count);
  }
}
