import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  countsAsOpening,
  isRaised,
  type LimitReading,
  MESSAGING_LIMIT,
  messagingAllowance,
  supersedes,
} from './messaging-limit.js';

const HOUR_MS = 3_600_000;
const instant = fc.integer({ min: 0, max: 100 * HOUR_MS });

describe('the messaging limit of a portfolio', () => {
  it.each([
    ['TIER_50', 50],
    ['TIER_250', 250],
    ['TIER_1K', 1000],
    ['TIER_2K', 2000],
    ['TIER_10K', 10_000],
    ['TIER_100K', 100_000],
    ['2000', 2000],
  ])('is for %s %i people', (tier, people) => {
    expect(messagingAllowance(tier)).toEqual({ kind: 'limited', people });
  });

  it.each(['TIER_UNLIMITED', 'UNLIMITED', '-1'])('is none for %s', (tier) => {
    expect(messagingAllowance(tier)).toEqual({ kind: 'unlimited' });
  });

  it('is unknown, and so not enforced, for every other word', () => {
    for (const tier of [null, '', 'TIER_NOT_SET', 'TIER_', 'TIER_0', '0', '-2', 'K', 'TIER_2G', 'toString']) {
      expect(messagingAllowance(tier)).toEqual({ kind: 'unknown' });
    }
    fc.assert(
      fc.property(fc.string(), (word) => {
        const allowance = messagingAllowance(word);
        if (allowance.kind === 'limited') expect(allowance.people).toBeGreaterThan(0);
      }),
    );
  });

  it('is raised by more people or by none to count, and by nothing else', () => {
    const [low, high] = [messagingAllowance('TIER_250'), messagingAllowance('TIER_2K')];
    expect([isRaised(low, high), isRaised(high, low), isRaised(low, low)]).toEqual([true, false, false]);
    expect([isRaised(low, { kind: 'unlimited' }), isRaised({ kind: 'unlimited' }, low)]).toEqual([true, false]);
    expect([isRaised(low, { kind: 'unknown' }), isRaised({ kind: 'unknown' }, low)]).toEqual([true, false]);
  });
});

it('ends at the newest reading, in whatever order readings come', () => {
  const reading = fc.record({ tier: fc.constantFrom('TIER_250', 'TIER_2K', '-1'), asOfMs: instant });
  fc.assert(
    fc.property(fc.uniqueArray(reading, { selector: (r) => r.asOfMs, minLength: 1 }), (readings) => {
      const settled = (order: readonly LimitReading[]) =>
        order.reduce<LimitReading | null>((known, next) => (supersedes(next, known) ? next : known), null);
      const newest = [...readings].sort((a, b) => b.asOfMs - a.asOfMs)[0];
      expect(settled(readings)).toEqual(newest);
      expect(settled([...readings].reverse())).toEqual(newest);
    }),
  );
});

describe('what counts against it', () => {
  const opening = fc.record({
    isTemplate: fc.constant(true),
    lastInboundAtMs: fc.option(instant),
    windowRefusedAtMs: fc.option(instant),
  });

  it('is never a reply, nor anything but a template', () => {
    fc.assert(
      fc.property(opening, instant, (message, nowMs) => {
        expect(countsAsOpening({ ...message, isTemplate: false }, nowMs)).toBe(false);
        const lately = { ...message, lastInboundAtMs: nowMs - 1, windowRefusedAtMs: null };
        expect(countsAsOpening(lately, nowMs)).toBe(false);
      }),
    );
  });

  it('is a template to somebody who did not write within the day, or of whom Meta says so', () => {
    fc.assert(
      fc.property(opening, instant, (message, nowMs) => {
        const silent = { ...message, lastInboundAtMs: nowMs - MESSAGING_LIMIT.windowMs };
        expect(countsAsOpening(silent, nowMs)).toBe(true);
        expect(countsAsOpening({ ...silent, lastInboundAtMs: null }, nowMs)).toBe(true);
        expect(countsAsOpening({ ...silent, lastInboundAtMs: nowMs - 1, windowRefusedAtMs: nowMs }, nowMs)).toBe(true);
      }),
    );
  });

  it('counts longer here than at Meta, and its window is shorter', () => {
    expect(MESSAGING_LIMIT.heldMs).toBeGreaterThan(24 * HOUR_MS);
    expect(MESSAGING_LIMIT.windowMs).toBeLessThan(24 * HOUR_MS);
  });
});
