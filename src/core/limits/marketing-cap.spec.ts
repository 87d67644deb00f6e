import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  CLAIM_COUNTS_MS,
  capReason,
  capStanding,
  claimCapped,
  MARKETING_CAP,
  type MarketingSend,
  mergeSends,
  withoutUnsent,
} from './marketing-cap.js';

const DAY_MS = 24 * 3_600_000;
const NOW = 1000 * DAY_MS;
const cap = fc.record({ messages: fc.integer({ min: 1, max: 5 }), days: fc.integer({ min: 1, max: 30 }) });
const sends = (...agoDays: number[]): MarketingSend[] =>
  agoDays.map((ago, i) => ({ id: `m${i}`, atMs: NOW - ago * DAY_MS }));

describe('a cap on the marketing that a person gets', () => {
  it('has room until it is reached, and again when the oldest that counts is so many days old', () => {
    const twoAWeek = { messages: 2, days: 7 };
    expect(capStanding(sends(8), twoAWeek, NOW)).toEqual({ used: 0, freeAtMs: NOW });
    expect(capStanding(sends(6, 8), twoAWeek, NOW)).toEqual({ used: 1, freeAtMs: NOW });
    expect(capStanding(sends(3, 6), twoAWeek, NOW)).toEqual({ used: 2, freeAtMs: NOW + DAY_MS });
    // A lower cap than before: two of these have to end first.
    expect(capStanding(sends(1, 3, 6), twoAWeek, NOW)).toEqual({ used: 3, freeAtMs: NOW + 4 * DAY_MS });
    expect(capReason(twoAWeek, 2)).toMatch(/^this person has had 2 of at most 2 marketing templates in 7 days, /);
  });

  it('is never exceeded in any window, and is used up whenever somebody waits', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 4 * DAY_MS }), { maxLength: 40 });
    fc.assert(
      fc.property(cap, gaps, (chosen, waits) => {
        let known: MarketingSend[] = [];
        const went: number[] = [];
        let nowMs = NOW;
        for (const [i, wait] of waits.entries()) {
          nowMs += wait;
          const counting = went.filter((at) => at > nowMs - chosen.days * DAY_MS).length;
          const claimed = claimCapped(known, [{ id: `m${i}`, cap: chosen }], nowMs);
          known = claimed.sends;
          expect(claimed.refused.length === 0).toBe(counting < chosen.messages);
          if (claimed.refused.length === 0) went.push(nowMs);
          const last = went.filter((at) => at > nowMs - chosen.days * DAY_MS);
          expect(last.length).toBeLessThanOrEqual(chosen.messages);
        }
      }),
    );
  });

  it('lets a message go exactly at the instant it names, and not a moment before', () => {
    const ages = fc.array(fc.integer({ min: 0, max: 31 * DAY_MS }), { maxLength: 20 });
    fc.assert(
      fc.property(cap, ages, (chosen, agoMs) => {
        const known = agoMs.map((ago, i) => ({ id: `m${i}`, atMs: NOW - ago }));
        const { freeAtMs } = capStanding(known, chosen, NOW);
        expect(capStanding(known, chosen, freeAtMs).freeAtMs).toBe(freeAtMs);
        if (freeAtMs > NOW) expect(capStanding(known, chosen, freeAtMs - 1).freeAtMs).toBe(freeAtMs);
      }),
    );
  });

  it('counts a message once, however often it asks', () => {
    const once = { messages: 1, days: 7 };
    const first = claimCapped([], [{ id: 'm1', cap: once }], NOW);
    const again = claimCapped(first.sends, [{ id: 'm1', cap: once }], NOW + 5000);
    expect(again).toEqual({ sends: [{ id: 'm1', atMs: NOW + 5000 }], refused: [] });
    const another = claimCapped(again.sends, [{ id: 'm2', cap: once }], NOW + 6000);
    expect(another.refused).toEqual([{ id: 'm2', standing: { used: 1, freeAtMs: NOW + 5000 + 7 * DAY_MS } }]);
    expect(another.sends).toEqual(again.sends);
  });

  it('counts what numbers without a cap send, and never holds it', () => {
    const free = claimCapped(
      sends(1, 2),
      [
        { id: 'a', cap: null },
        { id: 'b', cap: null },
      ],
      NOW,
    );
    expect(free.refused).toEqual([]);
    expect(
      claimCapped(free.sends, [{ id: 'c', cap: { messages: 4, days: 7 } }], NOW).refused[0]?.standing,
    ).toMatchObject({ used: 4 });
  });

  it('gives the places that are left to the first of several at once', () => {
    const two = { messages: 2, days: 7 };
    const claims = ['a', 'b', 'c'].map((id) => ({ id, cap: two }));
    expect(claimCapped([], claims, NOW).refused.map(({ id }) => id)).toEqual(['c']);
  });

  it('remembers no more of a person than any cap can ask for', () => {
    const claims = Array.from({ length: 300 }, (_, i) => ({ id: `n${i}`, cap: null }));
    const known = claimCapped(sends(29, 31), claims, NOW).sends;
    expect(known).toHaveLength(MARKETING_CAP.mostMessages);
    expect(known.at(-1)?.id).toBe('n299');
    expect(claimCapped(sends(29, 31), [], NOW).sends).toHaveLength(1);
  });
});

it('takes on what the ledger shows in any order, and twice, with the same result', () => {
  const send = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), atMs: fc.integer({ min: 1, max: 1000 }) });
  fc.assert(
    fc.property(fc.array(send), fc.array(send), (known, found) => {
      const merged = new Map(mergeSends(known, found).map(({ id, atMs }) => [id, atMs]));
      expect(new Map(mergeSends(found, known).map(({ id, atMs }) => [id, atMs]))).toEqual(merged);
      expect(mergeSends(mergeSends(known, found), found)).toEqual(mergeSends(known, found));
      for (const { id, atMs } of [...known, ...found]) expect(merged.get(id)).toBeGreaterThanOrEqual(atMs);
    }),
  );
});

it('does not count what never went, except while it may be going', () => {
  const known = [
    { id: 'old', atMs: NOW - CLAIM_COUNTS_MS },
    { id: 'fresh', atMs: NOW - CLAIM_COUNTS_MS + 1 },
    { id: 'went', atMs: NOW - DAY_MS },
  ];
  expect(withoutUnsent(known, new Set(['old', 'fresh']), NOW).map(({ id }) => id)).toEqual(['fresh', 'went']);
});
