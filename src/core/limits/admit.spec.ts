import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { admit, holdsOf, type LimitedMessage, type LimitState } from './admit.js';

const NOW = 1000;
const message: LimitedMessage = {
  phoneNumberId: 'n1',
  wabaId: 'w1',
  portfolioId: 'p1',
  type: 'text',
  template: null,
  expiresAtMs: null,
};
const free: LimitState = {
  stops: [],
  pause: null,
  mediaFreeAtMs: 0,
  pairFreeAtMs: 0,
  warmUp: null,
  throughputFreeAtMs: 0,
};
const stop = { scope: 'waba', scopeId: 'w1', stops: 'all', code: 368, reason: 'blocked' } as const;

describe('a message', () => {
  it('goes when nothing holds it', () => {
    expect(admit(message, free, NOW)).toEqual({ kind: 'go' });
  });

  it.each([
    ['throughput', { throughputFreeAtMs: 1001 }, 1001],
    ['pair', { pairFreeAtMs: 7000 }, 7000],
    ['warm_up', { warmUp: { untilMs: 8000, reason: 'the number warms up' } }, 8000],
    ['template', { template: { untilMs: null, reason: 'its template is paused' } }, null],
    ['marketing', { marketing: { untilMs: 6500, reason: 'Meta refused it lately' } }, 6500],
    ['marketing_cap', { marketingCap: { untilMs: 6600, reason: 'a policy says so' } }, 6600],
    ['messaging', { messaging: { untilMs: 6000, reason: 'as many people as it may' } }, 6000],
    ['calls', { pause: { untilMs: 5000, reason: 'Rate limit issues' } }, 5000],
    ['stop', { stops: [{ ...stop, untilMs: 9000 }] }, 9000],
    ['stop', { stops: [{ ...stop, untilMs: null }] }, null],
  ] as const)('waits for %s until it lets it go, and says why', (limit, over, untilMs) => {
    const verdict = admit(message, { ...free, ...over } as LimitState, NOW);
    expect(verdict).toMatchObject({ kind: 'wait', limit, untilMs });
    expect((verdict as { reason: string }).reason.length).toBeGreaterThan(5);
  });

  it('waits for the circuit of media only when it carries a file', () => {
    const state = { ...free, mediaFreeAtMs: 9000 };
    expect(admit(message, state, NOW)).toEqual({ kind: 'go' });
    expect(admit({ ...message, type: 'image' }, state, NOW)).toMatchObject({ kind: 'wait', limit: 'media' });
  });

  it('is told how much of a limit is used that counts what its person had', () => {
    const counted = { used: 2, allowed: 2 };
    const state = { ...free, marketingCap: { untilMs: 7000, reason: 'a policy says so', counted } };
    expect(holdsOf(message, state, NOW)).toMatchObject([{ limit: 'marketing_cap', counted }]);
    expect(admit(message, state, NOW)).toMatchObject({ kind: 'wait', counted });
    expect(admit({ ...message, expiresAtMs: 7000 }, state, NOW)).toMatchObject({ kind: 'refuse', counted });
  });

  it('is refused when it expires before it may go', () => {
    const state = { ...free, pairFreeAtMs: 7000 };
    expect(admit({ ...message, expiresAtMs: 7000 }, state, NOW)).toMatchObject({ kind: 'refuse', limit: 'pair' });
    expect(admit({ ...message, expiresAtMs: 7001 }, state, NOW)).toMatchObject({ kind: 'wait', limit: 'pair' });
  });

  it('waits exactly as long as the last of the limits that hold it', () => {
    const at = fc.integer({ min: 0, max: 5000 });
    fc.assert(
      fc.property(at, at, at, at, (throughputFreeAtMs, pairFreeAtMs, mediaFreeAtMs, pausedUntilMs) => {
        const pause = { untilMs: pausedUntilMs, reason: 'x' };
        const state = { ...free, pause, mediaFreeAtMs, pairFreeAtMs, throughputFreeAtMs };
        const lastMs = Math.max(throughputFreeAtMs, pairFreeAtMs, mediaFreeAtMs, pausedUntilMs);
        const verdict = admit({ ...message, type: 'image' }, state, NOW);
        if (lastMs <= NOW) expect(verdict.kind).toBe('go');
        else expect(verdict).toMatchObject({ kind: 'wait', untilMs: lastMs });
        expect(holdsOf({ ...message, type: 'image' }, state, lastMs)).toEqual([]);
      }),
    );
  });
});
