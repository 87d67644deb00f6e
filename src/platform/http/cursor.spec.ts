import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readCursor, writeCursor } from './cursor.js';

const EVENT_CURSOR = /^\d{1,20}~\d{1,18}$/;

describe('a cursor', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n - 1n }), fc.nat(), (tx, seq) => {
        const parts = [String(tx), seq];
        expect(readCursor(writeCursor(parts), EVENT_CURSOR, 'after')).toEqual([String(tx), String(seq)]);
      }),
    );
  });

  it('fits into a URL as it is', () => {
    expect(writeCursor(['12345678901234567890', 99])).toMatch(/^[\w-]+$/);
  });

  it.each(['', 'x', 'MTIz', writeCursor(['1', '2', '3']), writeCursor(["1';--", 2]), '12~3', '한'])(
    'of somebody else is refused with its field: %j',
    (text) => {
      expect(() => readCursor(text, EVENT_CURSOR, 'after')).toThrow(
        expect.objectContaining({ code: 'invalid_request', errors: [expect.objectContaining({ pointer: '/after' })] }),
      );
    },
  );
});
