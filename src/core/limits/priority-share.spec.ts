import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PriorityShare } from './priority-share.js';

const looks = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 200 });

/** What every slot of some looks is, when everything waits without end: shared slots of a look come first. */
function slotsOf(sizes: readonly number[]): { utility: number; marketing: number; all: number } {
  const share = new PriorityShare();
  const sum = { utility: 0, marketing: 0, all: 0 };
  for (const size of sizes) {
    const { utility, marketing } = share.next(size);
    sum.utility += utility;
    sum.marketing += marketing;
    sum.all += size;
    share.took(size);
  }
  return sum;
}

describe('the share of less urgent priorities', () => {
  it('is one slot in fifty for each, however the slots are asked for', () => {
    fc.assert(
      fc.property(looks, (sizes) => {
        const { utility, marketing, all } = slotsOf(sizes);
        expect(utility).toBe(Math.floor(all / 50));
        expect(marketing).toBe(Math.floor((all + 25) / 50));
      }),
    );
  });

  it('leaves at least 24 slots between two shared ones to the most urgent', () => {
    const share = new PriorityShare();
    const shared: number[] = [];
    for (let slot = 1; slot <= 500; slot += 1) {
      const { utility, marketing } = share.next(1);
      if (utility + marketing > 0) shared.push(slot);
      share.took(1);
    }
    expect(shared.slice(0, 4)).toEqual([25, 50, 75, 100]);
    expect(shared).toHaveLength(20);
  });

  it('counts what came of a look and not what was asked for', () => {
    const share = new PriorityShare();
    for (let look = 0; look < 30; look += 1) {
      share.next(100);
      share.took(0);
    }
    expect(share.next(24)).toEqual({ utility: 0, marketing: 0 });
    expect(share.next(25)).toEqual({ utility: 0, marketing: 1 });
  });
});
