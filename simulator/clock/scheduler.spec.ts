import { describe, expect, it } from '@jest/globals';
import { createRandom } from '../chance/random.js';
import { monotonicClock } from './clock.js';
import { Scheduler } from './scheduler.js';

describe('scheduler', () => {
  it('runs everything once, in order of the instants and never early', async () => {
    // Stands still while tasks are given, so that their order is known exactly.
    const startMs = monotonicClock();
    let standing: number | undefined = startMs;
    const scheduler = new Scheduler(() => standing ?? monotonicClock());
    const random = createRandom(1, 'scheduler');
    const delays = Array.from({ length: 2000 }, () => Math.floor(random.between(0, 60)));
    const ran: number[] = [];
    let early = 0;
    await new Promise<void>((resolve) => {
      for (const delayMs of delays) {
        scheduler.after(delayMs, () => {
          if (monotonicClock() < startMs + delayMs) early++;
          if (ran.push(delayMs) === delays.length) resolve();
        });
      }
      standing = undefined;
    });
    expect(ran).toEqual([...delays].sort((a, b) => a - b));
    expect(early).toBe(0);
  });

  it('brings a nearer task forward and forgets on clear', async () => {
    const scheduler = new Scheduler(monotonicClock);
    const ran: string[] = [];
    scheduler.after(60_000, () => ran.push('far'));
    await new Promise<void>((resolve) => scheduler.after(1, resolve));
    scheduler.clear();
    scheduler.after(0, () => ran.push('new'));
    await new Promise<void>((resolve) => scheduler.after(1, resolve));
    expect(ran).toEqual(['new']);
  });
});
