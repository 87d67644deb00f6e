import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GatewayError } from '../../core/gateway-error.js';
import { parseIdempotencyKey } from './idempotency-key.js';

describe('an idempotency key', () => {
  it('is absent without the header', () => {
    expect(parseIdempotencyKey(undefined)).toBeNull();
  });

  it.each([
    ['order-1', 'order-1'],
    ['"order-1"', 'order-1'],
    ['  "order-1" ', 'order-1'],
    ['a', 'a'],
    ['!~', '!~'],
    ['k'.repeat(255), 'k'.repeat(255)],
    [`"${'k'.repeat(255)}"`, 'k'.repeat(255)],
  ])('is read from %j', (header, key) => {
    expect(parseIdempotencyKey(header)).toBe(key);
  });

  it.each([
    ['nothing', ''],
    ['blanks', '   '],
    ['an empty quotation', '""'],
    ['a blank within', 'a b'],
    ['256 characters', 'k'.repeat(256)],
    ['256 quoted characters', `"${'k'.repeat(256)}"`],
    ['letters beyond ASCII', 'schlüssel'],
    ['a control character', 'a\u0007'],
    ['a line break within', 'a\nb'],
    ['two headers', ['a', 'b']],
    ['no header of several', []],
  ])('is refused rather than ignored when it is %s', (_, header) => {
    expect(() => parseIdempotencyKey(header)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        errors: [{ pointer: '/Idempotency-Key', detail: expect.any(String) }],
      }),
    );
  });

  it('is printable ASCII without blanks or an error of ours, from any header', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (header) => {
        try {
          expect(parseIdempotencyKey(header)).toMatch(/^[!-~]{1,255}$/);
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
        }
      }),
    );
  });

  it('is the same key quoted and bare', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!#-~]{1,255}$/), (key) => {
        expect(parseIdempotencyKey(`"${key}"`)).toBe(parseIdempotencyKey(key));
      }),
    );
  });
});
