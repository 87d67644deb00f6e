import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isBsuid, parsePhone } from './recipient.js';

const digits = (least: number, most: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: least, maxLength: most });
const number = fc.tuple(fc.constantFrom(...'123456789'), digits(7, 14)).map(([first, rest]) => `+${first}${rest}`);

describe('a phone number', () => {
  it.each([
    ['+16505551234', '+16505551234'],
    ['+1 (650) 555-1234', '+16505551234'],
    ['+55.11.91234.5678', '+5511912345678'],
    ['+82\u00a010 1234 5678', '+821012345678'],
    ['+12345678', '+12345678'],
    ['+123456789012345', '+123456789012345'],
  ])('is read from %j', (text, e164) => {
    expect(parsePhone(text)).toBe(e164);
  });

  it.each([
    ['a national number', '650 555 1234'],
    ['a number without its plus', '16505551234'],
    ['a prefix in place of the plus', '0016505551234'],
    ['a country code that begins with 0', '+0123456789'],
    ['7 digits', '+1234567'],
    ['16 digits', '+1234567890123456'],
    ['letters', '+1650555CALL'],
    ['digits of another script', '+١٢٣٤٥٦٧٨٩'],
    ['a plus in the middle', '+1650+5551234'],
    ['two numbers', '+16505551234,+16505551235'],
    ['an extension', '+16505551234x5'],
    ['more than 32 characters', `+16505551234${' '.repeat(21)}`],
    ['nothing', ''],
    ['a lone plus', '+'],
  ])('is not read from %s', (_, text) => {
    expect(parsePhone(text)).toBeNull();
  });

  it('comes out as it went in, whatever people put between its digits', () => {
    fc.assert(
      fc.property(
        number,
        fc.array(fc.constantFrom('', '', '', ' ', '-', '.', '(', ')'), { maxLength: 16 }),
        (e164, marks) => {
          const text = [...e164].map((digit, i) => `${digit}${marks[i] ?? ''}`).join('');
          expect(parsePhone(text)).toBe(e164);
        },
      ),
    );
  });

  it('is E.164 or nothing, from any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'+0123456789 ()') })), (text) => {
        expect(parsePhone(text) ?? '+12345678').toMatch(/^\+[1-9]\d{7,14}$/);
      }),
    );
  });
});

describe('a business-scoped user id', () => {
  it.each(['US.13491208655302741918', 'BR.ENT.abcDEF123', 'DE.1', `US.${'a'.repeat(128)}`])('is %s', (text) => {
    expect(isBsuid(text)).toBe(true);
  });

  it.each(['', 'US', 'US.', 'us.123', 'USA.123', 'US.ENT.', 'US.12-3', 'US.123\n', ' US.123', `US.${'a'.repeat(129)}`])(
    'is not %j',
    (text) => {
      expect(isBsuid(text)).toBe(false);
    },
  );
});
