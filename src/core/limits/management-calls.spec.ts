import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { callsAllowed, countedNode, mayAskOnSchedule } from './management-calls.js';

describe('the calls that Meta allows a WABA per hour', () => {
  it('are more for a WABA with a number that is connected', () => {
    expect(callsAllowed([{ status: 'CONNECTED' }, { status: null }])).toBe(5000);
    for (const status of ['PENDING', 'OFFLINE', null]) expect(callsAllowed([{ status }])).toBe(200);
    expect(callsAllowed([])).toBe(200);
  });

  it('leave people a fifth that no schedule touches', () => {
    fc.assert(
      fc.property(fc.constantFrom(200, 5000), fc.integer({ min: 0, max: 6000 }), (allowed, used) => {
        expect(mayAskOnSchedule({ allowed, used })).toBe(used < 0.8 * allowed);
      }),
    );
  });

  it.each([
    ['GET', '/102290129340398/phone_numbers?fields=id', '102290129340398'],
    ['GET', '/102290129340398/message_templates?limit=100', '102290129340398'],
    ['GET', '/106540352242922?fields=throughput', '106540352242922'],
    ['GET', '/106540352242922', '106540352242922'],
    ['POST', '/102290129340398/message_templates', '102290129340398'],
    ['DELETE', '/102290129340398/message_templates?name=a', '102290129340398'],
    ['POST', '/106540352242922/messages', null],
    ['POST', '/106540352242922/media', null],
    ['GET', '/debug_token', null],
  ])('are spent by %s %s on %s', (method, path, node) => {
    expect(countedNode(method, path)).toBe(node);
  });
});
