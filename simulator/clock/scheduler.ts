import type { Clock } from './clock.js';
import { type HeapTask, TaskHeap } from './task-heap.js';

interface Task extends HeapTask {
  readonly run: () => void;
}

/** `setTimeout` overflows above this and fires at once. */
const LONGEST_WAIT_MS = 2_000_000_000;

/**
 * Runs many thousands of things later in real time with one timer: for what concerns open connections and answers,
 * which no virtual clock can hurry. A task never runs early by the given clock; tasks of one instant run in order.
 */
export class Scheduler {
  private readonly heap = new TaskHeap<Task>();
  private order = 0;
  private timer: NodeJS.Timeout | undefined;
  private timerAtMs = Number.POSITIVE_INFINITY;

  constructor(private readonly clock: Clock) {}

  /** Runs `run` in `delayMs` (not negative); at the next turn of the event loop when it is 0. */
  after(delayMs: number, run: () => void): void {
    this.heap.push({ atMs: this.clock() + delayMs, order: this.order++, run });
    this.arm();
  }

  /** Forgets everything that has not run. */
  clear(): void {
    this.heap.clear();
    if (this.timer) clearTimeout(this.timer);
    this.timer = undefined;
    this.timerAtMs = Number.POSITIVE_INFINITY;
  }

  private arm(): void {
    const { top } = this.heap;
    if (!top || top.atMs >= this.timerAtMs) return;
    if (this.timer) clearTimeout(this.timer);
    this.timerAtMs = top.atMs;
    this.timer = setTimeout(() => this.fire(), Math.min(LONGEST_WAIT_MS, Math.max(0, top.atMs - this.clock())));
  }

  private fire(): void {
    this.timer = undefined;
    this.timerAtMs = Number.POSITIVE_INFINITY;
    const nowMs = this.clock();
    for (let { top } = this.heap; top && top.atMs <= nowMs; top = this.heap.top) {
      this.heap.pop();
      top.run();
    }
    this.arm();
  }
}
