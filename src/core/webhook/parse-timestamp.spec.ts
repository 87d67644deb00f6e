import { describe, expect, it } from '@jest/globals';
import { parseTimestamp } from './parse-timestamp.js';

describe('parseTimestamp', () => {
  it.each(['1790000000', 1790000000, '1790000000000', 1790000000000])('reads %p as the same instant', (value) => {
    expect(parseTimestamp(value)).toEqual(new Date(1790000000_000));
  });

  it.each([
    undefined,
    null,
    '',
    '0',
    0,
    -1,
    '-1790000000',
    'yesterday',
    '2026-09-21T00:00:00Z',
    '1790000000.5',
    ' 1790000000',
    '1790000000000000',
    Number.POSITIVE_INFINITY,
    Number.NaN,
    true,
    {},
    ['1790000000'],
  ])('makes no instant of %p', (value) => {
    expect(parseTimestamp(value)).toBeNull();
  });
});
