import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { META_ERRORS } from '../meta-errors/meta-error-table.js';
import {
  ESCALATION_POLICIES,
  type EscalationLevel,
  type EscalationPolicy,
  nextLevel,
  type PastLevel,
  RefusalCount,
  reasonOf,
} from './escalation.js';
import { STOP_RULES } from './stop.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const guide = ESCALATION_POLICIES.guide as EscalationPolicy;

/** Lets a level begin at each of the instants and gives which ones they were. */
function climb(beginnings: readonly { atMs: number; id?: string }[]): EscalationLevel[] {
  const past: PastLevel[] = [];
  return beginnings.map(({ atMs, id = 'n1' }) => {
    const level = nextLevel(guide, id, past, atMs);
    // The newest first or last makes no difference.
    past.unshift({ phoneNumberId: id, level, beganAtMs: atMs, untilMs: atMs + guide.lastsMs[level] });
    return level;
  });
}

const every = (ms: number, count: number) => Array.from({ length: count }, (_, i) => ({ atMs: i * ms }));

describe('refusals because of a rate', () => {
  it('begin a level at the third within a minute, and not when they are of one second, or far apart', () => {
    const begins = (...atMs: number[]) => {
      const count = new RefusalCount();
      return atMs.map((at) => count.refused(guide, at));
    };
    expect(begins(0, 1000, 2000)).toEqual([false, false, true]);
    expect(begins(0, 1, 2, 3, 500, 999)).toEqual([false, false, false, false, false, false]);
    expect(begins(0, 30_000, 60_000, 90_000)).toEqual([false, false, false, false]);
    expect(begins(0, 1000, 2000, 3000, 4000, 5000)).toEqual([false, false, true, false, false, true]);
  });

  it('are known errors that are tried again and stop nothing by themselves', () => {
    for (const { codes } of Object.values(ESCALATION_POLICIES)) {
      for (const code of codes) {
        expect([code, META_ERRORS[code]?.onSend, STOP_RULES[code]]).toEqual([code, 'retry', undefined]);
      }
    }
  });
});

describe('limiting', () => {
  it('is medium at the third light in a row, then begins lightly again', () => {
    expect(climb(every(6 * MINUTE, 4))).toEqual(['light', 'light', 'medium', 'light']);
  });

  it('stays light when there was peace in between', () => {
    // Light lasts 5 minutes; the next is in a row up to 15 minutes later.
    expect(climb(every(20 * MINUTE, 3))).toEqual(['light', 'light', 'medium']);
    expect(climb(every(20 * MINUTE + 1, 6))).toEqual(Array(6).fill('light'));
  });

  it('counts the lights of each number by itself, and the mediums of the portfolio together', () => {
    const turns = ['n1', 'n2', 'n1', 'n2', 'n1', 'n2'].map((id, i) => ({ id, atMs: i * 3 * MINUTE }));
    expect(climb(turns)).toEqual(['light', 'light', 'light', 'light', 'medium', 'medium']);
  });

  it('is severe at the fifth medium within a day, and not at the fifth in two', () => {
    const ladder = (restMs: number) =>
      Array.from({ length: 5 }, (_, i) => every(6 * MINUTE, 3).map(({ atMs }) => ({ atMs: i * restMs + atMs }))).flat();
    const mediums = (levels: EscalationLevel[]) => levels.filter((_, i) => i % 3 === 2);
    expect(mediums(climb(ladder(2 * HOUR)))).toEqual(['medium', 'medium', 'medium', 'medium', 'severe']);
    expect(mediums(climb(ladder(6 * HOUR)))).toEqual(Array(5).fill('medium'));
  });

  it('never leaps: two lights before a medium, four mediums of the last day before a severe, whatever happens when', () => {
    const gaps = fc.array(fc.record({ gap: fc.nat({ max: 2 * HOUR }), id: fc.constantFrom('n1', 'n2') }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(gaps, (list) => {
        let atMs = 0;
        const beginnings = list.map(({ gap, id }) => {
          atMs += gap;
          return { id, atMs };
        });
        const levels = climb(beginnings);
        for (const [i, level] of levels.entries()) {
          const { id, atMs: at } = beginnings[i] as { id: string; atMs: number };
          const own = levels.slice(0, i).filter((_, j) => beginnings[j]?.id === id);
          if (level !== 'light') expect(own.slice(-2)).toEqual(['light', 'light']);
          const day = levels
            .slice(0, i)
            .filter((l, j) => l === 'medium' && at - (beginnings[j]?.atMs ?? 0) < 24 * HOUR);
          if (level === 'severe') expect(day.length).toBeGreaterThanOrEqual(4);
          // And it does not stay below what it must be.
          if (own.slice(-2).join() === 'light,light' && level === 'light') {
            const before = beginnings
              .slice(0, i)
              .filter((b) => b.id === id)
              .slice(-2);
            const gapsMs = [at - (before[1]?.atMs ?? 0), (before[1]?.atMs ?? 0) - (before[0]?.atMs ?? 0)];
            expect(Math.max(...gapsMs)).toBeGreaterThan(20 * MINUTE);
          }
        }
      }),
    );
  });

  it.each<[EscalationLevel, string]>([
    [
      'light',
      'light limiting: Meta refused 3 times within 1 minute (Rate limit hit), so the number sends nothing for 5 minutes',
    ],
    [
      'medium',
      'medium limiting: 3 light limitings of a number in a row, so no number of the portfolio sends for 1 hour',
    ],
    ['severe', 'severe limiting: 5 medium limitings within 24 hours, so the account sends nothing for 24 hours'],
  ])('says why and for how long: %s', (level, reason) => {
    expect(reasonOf(guide, level, 'Rate limit hit')).toBe(reason);
  });
});
