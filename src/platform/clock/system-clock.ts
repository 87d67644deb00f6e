import type { Clock } from '../../core/clock.js';

/** The machine's own clocks: the only place of `src/` that reads them. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
