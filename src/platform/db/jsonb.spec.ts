import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findUnstorable } from '../../core/text/well-formed.js';
import { toJsonb } from './jsonb.js';

describe('a value for jsonb', () => {
  it.each([[null], [undefined]])('is null for %p', (value) => {
    expect(toJsonb(value)).toBeNull();
  });

  it('holds nothing that PostgreSQL refuses, and is otherwise what it was', () => {
    const unit = fc.constantFrom('a', '한', '😀', '\\', '"', '\u0000', '\ud800', '\udc00', '\u0007');
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: unit }), (value) => {
        fc.pre(value !== null);
        const stored: unknown = JSON.parse(toJsonb(value) ?? '');
        expect(findUnstorable(stored)).toBeNull();
        if (findUnstorable(value) === null) expect(stored).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('has U+FFFD for each character that cannot be kept, in keys as well', () => {
    expect(toJsonb({ 'k\u0000': ['a\ud800b'] })).toBe('{"k\ufffd":["a\ufffdb"]}');
  });

  it('does not take a written-out escape for the character', () => {
    expect(JSON.parse(toJsonb('\\u0000') ?? '')).toBe('\\u0000');
  });

  it('writes an instant as text even beside what had to be mended', () => {
    expect(toJsonb({ at: new Date(0), text: '\u0000' })).toBe('{"at":"1970-01-01T00:00:00.000Z","text":"\ufffd"}');
  });
});
