import { describe, expect, it } from '@jest/globals';
import { throughputMps } from './throughput-level.js';

describe('the throughput of a number', () => {
  it.each([
    ['STANDARD', 80],
    ['HIGH', 1000],
    ['NOT_APPLICABLE', 80],
    [null, 80],
    ['', 80],
    ['SOMETHING_NEW', 80],
    ['high', 80],
    ['constructor', 80],
    ['toString', 80],
  ])('is for level %p %i messages a second', (level, mps) => {
    expect(throughputMps({ level, isOnBizApp: false })).toBe(mps);
  });

  it.each(['STANDARD', 'HIGH', null])('is 20 at level %p as long as the number is in the Business app too', (level) => {
    expect(throughputMps({ level, isOnBizApp: true })).toBe(20);
  });
});
