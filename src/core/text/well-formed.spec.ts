import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findUnstorable, isStorableText, toStorableText } from './well-formed.js';

const HIGH = '\ud83d';
const LOW = '\ude00';
const anyText = fc.string({
  unit: fc.oneof(fc.constantFrom('\u0000', HIGH, LOW, '한', '😀'), fc.string({ maxLength: 1 })),
});

describe('a text', () => {
  it.each(['', 'plain', '한국어', '😀', `${HIGH}${LOW}`, '\u0001\ufffd\uffff', '\u202e'])(
    'can be stored: %j',
    (text) => {
      expect(isStorableText(text)).toBe(true);
      expect(toStorableText(text)).toBe(text);
    },
  );

  it.each([
    ['\u0000', '\ufffd'],
    ['a\u0000b\u0000', 'a\ufffdb\ufffd'],
    [HIGH, '\ufffd'],
    [`${LOW}${HIGH}`, '\ufffd\ufffd'],
    [`x${HIGH}x`, 'x\ufffdx'],
    [`${HIGH}\u0000${LOW}`, '\ufffd\ufffd\ufffd'],
  ])('cannot be stored and is mended: %j', (text, mended) => {
    expect(isStorableText(text)).toBe(false);
    expect(toStorableText(text)).toBe(mended);
  });

  it('can be stored exactly when it has no U+0000 and survives UTF-8, and always once mended', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const survives = !text.includes('\u0000') && Buffer.from(text).toString() === text;
        expect(isStorableText(text)).toBe(survives);
        expect(isStorableText(toStorableText(text))).toBe(true);
        expect(toStorableText(text)).toHaveLength(text.length);
      }),
    );
  });
});

describe('looking for what cannot be stored', () => {
  it.each([
    ['nothing in a sound value', { a: ['x', 1, null, true, { b: '한' }], c: undefined }, null],
    ['the text itself', '\u0000', ''],
    ['a text in an object', { a: { b: HIGH } }, '/a/b'],
    ['a text in a list', { a: ['ok', '\u0000'] }, '/a/1'],
    ['a key with its pointer escaped', { 'a/b~c': { d: '\u0000' } }, '/a~1b~0c/d'],
    ['a bad key, shown as it can be shown', { a: { [`k${HIGH}`]: 1 } }, '/a/k\ufffd'],
    ['the first of two', { a: '\u0000', b: '\u0000' }, '/a'],
    ['nothing in a number', 5, null],
  ])('finds %s', (_, value, pointer) => {
    expect(findUnstorable(value)).toBe(pointer);
  });

  it('finds something exactly when the JSON text holds it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: fc.constantFrom('a', '\u0000', HIGH, LOW, '/') }), (value) => {
        // JSON.stringify escapes both kinds, and nothing else here.
        expect(findUnstorable(value) === null).toBe(!/\\u(0000|d[89a-f]..)/.test(JSON.stringify(value)));
      }),
    );
  });
});
