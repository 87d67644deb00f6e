/** Something to run at an instant. */
export interface HeapTask {
  readonly atMs: number;
  /** Keeps tasks of one instant in the order they were given. */
  readonly order: number;
}

/** A binary heap of tasks: the earliest on top, those of one instant in the order given. */
export class TaskHeap<T extends HeapTask> {
  private heap: T[] = [];

  get size(): number {
    return this.heap.length;
  }

  /** The earliest task, which stays. */
  get top(): T | undefined {
    return this.heap[0];
  }

  /** All tasks in no particular order. */
  get all(): readonly T[] {
    return this.heap;
  }

  clear(): void {
    this.heap = [];
  }

  push(task: T): void {
    const { heap } = this;
    let child = heap.push(task) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      const above = heap[parent] as T;
      if (!isBefore(task, above)) break;
      heap[child] = above;
      child = parent;
    }
    heap[child] = task;
  }

  /** Takes the earliest task. */
  pop(): T | undefined {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let parent = 0;
    for (;;) {
      const left = 2 * parent + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const child = right < heap.length && isBefore(heap[right] as T, heap[left] as T) ? right : left;
      if (!isBefore(heap[child] as T, last)) break;
      heap[parent] = heap[child] as T;
      parent = child;
    }
    heap[parent] = last;
    return top;
  }
}

const isBefore = (a: HeapTask, b: HeapTask): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
