import type { Clock } from '../../src/core/clock.js';

/** A clock that stands still until it is told to go on. */
export class TestClock implements Clock {
  private passedMs = 0;
  private readonly startedAtMs = Date.now();

  /** Lets time pass. */
  advance(ms: number): void {
    this.passedMs += ms;
  }

  now(): Date {
    return new Date(this.startedAtMs + this.passedMs);
  }

  monotonicMs(): number {
    return this.passedMs;
  }
}
