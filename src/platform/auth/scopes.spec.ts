import { describe, expect, it } from '@jest/globals';
import { opensAnything, SCOPES } from './scopes.js';

describe('the scopes of an API key', () => {
  it.each([...SCOPES, '*', 'messages:*', 'rate_limits:*'])('%s opens something', (scope) => {
    expect(opensAnything(scope)).toBe(true);
  });

  it.each(['', 'mesages:write', 'messages', 'messages:send', 'messages:write ', '*:*', ':*'])(
    '%j opens nothing',
    (scope) => {
      expect(opensAnything(scope)).toBe(false);
    },
  );
});
