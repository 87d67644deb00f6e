import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ArrivalWindow } from './arrival-window.js';
import { arrivedAgoMs } from './inherited-arrival.js';

const BOUNDS = { armToWireMs: 2000, wireToMetaMs: 500 };
const SECOND_MS = 1000;

/** What the dead owner did with one attempt: all within the bounds, and otherwise as unkind as can be. */
const attempt = fc.record({
  armedAgeMs: fc.integer({ min: 0, max: 3500 }),
  armToWire: fc.double({ min: 0, max: 1, noNaN: true }),
  wireToMeta: fc.double({ min: 0, max: 1, noNaN: true }),
  answerMs: fc.option(fc.integer({ min: 0, max: 3000 })),
});

describe('what an earlier owner armed', () => {
  it('has arrived at the latest when it is said to, whatever happened to it within the bounds', () => {
    fc.assert(
      fc.property(attempt, (a) => {
        const writtenAgoMs = a.armedAgeMs - a.armToWire * Math.min(BOUNDS.armToWireMs, a.armedAgeMs);
        const arrivedMs = -writtenAgoMs + a.wireToMeta * BOUNDS.wireToMetaMs;
        const answeredMs = a.answerMs === null ? null : arrivedMs + a.answerMs;
        const answeredAgeMs = answeredMs !== null && answeredMs <= 0 ? -answeredMs : null;
        expect(arrivedMs).toBeLessThanOrEqual(
          -arrivedAgoMs({ armedAgeMs: a.armedAgeMs, answeredAgeMs }, BOUNDS) + 1e-9,
        );
      }),
    );
  });

  it('and what its successor sends never make more than the limit in any second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.array(attempt, { maxLength: 40 }), (limit, attempts) => {
        const arrivals: number[] = [];
        const known = attempts.flatMap((a) => {
          const writtenAgoMs = a.armedAgeMs - a.armToWire * Math.min(BOUNDS.armToWireMs, a.armedAgeMs);
          const arrivedMs = -writtenAgoMs + a.wireToMeta * BOUNDS.wireToMetaMs;
          const inSecond = arrivals.filter((t) => Math.abs(t - arrivedMs) < SECOND_MS).length;
          if (inSecond >= limit) return [];
          arrivals.push(arrivedMs);
          return [{ armedAgeMs: a.armedAgeMs, answeredAgeMs: null }];
        });
        const window = new ArrivalWindow(limit, 0);
        const ages = known.map((a) => arrivedAgoMs(a, BOUNDS)).sort((a, b) => b - a);
        for (const age of ages) window.inherit(-age);
        for (let nowMs = 0; nowMs < 4000; nowMs += 50) {
          for (let n = window.allowedAt(nowMs); n > 0; n -= 1) {
            window.take();
            window.hear(window.write(nowMs), nowMs, true);
            arrivals.push(nowMs);
          }
        }
        for (const end of arrivals.filter((t) => t >= 0)) {
          expect(arrivals.filter((t) => t > end - SECOND_MS && t <= end).length).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  it('delays a successor little when its answers were written down', () => {
    expect(arrivedAgoMs({ armedAgeMs: 600, answeredAgeMs: 500 }, BOUNDS)).toBe(500);
    expect(arrivedAgoMs({ armedAgeMs: 600, answeredAgeMs: null }, BOUNDS)).toBe(-500);
    expect(arrivedAgoMs({ armedAgeMs: 9000, answeredAgeMs: 100 }, BOUNDS)).toBe(6500);
  });
});
