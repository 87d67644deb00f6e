import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { internationalDigits, isUserId, phoneDigits, waIdOf } from './address.js';

const meant = (written: string, business: string) => internationalDigits(written, phoneDigits(written) ?? '', business);

describe('a phone number without a plus sign', () => {
  it.each([
    ['(650) 555-1234', '15550783881', '16505551234'],
    ['16505551234', '15550783881', '16505551234'],
    ['11 98765-4321', '5511999990000', '5511987654321'],
    ['5511987654321', '5511999990000', '5511987654321'],
    ['98765 43210', '919800000000', '919876543210'],
    ['447911123456', '15550783881', '447911123456'],
  ])('%s of a business at %s is %s', (written, business, digits) => {
    expect(meant(written, business)).toBe(digits);
  });

  it('is taken as it is when the plus sign is there', () => {
    expect(meant('+6505551234', '15550783881')).toBe('6505551234');
  });
});

describe('a WhatsApp id', () => {
  it.each([
    ['5531987654321', '553187654321'],
    ['5511987654321', '5511987654321'],
    ['525512345678', '5215512345678'],
    ['5215512345678', '5215512345678'],
    ['541123456789', '5491123456789'],
    ['5491123456789', '5491123456789'],
    ['16505551234', '16505551234'],
  ])('of %s is %s', (digits, waId) => {
    expect(waIdOf(digits)).toBe(waId);
  });

  it('stays what it is when it is asked for again', () => {
    const digits = fc.stringMatching(/^[1-9][0-9]{6,14}$/);
    fc.assert(fc.property(digits, (number) => waIdOf(waIdOf(number)) === waIdOf(number)));
  });
});

it.each([
  ['US.13491208655302741918', true],
  ['US.ENT.11815799212886844830', true],
  ['us.1', false],
  ['16505551234', false],
])('%s as a user id: %s', (text, is) => {
  expect(isUserId(text)).toBe(is);
});
