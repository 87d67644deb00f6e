import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { groupBy } from './group-by.js';

describe('grouping', () => {
  it('keeps every item once, in the group of its key, in its order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (items) => {
        const groups = groupBy(
          items.map((value, at) => ({ value, at })),
          (item) => item.value % 3,
        );
        expect([...groups.values()].flat()).toHaveLength(items.length);
        for (const [key, group] of groups) {
          expect(group.every((item) => item.value % 3 === key)).toBe(true);
          expect(group.map((item) => item.at)).toEqual(group.map((item) => item.at).sort((a, b) => a - b));
        }
      }),
    );
  });
});
