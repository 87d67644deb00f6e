import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextStage, WARM_UP_POLICIES, type WarmUpPolicy, type WarmUpSignals } from './warm-up.js';

const DAY = 86_400_000;
const guide = WARM_UP_POLICIES.guide as WarmUpPolicy;
const good: WarmUpSignals = { acceptedInStage: 0, accepted: 0, failed: 0, complaints: 0, qualityRating: 'GREEN' };
const judge = (stage: number, signals: Partial<WarmUpSignals>, days = 100) =>
  nextStage(guide, { stage, sinceMs: 0 }, { ...good, ...signals }, days * DAY);

describe('a stage of a warm-up', () => {
  it('ends when its time is over and enough was sent in it, and not before', () => {
    expect(judge(0, { acceptedInStage: 100 }, 3)).toEqual({
      stage: 1,
      reason: 'stage 2 of 2: Meta took 100 messages in the stage before',
    });
    expect(judge(0, { acceptedInStage: 100 }, 2.9)).toBeNull();
    expect(judge(0, { acceptedInStage: 99 }, 100)).toBeNull();
    expect(judge(1, { acceptedInStage: 1000 }, 11)?.reason).toMatch(/^the warm-up is over: Meta took 1000/);
    expect(judge(2, { acceptedInStage: 1e6 })).toBeNull();
  });

  it.each<[string, Partial<WarmUpSignals>, string]>([
    ['a red rating', { qualityRating: 'RED' }, 'Meta rates the quality of the number RED'],
    ['a yellow rating', { qualityRating: 'YELLOW' }, 'Meta rates the quality of the number YELLOW'],
    ['complaints', { accepted: 1000, complaints: 6 }, '0.6 % of its messages made people complain or opt out'],
    ['failures', { accepted: 1000, failed: 101 }, '10.1 % of its messages failed'],
  ])('is the first again after %s, also for a warm number, and no other begins meanwhile', (_, signals, why) => {
    const reason = `put back to the first stage: ${why}`;
    expect(judge(1, signals)).toEqual({ stage: 0, reason });
    expect(judge(2, signals)).toEqual({ stage: 0, reason });
    expect(judge(0, { ...signals, acceptedInStage: 1e6 })).toBeNull();
  });

  it('stays at complaints and failures up to the share, of few messages, and without a rating', () => {
    expect(judge(2, { accepted: 1000, complaints: 5, failed: 100 })).toBeNull();
    expect(judge(2, { accepted: 99, complaints: 99, failed: 99 })).toBeNull();
    expect(judge(2, { qualityRating: null })).toBeNull();
    expect(judge(2, { qualityRating: 'UNKNOWN' })).toBeNull();
  });

  it('is followed by the next, the end, or the first, whatever happens', () => {
    const count = fc.nat({ max: 5000 });
    const rating = fc.constantFrom('GREEN', 'YELLOW', 'RED', 'UNKNOWN', null);
    const signals = fc.record({
      acceptedInStage: count,
      accepted: count,
      failed: count,
      complaints: count,
      qualityRating: rating,
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(WARM_UP_POLICIES)),
        fc.integer({ min: 0, max: 2 }),
        signals,
        fc.nat({ max: 60 * DAY }),
        (policy, stage, s, nowMs) => {
          const next = nextStage(policy, { stage, sinceMs: 0 }, s, nowMs);
          if (next === null) return;
          expect([0, stage + 1]).toContain(next.stage);
          expect(next.stage).not.toBe(stage);
          expect(next.stage).toBeLessThanOrEqual(policy.stages.length);
        },
      ),
    );
  });
});

describe('every warm-up that can be chosen', () => {
  it.each(Object.entries(WARM_UP_POLICIES))('rises from stage to stage and peaks above its rate: %s', (_, policy) => {
    const rates = policy.stages.map((stage) => stage.perMinute);
    expect(rates).toEqual([...rates].sort((a, b) => a - b));
    for (const stage of policy.stages) expect(stage.peakPerMinute).toBeGreaterThanOrEqual(stage.perMinute);
  });
});
