import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { datedAt } from './dated-at.js';

const DAY_MS = 86_400_000;
const RECEIVED = new Date('2026-11-26T12:00:00Z');
const earlier = (ms: number) => new Date(RECEIVED.getTime() - ms);

describe('news of an account', () => {
  it('is as old as Meta says, for as long as Meta redelivers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 * DAY_MS }), (ageMs) => {
        expect(datedAt(earlier(ageMs), RECEIVED)).toEqual(earlier(ageMs));
      }),
    );
  });

  it('is of now when Meta does not date it, dates it into the future, or further back than it redelivers', () => {
    const wild = fc.oneof(
      fc.integer({ min: -400 * DAY_MS, max: 0 }),
      fc.integer({ min: 9 * DAY_MS, max: 9000 * DAY_MS }),
    );
    fc.assert(fc.property(wild, (ageMs) => expect(datedAt(earlier(ageMs), RECEIVED)).toBe(RECEIVED)));
    expect(datedAt(null, RECEIVED)).toBe(RECEIVED);
  });
});
