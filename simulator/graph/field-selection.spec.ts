import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FieldSyntaxError, listArgument, parseFields } from './field-selection.js';

describe('parseFields', () => {
  it('reads the expansions of Meta’s analytics pages', () => {
    const text =
      'analytics.start(1543543200).end(1544148000).granularity(DAY).phone_numbers([]).country_codes(["US", "BR"])';
    expect(parseFields(text)).toEqual([
      {
        name: 'analytics',
        args: {
          start: '1543543200',
          end: '1544148000',
          granularity: 'DAY',
          phone_numbers: '[]',
          country_codes: '["US", "BR"]',
        },
      },
    ]);
  });

  it('reads members below members', () => {
    expect(parseFields('id, phone_numbers.limit(2){id,throughput{level}}')).toEqual([
      { name: 'id', args: {} },
      {
        name: 'phone_numbers',
        args: { limit: '2' },
        fields: [
          { name: 'id', args: {} },
          { name: 'throughput', args: {}, fields: [{ name: 'level', args: {} }] },
        ],
      },
    ]);
  });

  it('keeps parentheses that stand in quotes', () => {
    expect(parseFields('a.b("x)y")')[0]?.args).toEqual({ b: '"x)y"' });
  });

  it.each(['', 'a,', 'a{', 'a{b', 'a.b', 'a.b(', 'a)', 'a b', '{a}'])('refuses %j and says where', (text) => {
    expect(() => parseFields(text)).toThrow(FieldSyntaxError);
    expect(() => parseFields(text)).toThrow(/at character \d+/);
  });

  it('answers or refuses whatever it is given, and never hangs or breaks', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '1', ',', '.', '(', ')', '{', '}', '"', ' ', '[', ']') }),
        (text) => {
          try {
            parseFields(text);
          } catch (error) {
            expect(error).toBeInstanceOf(FieldSyntaxError);
          }
        },
      ),
    );
  });
});

describe('listArgument', () => {
  it.each([
    [undefined, []],
    ['[]', []],
    ['["US","BR"]', ['US', 'BR']],
    ['US,BR', ['US', 'BR']],
    ['[16505550111, 16505550112]', ['16505550111', '16505550112']],
    ['PRICING_CATEGORY', ['PRICING_CATEGORY']],
  ])('reads %j', (text, items) => {
    expect(listArgument(text)).toEqual(items);
  });
});
