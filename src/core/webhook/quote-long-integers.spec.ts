import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quoteLongIntegers } from './quote-long-integers.js';
import { surveyJson } from './survey-json.js';

describe('quoteLongIntegers', () => {
  it.each([
    ['{"id":9007199254740993}', '{"id":"9007199254740993"}'],
    ['{"id":-9007199254740993 }', '{"id":"-9007199254740993" }'],
    ['[12345678901234567890,1]', '["12345678901234567890",1]'],
    ['{"id":9007199254740991}', '{"id":9007199254740991}'],
    ['{"x":12345678901234567890.5}', '{"x":12345678901234567890.5}'],
    ['{"x":12345678901234567890e3}', '{"x":12345678901234567890e3}'],
    ['{"x":0.12345678901234567890}', '{"x":0.12345678901234567890}'],
    ['{"a\\\\":12345678901234567890}', '{"a\\\\":"12345678901234567890"}'],
    ['{"a":"\\":12345678901234567890"}', '{"a":"\\":12345678901234567890"}'],
    ['{"a":":12345678901234567890,"}', '{"a":":12345678901234567890,"}'],
  ])('turns %s into %s', (json, expected) => {
    expect(quoteLongIntegers(json)).toBe(expected);
  });

  it('keeps every digit and leaves all else as it was', () => {
    const leaf = fc.oneof(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.string(), fc.double(), fc.boolean());
    const values = fc.dictionary(fc.string(), fc.oneof(leaf, fc.array(leaf)));
    const write = (value: unknown): string => {
      if (typeof value === 'bigint') return String(value);
      if (Array.isArray(value)) return `[${value.map(write).join()}]`;
      return JSON.stringify(value) ?? 'null';
    };
    const wanted = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(wanted);
      if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
      // JSON writes these as long integers too, and as such they come back.
      if (typeof value === 'number' && /^-?\d{16,}$/.test(JSON.stringify(value))) {
        return Number.isSafeInteger(value) ? value : JSON.stringify(value);
      }
      return JSON.parse(JSON.stringify(value));
    };
    fc.assert(
      fc.property(values, (object) => {
        const pairs = Object.entries(object);
        const json = `{${pairs.map(([key, value]) => `${JSON.stringify(key)} :${write(value)}`).join(' , ')}}`;
        const read: unknown = JSON.parse(quoteLongIntegers(json));
        expect(Object.entries(read as object)).toEqual(
          Object.entries(Object.fromEntries(pairs.map(([key, value]) => [key, wanted(value)]))),
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('surveyJson', () => {
  it('sees every text in which a number must be quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.bigInt(), fc.string())), (items) => {
        const json = `[${items.map((item) => (typeof item === 'bigint' ? String(item) : JSON.stringify(item))).join()}]`;
        const { hasLongNumber, depth } = surveyJson(Buffer.from(json));
        if (quoteLongIntegers(json) !== json) expect(hasLongNumber).toBe(true);
        expect(depth).toBe(1);
      }),
    );
  });

  it('counts only the nesting outside of texts', () => {
    expect(surveyJson(Buffer.from('{"[[":["{\\"[",{}]}'))).toEqual({ depth: 3, hasLongNumber: false });
    expect(surveyJson(Buffer.from('["1234567890123456"]')).hasLongNumber).toBe(false);
  });
});
