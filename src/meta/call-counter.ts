import { countedNode } from '../core/limits/management-calls.js';

/** Counts the calls of this process that Meta counts against the hourly budget of a WABA, by the node that they name. */
export class CallCounter {
  private counts = new Map<string, number>();
  private listener: () => void = () => undefined;

  /** Sets who is told that there is something to take. */
  listen(listener: () => void): void {
    this.listener = listener;
  }

  /** A call is about to go out. `path` is below the version. */
  count(method: string, path: string): void {
    const node = countedNode(method, path);
    if (node === null) return;
    this.counts.set(node, (this.counts.get(node) ?? 0) + 1);
    this.listener();
  }

  /** What was counted since the last time. */
  take(): ReadonlyMap<string, number> {
    const taken = this.counts;
    this.counts = new Map();
    return taken;
  }

  /** Puts back what could not be written down. */
  putBack(counts: ReadonlyMap<string, number>): void {
    for (const [node, calls] of counts) this.counts.set(node, (this.counts.get(node) ?? 0) + calls);
  }
}
