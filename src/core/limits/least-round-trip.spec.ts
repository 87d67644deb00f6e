import { describe, expect, it } from '@jest/globals';
import { LeastRoundTrip } from './least-round-trip.js';

describe('the least round trip', () => {
  it('is nothing until one was seen, so that every delay counts', () => {
    expect(new LeastRoundTrip().leastMs).toBe(0);
  });

  it('is believed at once when it becomes shorter', () => {
    const least = new LeastRoundTrip();
    least.see(50, 0);
    least.see(30, 1);
    least.see(70, 2);
    expect(least.leastMs).toBe(30);
  });

  it('is believed to have become longer after a while of many round trips, and not before', () => {
    const least = new LeastRoundTrip();
    least.see(10, 0);
    for (let t = 1; t <= 29_000; t += 29) least.see(40, t);
    expect(least.leastMs).toBe(10);
    for (let t = 30_000; t <= 59_000; t += 29) least.see(40, t);
    expect(least.leastMs).toBe(10);
    least.see(40, 61_000);
    expect(least.leastMs).toBe(40);
  });

  it('is not forgotten by a lane that sends little', () => {
    const least = new LeastRoundTrip();
    for (let hour = 0; hour < 10; hour += 1) least.see(hour === 0 ? 10 : 40, hour * 3_600_000);
    expect(least.leastMs).toBe(10);
  });

  it('is not believed in whole while it is young, then more and more, and in whole after ten seconds of many round trips', () => {
    const least = new LeastRoundTrip();
    const provenAt = new Map<number, number>();
    for (let t = 0; t <= 10_000; t += 5) {
      least.see(40, t);
      provenAt.set(t, least.provenMs);
    }
    expect([0, 5000, 7500, 10_000].map((t) => Math.round(provenAt.get(t) as number))).toEqual([25, 25, 33, 40]);
  });

  it('is not believed in whole after however long when few were seen', () => {
    const least = new LeastRoundTrip();
    for (let hour = 0; hour < 10; hour += 1) least.see(40, hour * 3_600_000);
    expect(least.provenMs).toBe(25);
  });

  it('is nothing while what may have been held up is all of it', () => {
    const least = new LeastRoundTrip();
    least.see(9, 0);
    expect(least.provenMs).toBe(0);
  });
});
