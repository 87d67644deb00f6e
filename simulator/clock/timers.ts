import type { Stateful } from '../state/stateful.js';
import type { Busy } from './busy.js';
import type { PlatformTime } from './platform-time.js';
import { type HeapTask, TaskHeap } from './task-heap.js';

interface Task extends HeapTask {
  readonly name: string;
  readonly payload: unknown;
}

interface SavedTask {
  readonly name: string;
  readonly atMs: number;
  readonly payload: unknown;
}

interface Kind {
  readonly run: (payload: never) => void;
  readonly awaited: boolean;
}

/** Runs a defined kind of task with `payload` in `delayMs` of the platform's time; negative: it is overdue already. */
export type StartTimer<P> = (delayMs: number, payload: P) => void;

const LONGEST_WAIT_MS = 2_000_000_000;
/** Tasks run between two turns of the event loop while the clock is moved; requests get in between. */
const TASKS_PER_TURN = 500;

/**
 * Everything that is to happen later in the platform's time. Tasks are data (a kind's name and a payload), not
 * closures, so that a snapshot can keep them; a payload holds ids and plain values, and what they mean is looked up
 * when the task runs. Tasks never run early, those of one instant in the order given.
 */
export class Timers implements Stateful {
  private readonly heap = new TaskHeap<Task>();
  private readonly kinds = new Map<string, Kind>();
  private awaitedCount = 0;
  private order = 0;
  private timer: NodeJS.Timeout | undefined;
  private timerAtMs = Number.POSITIVE_INFINITY;
  private moving: Promise<void> = Promise.resolve();
  private isMoving = false;

  constructor(
    private readonly time: PlatformTime,
    private readonly busy: Busy,
  ) {}

  /**
   * Names a kind of task, once, and gives what starts one. `awaited`: the platform is not idle while one is to come;
   * for what a test waits for (statuses), not for what may be days away (a review, an expiry).
   */
  define<P>(name: string, run: (payload: P) => void, { awaited = false } = {}): StartTimer<P> {
    if (this.kinds.has(name)) throw new Error(`the timer ${name} is defined twice`);
    this.kinds.set(name, { run, awaited });
    return (delayMs, payload) => {
      this.push({ name, atMs: this.time.now() + delayMs, payload });
      this.arm();
    };
  }

  /** Tasks to come. */
  get pending(): number {
    return this.heap.size;
  }

  /** Tasks to come of the kinds that are awaited. */
  get awaited(): number {
    return this.awaitedCount;
  }

  /** When the next task is due; undefined when there is none. */
  get nextAtMs(): number | undefined {
    return this.heap.top?.atMs;
  }

  /**
   * Moves the clock to `atMs`, running on the way everything that falls due, in order, each at its own instant and
   * only when what the one before set off (webhooks, requests) has come to rest. Resolves when all is quiet there.
   */
  moveTo(atMs: number): Promise<void> {
    const moved = this.moving.then(() => this.move(atMs));
    this.moving = moved.catch(() => undefined);
    return moved;
  }

  reset(): void {
    this.heap.clear();
    this.awaitedCount = 0;
    this.disarm();
  }

  save(): unknown {
    const tasks = [...this.heap.all].sort((a, b) => a.atMs - b.atMs || a.order - b.order);
    return tasks.map(({ name, atMs, payload }): SavedTask => ({ name, atMs, payload }));
  }

  load(saved: unknown): void {
    this.reset();
    for (const task of saved as SavedTask[]) this.push(task);
    this.arm();
  }

  private async move(atMs: number): Promise<void> {
    this.isMoving = true;
    this.disarm();
    this.time.hold();
    try {
      await this.busy.whenQuiet();
      for (let done = 0; ; ) {
        const next = this.heap.top?.atMs;
        if (next === undefined || next > atMs) break;
        this.time.moveTo(next);
        done += this.runDue();
        if (!this.busy.isQuiet) await this.busy.whenQuiet();
        else if (done > TASKS_PER_TURN) {
          done = 0;
          await new Promise(setImmediate);
        }
      }
      this.time.moveTo(atMs);
    } finally {
      this.isMoving = false;
      this.time.release();
      this.arm();
    }
  }

  /** Runs what is due now; answers how many. */
  private runDue(): number {
    const nowMs = this.time.now();
    let done = 0;
    for (let { top } = this.heap; top && top.atMs <= nowMs; top = this.heap.top) {
      this.heap.pop();
      const kind = this.kindOf(top.name);
      if (kind.awaited) this.awaitedCount--;
      kind.run(top.payload as never);
      done++;
    }
    return done;
  }

  private push(task: SavedTask): void {
    if (this.kindOf(task.name).awaited) this.awaitedCount++;
    this.heap.push({ ...task, order: this.order++ });
  }

  private kindOf(name: string): Kind {
    const kind = this.kinds.get(name);
    if (!kind) throw new Error(`no timer ${name} is defined`);
    return kind;
  }

  /** Sets the one real timer for the next task; on a virtual clock only for what is due already. */
  private arm(): void {
    const { top } = this.heap;
    if (!top || this.isMoving || top.atMs >= this.timerAtMs) return;
    const waitMs = top.atMs - this.time.now();
    if (this.time.mode === 'virtual' && waitMs > 0) return;
    this.disarm();
    this.timerAtMs = top.atMs;
    this.timer = setTimeout(() => this.fire(), Math.min(LONGEST_WAIT_MS, Math.max(0, waitMs)));
  }

  private fire(): void {
    this.disarm();
    this.runDue();
    this.arm();
  }

  private disarm(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = undefined;
    this.timerAtMs = Number.POSITIVE_INFINITY;
  }
}
