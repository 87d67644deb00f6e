import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../canonical-json.js';
import type { MetaErrorReport } from '../meta-errors/meta-error-report.js';
import {
  type Delivery,
  isNews,
  isRanked,
  mergeStatus,
  NOTHING_REPORTED,
  rankOf,
  STATUS_RANKS,
  type StatusReport,
} from './delivery-status.js';

const at = (second: number): Date => new Date(1_700_000_000_000 + second * 1000);

const errorOf = (code: number): MetaErrorReport => ({
  code,
  title: `Error ${code}`,
  message: null,
  details: null,
  href: null,
});

const report = (status: string, second: number, more: Partial<StatusReport> = {}): StatusReport => ({
  status,
  at: at(second),
  errors: [],
  pricing: null,
  conversation: null,
  ...more,
});

const mergeAll = (reports: readonly StatusReport[]): Delivery => reports.reduce(mergeStatus, NOTHING_REPORTED);

/** Everything a reader sees, in a form in which equal means equal. */
const seen = (delivery: Delivery): string => canonicalJson(delivery);

function* permutations<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length <= 1) {
    yield items;
    return;
  }
  for (const [i, first] of items.entries()) {
    for (const rest of permutations(items.toSpliced(i, 1))) yield [first, ...rest];
  }
}

const anyReport: fc.Arbitrary<StatusReport> = fc.record({
  status: fc.constantFrom(...Object.keys(STATUS_RANKS), 'deleted', 'warning', 'constructor', '__proto__'),
  at: fc.integer({ min: 0, max: 5 }).map(at),
  errors: fc.array(fc.integer({ min: 1, max: 4 }).map(errorOf), { maxLength: 3 }),
  pricing: fc.option(fc.record({ category: fc.constantFrom('utility', 'marketing'), billable: fc.boolean() })),
  conversation: fc.option(fc.record({ id: fc.constantFrom('a', 'b', 'c') })),
});

/** Two things and the same things again in another order and number. */
const shuffledTwice = fc
  .array(anyReport, { minLength: 1, maxLength: 8 })
  .chain((reports) =>
    fc.tuple(
      fc.constant(reports),
      fc.shuffledSubarray(reports, { minLength: reports.length }),
      fc.array(fc.constantFrom(...reports), { maxLength: 8 }),
    ),
  );

describe('the ranks of statuses', () => {
  it('put failed above sent and below delivered, because evidence of delivery is the stronger', () => {
    const ordered = ['accepted', 'held', 'sent', 'failed', 'delivered', 'read', 'played'] as const;
    const ranks = ordered.map((status) => rankOf(status));
    expect(ranks).toEqual([10, 15, 20, 30, 40, 50, 60]);
    expect(Object.keys(STATUS_RANKS).sort()).toEqual([...ordered].sort());
    expect(rankOf(null)).toBe(0);
  });

  it.each(['deleted', 'warning', 'Sent', '', 'constructor', '__proto__', 'toString'])('know no rank of %p', (word) => {
    expect(isRanked(word)).toBe(false);
  });
});

const FAMILY: readonly StatusReport[] = [
  report('sent', 10, { pricing: { category: 'utility', billable: true }, conversation: { id: 'a' } }),
  report('sent', 10, { pricing: { category: 'utility', billable: true }, conversation: { id: 'a' } }),
  report('failed', 12, { errors: [errorOf(131026)] }),
  report('failed', 11, { errors: [errorOf(131049), errorOf(131026)] }),
  report('delivered', 12, { pricing: { category: 'marketing', billable: true } }),
  report('read', 15, { conversation: { id: 'b' } }),
  report('sent', 9),
];

const EARLY: readonly StatusReport[] = [
  report('accepted', 1),
  report('held', 1),
  report('sent', 2),
  report('sent', 2),
  report('played', 9),
  report('warning', 3, { errors: [errorOf(1)] }),
  report('failed', 2, { errors: [errorOf(131026)] }),
];

describe('merging reports', () => {
  it.each([
    ['with duplicates, two failures and two prices', FAMILY],
    ['from accepted to played with a word of no rank', EARLY],
  ])('ends in one state over all 5,040 orders of seven reports %s', (_, reports) => {
    const ends = new Set<string>();
    let orders = 0;
    for (const order of permutations(reports)) {
      orders += 1;
      ends.add(seen(mergeAll(order)));
    }
    expect(orders).toBe(5040);
    expect([...ends]).toEqual([seen(mergeAll(reports))]);
  });

  it('ends where the strongest, the earliest and the union of everything lie', () => {
    const end = mergeAll(FAMILY);
    expect(end.status).toBe('read');
    expect(end.times).toEqual({ sent: at(9), failed: at(11), delivered: at(12), read: at(15) });
    expect(end.errors.map((error) => error.code).sort()).toEqual([131026, 131049]);
    expect(end.pricing).toEqual({ category: 'utility', billable: true });
    expect(end.conversation).toEqual({ id: 'b' });
  });

  it('depends on the set of reports only: not on their order, number or batching', () => {
    fc.assert(
      fc.property(shuffledTwice, ([reports, shuffled, again]) => {
        const end = seen(mergeAll(reports));
        expect(seen(mergeAll(shuffled))).toBe(end);
        expect(seen([...again, ...shuffled, ...again].reduce(mergeStatus, NOTHING_REPORTED))).toBe(end);
        expect(seen(again.reduce(mergeStatus, mergeAll(reports)))).toBe(end);
      }),
    );
  });

  it('commutes and repeats without effect from whatever was known', () => {
    fc.assert(
      fc.property(fc.array(anyReport, { maxLength: 4 }), anyReport, anyReport, (past, a, b) => {
        const known = mergeAll(past);
        expect(seen(mergeStatus(mergeStatus(known, a), b))).toBe(seen(mergeStatus(mergeStatus(known, b), a)));
        const once = mergeStatus(known, a);
        expect(seen(mergeStatus(once, a))).toBe(seen(once));
      }),
    );
  });

  it('never lets the rank fall, a time move later or an error go', () => {
    fc.assert(
      fc.property(fc.array(anyReport, { minLength: 1, maxLength: 10 }), (reports) => {
        let before = NOTHING_REPORTED;
        for (const next of reports) {
          const after = mergeStatus(before, next);
          expect(rankOf(after.status)).toBeGreaterThanOrEqual(rankOf(before.status));
          for (const [status, time] of Object.entries(before.times)) {
            expect(after.times[status as keyof typeof STATUS_RANKS]?.getTime()).toBeLessThanOrEqual(time.getTime());
          }
          expect(after.errors).toEqual(expect.arrayContaining([...before.errors]));
          before = after;
        }
      }),
    );
  });

  it('keeps delivered when a late sent arrives', () => {
    const end = mergeAll([report('delivered', 5), report('sent', 1)]);
    expect(end.status).toBe('delivered');
    expect(end.times).toEqual({ sent: at(1), delivered: at(5) });
  });

  it('keeps delivered when a failure arrives, and the failure beside it', () => {
    const end = mergeAll([report('delivered', 5), report('failed', 6, { errors: [errorOf(131026)] })]);
    expect(end.status).toBe('delivered');
    expect(end.times.failed).toEqual(at(6));
    expect(end.errors).toEqual([errorOf(131026)]);
  });

  it('learns nothing from a status without a rank', () => {
    const known = mergeAll(FAMILY);
    expect(mergeStatus(known, report('deleted', 1, { errors: [errorOf(7)], pricing: { a: 1 } }))).toBe(known);
  });

  it('chooses between two prices by their text and not by their order', () => {
    fc.assert(
      fc.property(fc.object(), fc.object(), (a, b) => {
        const [first, second] = [report('sent', 1, { pricing: a }), report('read', 2, { pricing: b })];
        expect(canonicalJson(mergeAll([first, second]).pricing)).toBe(canonicalJson(mergeAll([second, first]).pricing));
      }),
    );
  });

  it('keeps one of two errors that differ in the order of their keys only', () => {
    const turned = Object.fromEntries(Object.entries(errorOf(1)).reverse()) as unknown as MetaErrorReport;
    expect(mergeAll([report('failed', 1, { errors: [errorOf(1), turned] })]).errors).toHaveLength(1);
  });
});

describe('news', () => {
  it('is none when the same report comes again', () => {
    fc.assert(
      fc.property(fc.array(anyReport, { minLength: 1, maxLength: 6 }), (reports) => {
        const known = mergeAll(reports);
        for (const one of reports) expect(isNews(known, mergeStatus(known, one))).toBe(false);
      }),
    );
  });

  it.each([
    ['a stronger status', report('read', 20)],
    ['an earlier time', report('sent', 1)],
    ['a time of a weaker status', report('held', 1)],
    ['another error', report('failed', 11, { errors: [errorOf(5)] })],
  ])('is %s', (_, news) => {
    const known = mergeAll([report('sent', 10), report('failed', 11), report('delivered', 12)]);
    expect(isNews(known, mergeStatus(known, news))).toBe(true);
  });

  it('is a status whose time was known already', () => {
    const known = { ...NOTHING_REPORTED, times: { accepted: at(1) } };
    expect(isNews(known, mergeStatus(known, report('accepted', 1)))).toBe(true);
  });

  it.each(['pricing', 'conversation'] as const)('is the first %s', (key) => {
    const known = mergeAll([report('sent', 10)]);
    expect(isNews(known, mergeStatus(known, report('sent', 10, { [key]: { a: 1 } })))).toBe(true);
  });

  it('is whatever makes a reader see something else, so that no part of a merge is thrown away', () => {
    fc.assert(
      fc.property(fc.array(anyReport, { maxLength: 6 }), anyReport, (past, next) => {
        const before = mergeAll(past);
        const after = mergeStatus(before, next);
        if (!isNews(before, after)) expect(seen(after)).toBe(seen(before));
      }),
      { examples: [[[report('sent', 1, { pricing: { a: 1 } })], report('sent', 1, { pricing: { a: 2 } })]] },
    );
  });
});
