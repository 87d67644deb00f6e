import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WARM_UP_POLICIES, type WarmUpPolicy, type WarmUpStage } from './warm-up.js';
import { type PastSend, WarmUpPace } from './warm-up-pace.js';

const MINUTE = 60_000;
const { stages, weights } = WARM_UP_POLICIES.guide as WarmUpPolicy;
const [first, second] = stages as [WarmUpStage, WarmUpStage];
const TEXT = 'text';

/** Sends whenever it may, a little late as life is, until `untilMs`; gives when. */
function sendAll(pace: WarmUpPace, untilMs: number, type = TEXT, lateMs = 3): number[] {
  const sent: number[] = [];
  let nowMs = 0;
  while (nowMs < untilMs) {
    if (pace.allowed(nowMs, 1) === 1) {
      pace.spend(type, nowMs);
      sent.push(nowMs);
    } else nowMs = Math.max(nowMs + 1, Math.ceil(pace.freeAtMs) + lateMs);
  }
  return sent;
}

const within = (sent: readonly number[], fromMs: number, ms: number) =>
  sent.filter((at) => at >= fromMs && at < fromMs + ms).length;

describe('a number that warms up', () => {
  it('sends five a minute for ten minutes, then rests for an hour, in the first stage', () => {
    const sent = sendAll(new WarmUpPace(first, weights), 3 * 60 * MINUTE);
    expect(within(sent, 0, MINUTE)).toBe(5);
    expect(within(sent, 0, 10 * MINUTE)).toBeGreaterThanOrEqual(48);
    const gaps = sent.slice(1).map((at, i) => at - (sent[i] as number));
    const rests = gaps.filter((gap) => gap > MINUTE);
    expect(rests.length).toBe(2);
    for (const rest of rests) expect(rest).toBeGreaterThanOrEqual(60 * MINUTE);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(12_000);
  });

  it('sends thirty a minute with peaks of fifty in the second', () => {
    const sent = sendAll(new WarmUpPace(second, weights), 5 * MINUTE);
    expect(within(sent, 0, MINUTE)).toBe(50);
    expect(within(sent, 2 * MINUTE, MINUTE)).toBeLessThanOrEqual(30);
    expect(within(sent, 2 * MINUTE, MINUTE)).toBeGreaterThanOrEqual(29);
  });

  it('counts a file as 1.8 texts', () => {
    const files = sendAll(new WarmUpPace(second, weights), 9 * MINUTE, 'image');
    expect(within(files, 3 * MINUTE, 5 * MINUTE)).toBeGreaterThanOrEqual(Math.floor((5 * 30) / 1.8) - 1);
    expect(within(files, 3 * MINUTE, 5 * MINUTE)).toBeLessThanOrEqual(Math.ceil((5 * 30) / 1.8));
  });

  it('needs no rest while it sends less than half of its rate', () => {
    const pace = new WarmUpPace(first, weights);
    for (let at = 0; at < 3 * 60 * MINUTE; at += 25_000) {
      expect(pace.holdAt(at)).toBeNull();
      pace.spend(TEXT, at);
    }
  });

  it('says at which rate it goes, and of a rest how long it is and after what', () => {
    const pace = new WarmUpPace(first, weights);
    pace.spend(TEXT, 0);
    expect(pace.holdAt(0)).toEqual({ untilMs: 12_000, reason: 'the number warms up at 5 messages a minute' });
    const sent = sendAll(pace, 11 * MINUTE);
    const lastMs = sent.at(-1) as number;
    expect(pace.holdAt(lastMs + 1)).toEqual({
      untilMs: lastMs + 60 * MINUTE,
      reason: 'the number warms up at 5 messages a minute, and rests 60 minutes after 10 of it',
    });
  });

  it('does not pay for hours for what was sent before the warm-up was chosen', () => {
    const before = Array.from({ length: 2000 }, (_, i): PastSend => ({ type: TEXT, atMs: i }));
    expect(new WarmUpPace(first, weights, before).freeAtMs).toBeLessThanOrEqual(2000 + 12_000);
  });

  const stage = fc.record({
    perMinute: fc.integer({ min: 1, max: 60 }),
    extra: fc.integer({ min: 0, max: 30 }),
    longestRunMs: fc.integer({ min: MINUTE, max: 10 * MINUTE }),
    restMs: fc.integer({ min: MINUTE, max: 60 * MINUTE }),
  });
  const asStage = (s: { perMinute: number; extra: number; longestRunMs: number; restMs: number }): WarmUpStage => ({
    ...s,
    peakPerMinute: s.perMinute + s.extra,
    promotion: { afterMs: 0, accepted: 0 },
  });
  const load = fc.array(fc.record({ gapMs: fc.nat({ max: 30_000 }), isFile: fc.boolean() }), { maxLength: 150 });

  it('sends no more than its peak in any minute, whatever is sent when; files may go beyond by one at most', () => {
    fc.assert(
      fc.property(stage, load, (s, wanted) => {
        const pace = new WarmUpPace(asStage(s), weights);
        const sent: { at: number; weight: number }[] = [];
        let at = 0;
        for (const { gapMs, isFile } of wanted) {
          at += gapMs;
          if (pace.allowed(at, 1) === 0) continue;
          pace.spend(isFile ? 'image' : TEXT, at);
          sent.push({ at, weight: isFile ? 1.8 : 1 });
        }
        for (const { at: from } of sent) {
          const inMinute = sent.filter((m) => m.at >= from && m.at < from + MINUTE);
          const weight = inMinute.reduce((sum, m) => sum + m.weight, 0);
          const peak = s.perMinute + s.extra;
          if (inMinute.every((m) => m.weight === 1)) expect(weight).toBeLessThanOrEqual(peak);
          else expect(weight).toBeLessThan(peak + 1.8);
        }
      }),
    );
  });

  it('never sends at its rate for longer than the longest run, and then rests in full', () => {
    fc.assert(
      fc.property(stage, fc.nat({ max: 50 }), (s, lateMs) => {
        const sent = sendAll(new WarmUpPace(asStage(s), weights), 40 * MINUTE, TEXT, lateMs);
        let runSince = sent[0] as number;
        for (const [i, at] of sent.entries()) {
          const before = sent[i - 1] ?? at;
          if (at - before >= s.restMs) runSince = at;
          // It is judged when something goes out, so a run ends one turn late at most.
          expect(at - runSince).toBeLessThanOrEqual(s.longestRunMs + MINUTE / s.perMinute + lateMs + 1);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('goes on as before when another owner replays what was sent', () => {
    fc.assert(
      fc.property(stage, fc.integer({ min: 1, max: 30 * MINUTE }), (s, untilMs) => {
        const pace = new WarmUpPace(asStage(s), weights);
        const sends = sendAll(pace, untilMs).map((atMs) => ({ type: TEXT, atMs }));
        expect(new WarmUpPace(asStage(s), weights, [...sends].reverse()).freeAtMs).toBe(pace.freeAtMs);
      }),
      { numRuns: 30 },
    );
  });
});
