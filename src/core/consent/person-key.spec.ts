import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { personKey } from './person-key.js';

describe('the name under which a person is remembered', () => {
  it.each([
    ['+16505551234', '16505551234'],
    ['+5511987654321', '551187654321'],
    ['+5215512345678', '525512345678'],
    ['+5491123456789', '541123456789'],
    ['US.13491208655302741918', 'US.13491208655302741918'],
  ])('is the same for %s and %s', (a, b) => {
    expect(personKey(a)).toBe(personKey(b));
  });

  it.each([
    ['+16505551234', '+16505551235'],
    // A Brazilian landline is nobody's mobile number.
    ['+551123456789', '+5511923456789'],
    ['US.1', 'BR.1'],
  ])('differs between %s and %s', (a, b) => {
    expect(personKey(a)).not.toBe(personKey(b));
  });

  it('is its own name', () => {
    const id = fc.oneof(
      fc.stringMatching(/^\+?(55|52|54|1)\d{9,12}$/),
      fc.stringMatching(/^[A-Z]{2}\.[A-Za-z0-9]{1,20}$/),
    );
    fc.assert(fc.property(id, (text) => expect(personKey(personKey(text))).toBe(personKey(text))));
  });
});
