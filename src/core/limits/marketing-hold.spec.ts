import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { afterRefusal, type MarketingRefusals, marketingHeldUntilMs } from './marketing-hold.js';

const DAY_MS = 24 * 3_600_000;
const instant = fc.integer({ min: 0, max: 60 * DAY_MS });
const refusedAt = (refusals: readonly number[]) =>
  refusals.reduce<MarketingRefusals | null>(afterRefusal, null) as MarketingRefusals;

describe('marketing to a person after a refusal of Meta’s', () => {
  it('is held for a day, for longer after each further one, and a week at most', () => {
    const days = [1, 2, 4, 7, 7].map((_, i) => {
      const { heldUntilMs, refusedAtMs } = refusedAt(Array.from({ length: i + 1 }, (_, n) => n));
      return (heldUntilMs - refusedAtMs) / DAY_MS;
    });
    expect(days).toEqual([1, 2, 4, 7, 7]);
  });

  it('is held for a day again when the last hold has been over for a week', () => {
    const first = refusedAt([0, 1]);
    const again = afterRefusal(first, first.heldUntilMs + 7 * DAY_MS + 1);
    expect(again.heldUntilMs - again.refusedAtMs).toBe(DAY_MS);
  });

  it('is held at least a day from every refusal, and until the same instant in whatever order two come', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: 7 * DAY_MS }), (atMs, laterMs) => {
        const [one, two] = [refusedAt([atMs, atMs + laterMs]), refusedAt([atMs + laterMs, atMs])];
        expect(one).toEqual(two);
        expect(one.heldUntilMs).toBeGreaterThanOrEqual(atMs + laterMs + DAY_MS);
      }),
    );
  });

  it('goes on after its time, and at once to a person who has written since', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: DAY_MS - 1 }), (atMs, sinceMs) => {
        const known = refusedAt([atMs]);
        expect(marketingHeldUntilMs(known, null, known.heldUntilMs)).toBeNull();
        expect(marketingHeldUntilMs(known, null, atMs + sinceMs)).toBe(known.heldUntilMs);
        expect(marketingHeldUntilMs(known, atMs, atMs + sinceMs)).toBe(known.heldUntilMs);
        expect(marketingHeldUntilMs(known, atMs + 1, atMs + sinceMs)).toBeNull();
        expect(marketingHeldUntilMs(null, null, atMs)).toBeNull();
      }),
    );
  });
});
