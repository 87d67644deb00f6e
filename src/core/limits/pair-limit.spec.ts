import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PAIR_LIMIT, PairState } from './pair-limit.js';

const GUARD_MS = 250;

/** Meta's own reckoning of a pair, written anew: a debt of 6 s a message that must not exceed 45 messages. */
function refusedByMeta(arrivals: readonly number[]): number {
  let paidAtMs = Number.NEGATIVE_INFINITY;
  let refused = 0;
  for (const atMs of [...arrivals].sort((a, b) => a - b)) {
    const next = Math.max(paidAtMs, atMs) + PAIR_LIMIT.everyMs;
    if (next - atMs > PAIR_LIMIT.everyMs * PAIR_LIMIT.burst) refused += 1;
    else paidAtMs = next;
  }
  return refused;
}

describe('a pair of number and recipient', () => {
  it('is never refused by Meta, whatever is wanted and however late messages arrive, as their answers show', () => {
    const steps = fc.array(
      fc.record({ waitMs: fc.oneof(fc.nat(200), fc.nat(60_000)), wanted: fc.nat(60), lateMs: fc.nat(3000) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const pair = new PairState();
        const arrivals: number[] = [];
        let nowMs = 0;
        for (const { waitMs, wanted, lateMs } of all) {
          nowMs += waitMs;
          const places: number[] = [];
          for (let n = 0; n < wanted && pair.turnOf(`${nowMs}-${n}`, nowMs, true) <= nowMs; n += 1) {
            places.push(pair.spend(`${nowMs}-${n}`, nowMs));
          }
          for (const place of places) {
            arrivals.push(nowMs + lateMs);
            pair.hear(place, nowMs + lateMs);
          }
          nowMs += lateMs;
        }
        expect(refusedByMeta(arrivals)).toBe(0);
      }),
    );
  });

  it('lets 45 go within a moment, then one every 6 seconds', () => {
    const pair = new PairState();
    let nowMs = 0;
    const sent: number[] = [];
    for (let n = 0; n < 60; n += 1) {
      nowMs = Math.max(nowMs, pair.freeAtMs());
      pair.spend(`m${n}`, nowMs);
      sent.push(nowMs);
    }
    expect(sent[43]).toBe(0);
    expect(sent[44]).toBe(GUARD_MS);
    expect(sent.slice(45, 48)).toEqual([6250, 12_250, 18_250]);
    expect(pair.left(nowMs)).toBe(0);
  });

  it('gives those that must wait their turns in the order in which they came', () => {
    const pair = new PairState(PAIR_LIMIT.everyMs * PAIR_LIMIT.burst);
    const first = pair.freeAtMs();
    expect(['a', 'b', 'c'].map((id) => pair.turnOf(id, 0, false))).toEqual([first, first + 6000, first + 12_000]);
    // A newcomer does not pass those who wait, even at the moment when one may go.
    expect(pair.turnOf('d', first, false)).toBe(first + 18_000);
    expect(pair.turnOf('a', first, false)).toBe(first);
  });

  it('lets an urgent message pass those who wait', () => {
    const pair = new PairState(PAIR_LIMIT.everyMs * PAIR_LIMIT.burst);
    const freeAtMs = pair.freeAtMs();
    pair.turnOf('a', 0, false);
    expect(pair.turnOf('code', freeAtMs, true)).toBe(freeAtMs);
  });

  it('does not wait for ever behind a message that was cancelled', () => {
    const pair = new PairState();
    pair.hold(1000);
    expect(pair.turnOf('cancelled', 0, false)).toBe(1000);
    expect(pair.turnOf('next', 1000, false)).toBe(7000);
    expect(pair.turnOf('another', 12_001, false)).toBe(12_001);
  });

  it('holds later messages back while one waits to be sent again', () => {
    const pair = new PairState();
    pair.spend('refused', 0);
    pair.hold(4000);
    expect(pair.turnOf('later', 100, false)).toBe(4000);
    expect(pair.isOver(3999)).toBe(false);
  });

  it('is over when its debt is paid', () => {
    const pair = new PairState();
    pair.spend('a', 0);
    expect([pair.isOver(5999), pair.isOver(6000)]).toEqual([false, true]);
  });
});
