import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fullHourSpreadMs, isSpread, LONGEST_SPREAD_MS } from './full-hour.js';

const HOUR_MS = 3_600_000;
const NINE_MS = Date.parse('2026-12-01T09:00:00Z');
const WINDOW_MS = 300_000;
const marketing = (id: string, sendAtMs: number | null = NINE_MS, expiresAtMs: number | null = null) => ({
  id,
  isMarketing: true,
  sendAtMs,
  expiresAtMs,
});

describe('marketing that is scheduled for a full hour', () => {
  it('is spread over the window, evenly, and every message always draws the same', () => {
    const ids = Array.from({ length: 3000 }, (_, i) => `019a-${i}`);
    const spread = ids.map((id) => fullHourSpreadMs(marketing(id), WINDOW_MS));
    expect(spread).toEqual(ids.map((id) => fullHourSpreadMs(marketing(id), WINDOW_MS)));
    const tenths = Array.from({ length: 10 }, (_, tenth) => {
      const fromMs = (tenth * WINDOW_MS) / 10;
      return spread.filter((ms) => ms >= fromMs && ms < fromMs + WINDOW_MS / 10).length;
    });
    // 300 in each would be exact; five standard deviations off is no even hash.
    for (const count of tenths) expect(Math.abs(count - 300)).toBeLessThan(85);
  });

  it('stays within the window, before it expires, and leaves half of its life to be sent in', () => {
    const life = fc.option(fc.integer({ min: 1, max: 2 * WINDOW_MS }));
    const second = fc.integer({ min: 0, max: 999 });
    fc.assert(
      fc.property(
        fc.uuid(),
        second,
        life,
        fc.integer({ min: 0, max: HOUR_MS / 2 }),
        (id, afterMs, lifeMs, windowMs) => {
          const sendAtMs = NINE_MS + afterMs;
          const ms = fullHourSpreadMs(marketing(id, sendAtMs, lifeMs === null ? null : sendAtMs + lifeMs), windowMs);
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(Number.isInteger(ms)).toBe(true);
          expect(ms).toBeLessThan(Math.max(1, windowMs));
          if (lifeMs !== null) expect(ms).toBeLessThanOrEqual(lifeMs / 2);
        },
      ),
    );
  });

  it('goes when it was to when nothing is to be spread', () => {
    fc.assert(fc.property(fc.uuid(), (id) => expect(fullHourSpreadMs(marketing(id), 0)).toBe(0)));
  });
});

it('is known to have been spread by when it is due, and by nothing that is chosen afterwards', () => {
  const windows = fc.integer({ min: 0, max: LONGEST_SPREAD_MS });
  fc.assert(
    fc.property(fc.uuid(), windows, fc.boolean(), fc.nat(HOUR_MS - 1), (id, windowMs, isMarketing, afterMs) => {
      const message = { ...marketing(id, NINE_MS + afterMs), isMarketing };
      const spreadMs = fullHourSpreadMs(message, windowMs);
      expect(isSpread(message, NINE_MS + afterMs + spreadMs)).toBe(spreadMs > 0);
    }),
  );
  expect(isSpread(marketing('a', null), NINE_MS)).toBe(false);
});

it('moves nothing but marketing that is scheduled for the first second of an hour', () => {
  const later = fc.integer({ min: 1000, max: HOUR_MS - 1 });
  fc.assert(
    fc.property(fc.uuid(), later, (id, afterMs) => {
      expect(fullHourSpreadMs(marketing(id, NINE_MS + afterMs), WINDOW_MS)).toBe(0);
      expect(fullHourSpreadMs({ ...marketing(id), isMarketing: false }, WINDOW_MS)).toBe(0);
      expect(fullHourSpreadMs(marketing(id, null), WINDOW_MS)).toBe(0);
    }),
  );
});
