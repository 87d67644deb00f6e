import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InboundReserve } from './inbound-reserve.js';

describe('the reserve for what people write', () => {
  it('is nothing while nobody writes', () => {
    expect(new InboundReserve().reserveMps(1000)).toBe(0);
  });

  it('is the fullest second of the last minute and a little more', () => {
    const reserve = new InboundReserve();
    reserve.learn(1000, 100);
    reserve.learn(1001, 225);
    reserve.learn(1002, 81);
    expect(reserve.reserveMps(1003)).toBe(225 + 5);
  });

  it('forgets a rush after a minute', () => {
    const reserve = new InboundReserve();
    reserve.learn(1000, 100);
    reserve.learn(1058, 1);
    expect(reserve.reserveMps(1060)).toBe(104);
    expect(reserve.reserveMps(1061)).toBe(2);
  });

  it('takes nothing on from webhooks of another day', () => {
    const reserve = new InboundReserve();
    reserve.learn(90, 500);
    reserve.learn(9000, 500);
    expect(reserve.reserveMps(1000)).toBe(0);
  });

  it('never keeps less than any second of the memory held, however often and in whatever order it is told', () => {
    const told = fc.array(fc.record({ second: fc.integer({ min: 940, max: 1000 }), count: fc.nat(300) }));
    fc.assert(
      fc.property(told, (seconds) => {
        const reserve = new InboundReserve();
        for (const { second, count } of seconds) reserve.learn(second, count);
        const fullest = Math.max(0, ...seconds.map((s) => s.count));
        const kept = reserve.reserveMps(1000);
        expect(kept).toBeGreaterThanOrEqual(fullest);
        expect(kept).toBeLessThanOrEqual(fullest + Math.sqrt(fullest) / 3 + 1);
      }),
    );
  });
});
