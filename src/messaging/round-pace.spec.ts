import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RoundPace, TICK_MS } from './round-pace.js';

const rounds = fc.array(fc.record({ tookMs: fc.double({ min: 0, max: 500, noNaN: true }), answered: fc.nat(1000) }), {
  minLength: 1,
});

describe('RoundPace', () => {
  it('expects nothing before the first round', () => {
    const pace = new RoundPace();
    expect([pace.aheadMs, pace.answersMeanwhile]).toEqual([0, 0]);
  });

  it('comes to expect what every round brought', () => {
    const pace = new RoundPace();
    for (let i = 0; i < 100; i += 1) pace.learn(8, 60);
    expect(pace.aheadMs).toBeCloseTo(8 + TICK_MS, 1);
    expect(pace.answersMeanwhile).toBe(60);
  });

  it('looks ahead by a tick at least when rounds take no time', () => {
    const pace = new RoundPace();
    for (let i = 0; i < 100; i += 1) pace.learn(0, 0);
    expect(pace.aheadMs).toBeCloseTo(TICK_MS, 1);
  });

  it('never looks further ahead than 25 ms, and never expects more answers than any round brought', () => {
    fc.assert(
      fc.property(rounds, (history) => {
        const pace = new RoundPace();
        for (const { tookMs, answered } of history) pace.learn(tookMs, answered);
        expect(pace.aheadMs).toBeLessThanOrEqual(25);
        expect(pace.answersMeanwhile).toBeLessThanOrEqual(Math.max(...history.map((r) => r.answered)));
      }),
    );
  });

  it('forgets within twenty rounds the answers of a Meta that has fallen silent', () => {
    const pace = new RoundPace();
    for (let i = 0; i < 100; i += 1) pace.learn(8, 60);
    for (let i = 0; i < 20; i += 1) pace.learn(8, 0);
    expect(pace.answersMeanwhile).toBeLessThanOrEqual(1);
  });
});
