import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { META_ERRORS, reactionTo } from '../meta-errors/meta-error-table.js';
import { type InheritedRefusal, inheritedHoldMs } from './inherited-hold.js';
import { retryDelayMs, unsentDelayMs } from './retry-delay.js';

const RETRIED = Object.keys(META_ERRORS)
  .map(Number)
  .filter((code) => reactionTo(code).onSend === 'retry');

/** A refusal as its lane's owner saw it, and how much of the wait that it drew is over. */
const refusal = fc.record({
  code: fc.constantFrom(...RETRIED),
  retries: fc.integer({ min: 1, max: 20 }),
  jitter: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  passed: fc.double({ min: 0, max: 1.5, noNaN: true }),
});
const PAIR: Omit<InheritedRefusal, 'retries' | 'ageMs' | 'dueInMs'> = { outcome: 'rejected_retry', code: 131056 };

describe('the hold of a pair that an earlier owner of its lane had drawn', () => {
  it('lasts to the very end of the wait, whatever was refused, how often, and how the wait was drawn', () => {
    fc.assert(
      fc.property(refusal, ({ code, retries, jitter, passed }) => {
        const waitMs = retryDelayMs(reactionTo(code), retries, jitter);
        const ageMs = waitMs * passed;
        const held = inheritedHoldMs({ outcome: 'rejected_retry', code, retries, ageMs, dueInMs: waitMs - ageMs });
        expect(held).toBeCloseTo(Math.max(0, waitMs - ageMs), 6);
      }),
    );
  });

  it('is no longer than the longest wait, however long the message was put off since', () => {
    fc.assert(
      fc.property(refusal, fc.nat(86_400_000), ({ code, retries, passed }, putOffMs) => {
        const longestMs = retryDelayMs(reactionTo(code), retries, 1);
        const ageMs = longestMs * passed;
        const held = inheritedHoldMs({ outcome: 'rejected_retry', code, retries, ageMs, dueInMs: putOffMs });
        expect(held).toBeLessThanOrEqual(Math.max(0, longestMs - ageMs));
        expect(held).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('is 4^X seconds after 131056, and what is left of it later', () => {
    expect(inheritedHoldMs({ ...PAIR, retries: 4, ageMs: 0, dueInMs: 64_000 })).toBe(64_000);
    expect(inheritedHoldMs({ ...PAIR, retries: 4, ageMs: 60_000, dueInMs: 4000 })).toBe(4000);
    expect(inheritedHoldMs({ ...PAIR, retries: 4, ageMs: 80_000, dueInMs: 60_000 })).toBe(0);
  });

  it('is that of a message that nobody answered, or of one that was too fast, where Meta gave no code', () => {
    const noCode = { code: null, retries: 2, ageMs: 0, dueInMs: 3_600_000 };
    expect(inheritedHoldMs({ ...noCode, outcome: 'not_sent' })).toBe(unsentDelayMs(2));
    expect(inheritedHoldMs({ ...noCode, outcome: 'rejected_retry' })).toBe(retryDelayMs(reactionTo(130429), 2, 1));
  });
});
