import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chooseSender, isHealthy, type PoolMember } from './choose-sender.js';

const anyMember: fc.Arbitrary<PoolMember> = fc.record({
  phoneNumberId: fc.integer({ min: 1, max: 99 }).map(String),
  throughputMps: fc.constantFrom(20, 80, 1000),
  qualityRating: fc.constantFrom('GREEN', 'YELLOW', 'RED', 'UNKNOWN', null),
  status: fc.constantFrom('CONNECTED', 'BANNED', 'PENDING', null),
  isStopped: fc.boolean(),
  isLost: fc.boolean(),
});
const anyPool = fc.uniqueArray(anyMember, { minLength: 1, maxLength: 8, selector: (m) => m.phoneNumberId });
const anyPerson = fc.integer({ min: 1 }).map((n) => `+1650${n}`);

const aMember = (phoneNumberId: string, over: Partial<PoolMember> = {}): PoolMember => ({
  phoneNumberId,
  throughputMps: 80,
  qualityRating: 'GREEN',
  status: 'CONNECTED',
  isStopped: false,
  isLost: false,
  ...over,
});
const PEOPLE = Array.from({ length: 4000 }, (_, i) => `+1650555${i}`);
const shareOf = (id: string, members: readonly PoolMember[]) =>
  PEOPLE.filter((person) => chooseSender(person, members, null) === id).length / PEOPLE.length;

describe('the number that a person hears from', () => {
  it('is the same whoever asks, in whatever order the numbers are', () => {
    fc.assert(
      fc.property(anyPerson, anyPool, (person, pool) => {
        expect(chooseSender(person, [...pool].reverse(), null)).toBe(chooseSender(person, pool, null));
      }),
    );
  });

  it('can send whenever any of the pool can, unless the one that they know will soon', () => {
    fc.assert(
      fc.property(anyPerson, anyPool, fc.option(fc.integer({ min: 1, max: 99 }).map(String)), (person, pool, known) => {
        const chosen = pool.find((m) => m.phoneNumberId === chooseSender(person, pool, known));
        expect(chosen).toBeDefined();
        const waits = chosen?.phoneNumberId === known && chosen?.isLost === false;
        if (pool.some(isHealthy) && !waits) expect(isHealthy(chosen as PoolMember)).toBe(true);
      }),
    );
  });

  it('is the one that they know through a stop that is soon over, and another when it is lost', () => {
    const [other, own] = [aMember('1'), aMember('2', { isStopped: true })];
    expect(chooseSender('+1', [other, own], '2')).toBe('2');
    expect(chooseSender('+1', [other, { ...own, isLost: true }], '2')).toBe('1');
    expect(chooseSender('+1', [other, own], null)).toBe('1');
  });

  it('is the one that they know while it can send', () => {
    fc.assert(
      fc.property(anyPerson, anyPool, fc.nat(), (person, pool, n) => {
        const { phoneNumberId } = pool[n % pool.length] as PoolMember;
        const healthy = pool.map((m) => (m.phoneNumberId === phoneNumberId ? aMember(phoneNumberId) : m));
        expect(chooseSender(person, healthy, phoneNumberId)).toBe(phoneNumberId);
      }),
    );
  });

  it('changes only for the people of a number that left', () => {
    fc.assert(
      fc.property(anyPerson, fc.uniqueArray(fc.nat(99).map(String), { minLength: 2, maxLength: 8 }), (person, ids) => {
        const before = chooseSender(
          person,
          ids.map((id) => aMember(id)),
          null,
        );
        const [gone, ...others] = ids;
        const after = chooseSender(
          person,
          others.map((id) => aMember(id)),
          null,
        );
        if (before !== gone) expect(after).toBe(before);
      }),
    );
  });

  it('follows level and quality: red gets least, and ten times the level ten times the people', () => {
    const rated = [aMember('1'), aMember('2', { qualityRating: 'YELLOW' }), aMember('3', { qualityRating: 'RED' })];
    expect(shareOf('1', rated)).toBeCloseTo(1 / 1.6, 1);
    expect(shareOf('2', rated)).toBeCloseTo(0.5 / 1.6, 1);
    expect(shareOf('3', rated)).toBeCloseTo(0.1 / 1.6, 1);
    const levels = [aMember('1', { throughputMps: 1000 }), aMember('2', { throughputMps: 100 })];
    expect(shareOf('1', levels)).toBeCloseTo(10 / 11, 1);
  });

  it('is none where there is no number', () => {
    expect(chooseSender('+1', [], null)).toBeNull();
  });
});
