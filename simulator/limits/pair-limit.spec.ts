import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PairLimit, type PairMode } from './pair-limit.js';

const PAIR = '106540352242922/16505551234';

/** Instants at which one pair sends, in order, on the grid of a tenth of a second. */
const traffic = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 3000 })), {
    minLength: 1,
    maxLength: 300,
  })
  .map((gaps) => {
    let atMs = 0;
    return gaps.map((gap) => (atMs += gap * 100));
  });

function accepted(limit: PairLimit, instants: readonly number[], mode?: PairMode): number[] {
  return instants.filter((atMs) => {
    if (!limit.allows(PAIR, atMs, mode)) return false;
    limit.add(PAIR, atMs);
    return true;
  });
}

describe('the pair limit', () => {
  it('takes a burst of 45 and then one message every six seconds', () => {
    const limit = new PairLimit();
    expect(accepted(limit, Array(60).fill(1000))).toHaveLength(45);
    expect(accepted(limit, [6999, 7000, 7001, 12_999, 13_000])).toEqual([7000, 13_000]);
    expect(limit.allows('106540352242922/15550001', 1000)).toBe(true);
  });

  it('that must be settled first takes nothing for two minutes after a burst of twenty', () => {
    const limit = new PairLimit();
    expect(accepted(limit, Array(20).fill(0), 'settle_first')).toHaveLength(20);
    expect(accepted(limit, [6000, 60_000, 119_999, 120_000], 'settle_first')).toEqual([120_000]);
  });

  it.each<PairMode>(['continuous', 'settle_first'])('(%s) never takes more of a pair than its debt allows', (mode) => {
    fc.assert(
      fc.property(traffic, (instants) => {
        const taken = accepted(new PairLimit(), instants, mode);
        // Of any stretch that begins and ends with a message: the burst, and one more for each six seconds of it.
        for (let i = 0; i < taken.length; i++)
          for (let j = i; j < taken.length; j++)
            expect(j - i + 1).toBeLessThanOrEqual(45 + Math.floor(((taken[j] ?? 0) - (taken[i] ?? 0)) / 6000));
      }),
    );
  });

  it.each<PairMode>(['continuous', 'settle_first'])('(%s) never refuses who sends once in six seconds', (mode) => {
    const slow = fc.array(fc.integer({ min: 6000, max: 100_000 }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(slow, (gaps) => {
        let atMs = 0.123;
        const instants = gaps.map((gap) => (atMs += gap));
        expect(accepted(new PairLimit(), instants, mode)).toEqual(instants);
      }),
    );
  });

  it('never refuses who keeps within the burst and the debt', () => {
    fc.assert(
      fc.property(traffic, (instants) => {
        const kept: number[] = [];
        const obeys = (atMs: number) =>
          kept.every((before, i) => kept.length - i + 1 <= 45 + Math.floor((atMs - before) / 6000));
        for (const atMs of instants) if (obeys(atMs)) kept.push(atMs);
        expect(accepted(new PairLimit(), kept)).toEqual(kept);
      }),
    );
  });

  it('forgets pairs that owe nothing and nobody else', () => {
    const limit = new PairLimit();
    for (let i = 0; i < 10_000; i++) limit.add(`1/${i}`, i * 10);
    expect((limit.save() as Map<string, unknown>).size).toBeLessThan(10_000);
    for (let i = 0; i < 45; i++) limit.add('1/9999', 100_000);
    expect(limit.allows('1/9999', 100_000)).toBe(false);
  });
});
