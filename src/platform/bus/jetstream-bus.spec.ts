import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeHeaderValue } from './jetstream-bus.js';

describe('a header value on the bus', () => {
  it.each([
    ['io.heliograph.message.sent.v1', 'io.heliograph.message.sent.v1'],
    ['/heliograph/portfolios/1~!#$&', '/heliograph/portfolios/1~!#$&'],
    ['한', '%ED%95%9C'],
    ['Euro € 😀', 'Euro%20%E2%82%AC%20%F0%9F%98%80'],
    ['"100%"', '%22100%25%22'],
    ['a\r\nb: c', 'a%0D%0Ab:%20c'],
    ['\u0000\u007f', '%00%7F'],
    ['\ud800', '%EF%BF%BD'],
    ['', ''],
  ])('of %j is %j', (value, encoded) => {
    expect(encodeHeaderValue(value)).toBe(encoded);
  });

  it('is printable ASCII without blank and quote, and comes back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const encoded = encodeHeaderValue(value);
        expect(encoded).toMatch(/^[!#-~]*$/);
        expect(decodeURIComponent(encoded)).toBe(value.toWellFormed());
      }),
    );
  });
});
