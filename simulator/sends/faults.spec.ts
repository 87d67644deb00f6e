import { describe, expect, it } from '@jest/globals';
import { readFaults } from '../scenario/scenario.js';
import { FAULT_PRESETS, FAULTS, FaultDealer, type FaultName } from './faults.js';

const deal = (dealer: FaultDealer, sends: number) =>
  Array.from({ length: sends }, (_, i) => dealer.draw('15550001', `m${i}`));

describe('faults', () => {
  it('are the same for the same seed and order, and others for another seed', () => {
    const once = deal(new FaultDealer(7, FAULT_PRESETS.nasty), 2000);
    expect(deal(new FaultDealer(7, FAULT_PRESETS.nasty), 2000)).toEqual(once);
    expect(deal(new FaultDealer(8, FAULT_PRESETS.nasty), 2000)).not.toEqual(once);
  });

  it('come about as often as asked', () => {
    const lost = deal(new FaultDealer(1, readFaults({ lost_response: 0.1 })), 10_000).filter(({ fault }) => fault);
    expect(lost.length).toBeGreaterThan(900);
    expect(lost.length).toBeLessThan(1100);
  });

  it('are accepted sends wherever a preset leaves the client in doubt', () => {
    const clear: FaultName[] = ['throttle'];
    for (const preset of Object.values(FAULT_PRESETS)) {
      const doubtful = (Object.keys(preset.sends) as FaultName[]).filter((name) => !clear.includes(name));
      expect(doubtful.filter((name) => !FAULTS[name].accepts)).toEqual([]);
    }
  });

  it('follow a list by recipient step by step and leave the chances of others alone', () => {
    const plain = new FaultDealer(3, FAULT_PRESETS.nasty);
    const listed = new FaultDealer(
      3,
      readFaults({ preset: 'nasty', by_recipient: { '+1 555 0002': ['lost_response', 'ok', '131056'] } }),
    );
    const steps = [1, 2, 3].map(() => listed.draw('15550002', null));
    expect(steps.map(({ fault, code }) => fault ?? code)).toEqual(['lost_response', undefined, 131056]);
    deal(plain, 3);
    expect(deal(listed, 500)).toEqual(deal(plain, 500));
  });

  it('spare repeated attempts when only the first is to fail', () => {
    const dealer = new FaultDealer(1, readFaults({ lost_response: 1, only_first_attempt: true }));
    const faults = ['a', 'a', 'b'].map((data) => dealer.draw('15550001', data).fault);
    expect(faults).toEqual(['lost_response', undefined, 'lost_response']);
  });

  it('are refused with every mistake named', () => {
    expect(() => readFaults({ lost: 1, slow: 2, by_recipient: { '+1': ['nope'] } })).toThrow(
      /faults\.lost.*\n.*slow.*\n.*nope/s,
    );
    expect(() => readFaults({ slow: 0.6, throttle: 0.6 })).toThrow(/more than 1/);
  });
});
