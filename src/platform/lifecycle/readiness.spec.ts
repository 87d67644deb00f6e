import { describe, expect, it } from '@jest/globals';
import { Readiness } from './readiness.js';

describe('readiness', () => {
  it('begins when everything is up and ends for good when the end has begun', () => {
    const readiness = new Readiness();
    expect(readiness.current).toBe('starting');
    readiness.markReady();
    expect(readiness.current).toBe('ready');
    readiness.markDraining();
    readiness.markReady();
    expect(readiness.current).toBe('draining');
  });

  it('does not come up when the end begins during the start', () => {
    const readiness = new Readiness();
    readiness.markDraining();
    readiness.markReady();
    expect(readiness.current).toBe('draining');
  });
});
