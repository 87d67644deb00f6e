import { FairShare } from '../core/limits/fair-share.js';
import { PriorityShare } from '../core/limits/priority-share.js';
import type { LaneRequest, QueueSlice } from './send-queue.store.js';

/** The keys of a lane's queues of one priority of which a message is known to be due. */
export type DueKeys = (priority: number) => readonly string[];

/** What one look at one queue brought. */
export interface Looked<M> {
  readonly slice: QueueSlice;
  readonly messages: readonly M[];
}

/**
 * Who gets the slots of one lane: the most urgent priority first, but for the slots that others have (docs/adr/0023), and within a priority
 * each fairness key by its weight (docs/adr/0025). Counts in memory what was given to whom; a new owner begins at nothing.
 */
export class LaneShares {
  private readonly priorities = new PriorityShare();
  private readonly fair = new Map<number, FairShare>();

  /**
   * The queues to look at for a request, and how far: of each key what it is due and one more, which tells whether it has more
   * than that. The queue of those without a key is looked at to the full unless it is known to have something: others may have filled it.
   */
  slices({ phoneNumberId, upTo, mostPriority, weightOf }: LaneRequest, dueKeys: DueKeys): QueueSlice[] {
    const slices: QueueSlice[] = [];
    for (let priority = 0; priority <= mostPriority; priority += 1) {
      const keys = dueKeys(priority);
      if (!keys.includes('')) slices.push({ phoneNumberId, priority, fairnessKey: '', upTo });
      const isShared = keys.length > 1;
      for (const [fairnessKey, count] of this.fairOf(priority).plan(keys, upTo, weightOf)) {
        slices.push({ phoneNumberId, priority, fairnessKey, upTo: isShared ? count + 1 : count });
      }
    }
    return slices;
  }

  /** The messages that have the next `upTo` slots, the most urgent first, and counts them. */
  choose<M>({ upTo, weightOf }: LaneRequest, looked: readonly Looked<M>[], dueKeys: DueKeys): M[] {
    const waiting = [0, 1, 2].map(
      (priority) =>
        new Map(
          looked.flatMap(({ slice, messages }) =>
            slice.priority === priority && messages.length > 0 ? [[slice.fairnessKey, messages] as const] : [],
          ),
        ),
    );
    const lengths = waiting.map((queues) => [...queues.values()].reduce((sum, { length }) => sum + length, 0));
    const slots = this.slotsOf(upTo, lengths);
    const chosen = waiting.flatMap((queues, priority) => {
      const [only] = queues.values();
      const [key] = queues.keys();
      const count = slots[priority] ?? 0;
      const keys = dueKeys(priority);
      // Nobody to share with: the usual case.
      if (only !== undefined && queues.size === 1 && keys.every((other) => other === key)) return only.slice(0, count);
      return this.fairOf(priority).take(keys, queues, count, weightOf);
    });
    this.priorities.took(chosen.length);
    return chosen;
  }

  /** How many slots each priority has when so many of each wait. What is shared comes first, so that no priority waits without end. */
  private slotsOf(upTo: number, waiting: readonly number[]): number[] {
    const { utility, marketing } = this.priorities.next(upTo);
    const slots = [0, utility, marketing].map((shared, priority) => Math.min(shared, waiting[priority] ?? 0));
    let left = upTo - slots.reduce((sum, count) => sum + count, 0);
    return slots.map((count, priority) => {
      const more = Math.max(0, Math.min(left, (waiting[priority] ?? 0) - count));
      left -= more;
      return count + more;
    });
  }

  private fairOf(priority: number): FairShare {
    const share = this.fair.get(priority) ?? new FairShare();
    this.fair.set(priority, share);
    return share;
  }
}
