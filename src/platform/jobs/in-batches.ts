import type { Clock } from '../../core/clock.js';

/** A run of a job that takes longer than two minutes is taken for dead: two chores of one job stay well below. */
const MOST_MS = 30_000;

/**
 * Does something in small batches, each a transaction of its own, until one is not full or half a minute is over; the
 * next run of the job goes on. `batch` is given how many to take at most and answers how many it took.
 */
export async function inBatches(clock: Clock, size: number, batch: (limit: number) => Promise<number>): Promise<void> {
  const untilMs = clock.monotonicMs() + MOST_MS;
  while ((await batch(size)) >= size && clock.monotonicMs() < untilMs);
}
