import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { MetaErrorRow } from './meta-error-row.js';
import { META_ERRORS, reactionTo } from './meta-error-table.js';

/** Every code on Meta's error page of 2026-09, in its OpenAPI and in reports, and the three seen in health only. */
const CODES = [
  0, 1, 2, 3, 4, 10, 17, 33, 100, 104, 190, 368, 613, 803, 80007, 80008, 130403, 130429, 130472, 130497, 131000, 131005,
  131008, 131009, 131014, 131016, 131021, 131026, 131030, 131031, 131037, 131042, 131045, 131047, 131048, 131049,
  131050, 131051, 131052, 131053, 131055, 131056, 131057, 131062, 131063, 131064, 132000, 132001, 132005, 132007,
  132012, 132015, 132016, 132018, 132068, 132069, 133000, 133004, 133005, 133006, 133008, 133009, 133010, 133015,
  133016, 134011, 134100, 134101, 134102, 135000, 136024, 136025, 137000, 138006, 138024, 139200, 141006, 141010,
  200005, 200006, 200007, 1752041, 2494100, 2593107, 2593108,
];

/** Certainly not executed, so sending again can make no second copy. A code too many here sends duplicates. */
const RETRIED = [0, 4, 17, 190, 613, 80007, 80008, 130429, 131016, 131056, 131057, 133004, 2494100];
/** Possibly executed: sending again could make a second copy. */
const UNKNOWN = [1, 2, 131000];

const rows: readonly (readonly [number, MetaErrorRow])[] = Object.entries(META_ERRORS).map(([code, row]) => [
  Number(code),
  row,
]);

function codesWith(matches: (row: MetaErrorRow) => boolean): number[] {
  return rows.filter(([, row]) => matches(row)).map(([code]) => code);
}

describe('the table of Meta errors', () => {
  it('has a row for every known code, and no other', () => {
    expect(rows.map(([code]) => code)).toEqual(CODES);
  });

  it('retries exactly what was certainly not accepted and may be later', () => {
    expect(codesWith((row) => row.onSend === 'retry')).toEqual(RETRIED);
  });

  it('leaves exactly those outcomes open that are', () => {
    expect(codesWith((row) => row.onSend === 'unknown')).toEqual(UNKNOWN);
  });

  it('waits before every retry and never without one', () => {
    for (const [code, row] of rows) expect([code, row.pauseMs > 0]).toEqual([code, row.onSend === 'retry']);
  });

  it.each([
    [4, 'app', 60_000],
    [17, 'app', 60_000],
    [613, 'app', 60_000],
    [0, 'waba', 60_000],
    [190, 'waba', 60_000],
    [80007, 'waba', 60_000],
    [80008, 'waba', 60_000],
    [130429, 'number', 1_000],
    [131057, 'number', 5_000],
    [131056, 'pair', 1_000],
  ] as const)('on %i slows the %s for %i ms', (code, slow, pauseMs) => {
    expect(reactionTo(code)).toMatchObject({ onSend: 'retry', slow, pauseMs });
  });

  it('stops the account and calls the business when Meta blocks it', () => {
    for (const code of [368, 131031, 131042, 131064]) {
      expect(reactionTo(code)).toMatchObject({ onSend: 'rejected', slow: 'account', alert: 'business' });
    }
    expect(reactionTo(131048)).toMatchObject({ onSend: 'rejected', slow: 'number', alert: 'business' });
  });

  it('stops the template that is paused or disabled', () => {
    for (const code of [132015, 132016])
      expect(reactionTo(code)).toMatchObject({ onSend: 'rejected', slow: 'template' });
  });

  it('calls the operator when a token fails', () => {
    for (const code of [0, 190, 3, 10, 104, 131005]) expect(reactionTo(code).alert).toBe('operator');
  });

  it.each(rows)('names and explains %i in a sentence', (_code, row) => {
    expect(row.title).toMatch(/^[A-Z(].*[^.\s]$/);
    expect(row.advice).toMatch(/^[A-Z][^.]*[a-z0-9.][^.]*\.$/);
    expect(row.advice.length).toBeLessThanOrEqual(140);
    expect(Object.isFrozen(row)).toBe(true);
  });
});

describe('reactionTo', () => {
  it('answers for every integer', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constantFrom(...CODES)), (code) => {
        const row = reactionTo(code);
        if (CODES.includes(code)) expect(row).toBe(META_ERRORS[code]);
        else expect(row).toMatchObject({ onSend: 'rejected', pauseMs: 0, slow: 'none', alert: 'operator' });
      }),
      { numRuns: 1000 },
    );
  });

  it('takes 200 to 299 for missing permissions, and not their neighbours', () => {
    for (let code = 200; code <= 299; code += 1) expect(reactionTo(code).title).toBe('API Permission');
    for (const code of [199, 300, 250.5]) expect(reactionTo(code).title).toBe('Unlisted error code');
  });

  it('answers for what is no code at all', () => {
    for (const code of [Number.NaN, Number.POSITIVE_INFINITY, -1, 1.5, 'toString' as never, '__proto__' as never]) {
      expect(reactionTo(code)).toMatchObject({ onSend: 'rejected', alert: 'operator' });
    }
  });
});
