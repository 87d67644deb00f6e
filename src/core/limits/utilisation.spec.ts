import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UTILISATION_POLICIES, type UtilisationPolicy, UtilisationWatch } from './utilisation.js';

const guide = UTILISATION_POLICIES.guide as UtilisationPolicy;
const alert = UTILISATION_POLICIES.alert as UtilisationPolicy;

/** What is told and paused at each of some percentages, so many milliseconds apart. */
const looks = (percents: readonly number[], everyMs = 60_000, policy = guide) => {
  const watch = new UtilisationWatch();
  return percents.map((percent, i) => watch.look(policy, percent, 100, i * everyMs));
};

describe('a number that comes near its limit', () => {
  it('is told of from 80 % on, once until it fell below 70 %', () => {
    expect(looks([79, 80, 85, 70, 81, 69, 81]).map((l) => l.tells)).toEqual([
      false,
      true,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it('is told of once a minute at most, however often it rises', () => {
    expect(looks([80, 0, 80, 0, 80], 15_000).map((l) => l.tells)).toEqual([true, false, false, false, true]);
  });

  it('pauses ten seconds from 90 % on, where that was chosen', () => {
    expect(looks([89, 90, 100]).map((l) => l.pauseMs)).toEqual([0, 10_000, 10_000]);
    expect(looks([89, 90, 100], 1, alert).map((l) => l.pauseMs)).toEqual([0, 0, 0]);
  });

  it('is told of and paused at these shares only, whatever it does', () => {
    const steps = fc.array(fc.record({ used: fc.nat({ max: 1000 }), gapMs: fc.nat({ max: 90_000 }) }));
    fc.assert(
      fc.property(fc.constantFrom(guide, alert), fc.integer({ min: 1, max: 1000 }), steps, (policy, allowed, list) => {
        const watch = new UtilisationWatch();
        let nowMs = 0;
        let toldAtMs = -60_000;
        for (const { used, gapMs } of list) {
          nowMs += gapMs;
          const { tells, pauseMs } = watch.look(policy, used, allowed, nowMs);
          expect(pauseMs > 0).toBe(policy === guide && used >= 0.9 * allowed);
          if (!tells) continue;
          expect(used).toBeGreaterThanOrEqual(0.8 * allowed);
          expect(nowMs - toldAtMs).toBeGreaterThanOrEqual(60_000);
          toldAtMs = nowMs;
        }
      }),
    );
  });
});
