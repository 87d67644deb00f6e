import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseUsage } from './usage-headers.js';

describe('the usage headers', () => {
  it('tell how full each budget is by its fullest measure, and how long a throttled one stays shut', () => {
    const businessUseCase = JSON.stringify({
      '102290129340398': [
        { type: 'whatsapp', call_count: 100, total_cputime: 1, total_time: 7, estimated_time_to_regain_access: 5 },
        { type: 'whatsapp_business_management', call_count: 1, total_cputime: 40, total_time: 1 },
      ],
    });
    expect(parseUsage(businessUseCase, '{"call_count":28,"total_time":95,"total_cputime":25}')).toEqual([
      { wabaId: '102290129340398', percent: 100, regainInMs: 300_000 },
      { wabaId: '102290129340398', percent: 40, regainInMs: 0 },
      { wabaId: null, percent: 95, regainInMs: 0 },
    ]);
  });

  it('say nothing when they are absent or cannot be read, whatever they hold', () => {
    expect(parseUsage(undefined, undefined)).toEqual([]);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        for (const usage of parseUsage(text, text)) {
          expect(usage.percent).toBeGreaterThanOrEqual(0);
          expect(usage.regainInMs).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
