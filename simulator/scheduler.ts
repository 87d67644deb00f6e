import type { Clock } from './clock.js';

interface Task {
  readonly atMs: number;
  /** Keeps tasks of one instant in the order they were given. */
  readonly order: number;
  readonly run: () => void;
}

/** `setTimeout` overflows above this and fires at once. */
const LONGEST_WAIT_MS = 2_000_000_000;

/**
 * Runs many thousands of things later with one timer: a binary heap by instant and one `setTimeout` for its top.
 * A task never runs early by the given clock; tasks of one instant run in the order given.
 */
export class Scheduler {
  private heap: Task[] = [];
  private order = 0;
  private timer: NodeJS.Timeout | undefined;
  private timerAtMs = Number.POSITIVE_INFINITY;

  constructor(private readonly clock: Clock) {}

  /** Runs `run` in `delayMs` (not negative); at the next turn of the event loop when it is 0. */
  after(delayMs: number, run: () => void): void {
    this.push({ atMs: this.clock() + delayMs, order: this.order++, run });
    this.arm();
  }

  /** Forgets everything that has not run. */
  clear(): void {
    this.heap = [];
    if (this.timer) clearTimeout(this.timer);
    this.timer = undefined;
    this.timerAtMs = Number.POSITIVE_INFINITY;
  }

  private arm(): void {
    const top = this.heap[0];
    if (!top || top.atMs >= this.timerAtMs) return;
    if (this.timer) clearTimeout(this.timer);
    this.timerAtMs = top.atMs;
    this.timer = setTimeout(() => this.fire(), Math.min(LONGEST_WAIT_MS, Math.max(0, top.atMs - this.clock())));
  }

  private fire(): void {
    this.timer = undefined;
    this.timerAtMs = Number.POSITIVE_INFINITY;
    const nowMs = this.clock();
    for (let top = this.heap[0]; top && top.atMs <= nowMs; top = this.heap[0]) {
      this.pop();
      top.run();
    }
    this.arm();
  }

  private push(task: Task): void {
    let child = this.heap.push(task) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.before(child, parent)) return;
      this.swap(child, parent);
      child = parent;
    }
  }

  private pop(): void {
    const last = this.heap.pop();
    if (!last || this.heap.length === 0) return;
    this.heap[0] = last;
    for (let parent = 0; ; ) {
      const left = 2 * parent + 1;
      const right = left + 1;
      let first = parent;
      if (left < this.heap.length && this.before(left, first)) first = left;
      if (right < this.heap.length && this.before(right, first)) first = right;
      if (first === parent) return;
      this.swap(first, parent);
      parent = first;
    }
  }

  private before(a: number, b: number): boolean {
    const [x, y] = [this.heap[a] as Task, this.heap[b] as Task];
    return x.atMs < y.atMs || (x.atMs === y.atMs && x.order < y.order);
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b] as Task, this.heap[a] as Task];
  }
}
