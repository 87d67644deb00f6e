import { describe, expect, it } from '@jest/globals';
import { saysWhen } from './says-when.js';

describe('a value that says when it happened', () => {
  it.each([
    ['at its top', { timestamp: '1772359200' }],
    ['in a list', { groups: [{ type: 'group_suspend' }, { timestamp: 1772359200 }] }],
    ['deep inside', { state_sync: [{ contact: {}, metadata: { timestamp: '1772359200' } }] }],
  ])('has a readable timestamp %s', (_, value) => {
    expect(saysWhen(value)).toBe(true);
  });

  it.each([
    ['nothing', null],
    ['text', 'timestamp'],
    ['other keys', { time: '1772359200', groups: [{ event: 'timestamp' }] }],
    ['a timestamp that is none', { groups: [{ timestamp: 'TIMESTAMP' }] }],
  ])('is not %s', (_, value) => {
    expect(saysWhen(value)).toBe(false);
  });
});
