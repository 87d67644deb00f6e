import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readAnsweredId, writeAnsweredId } from './answered-id.js';

describe('an id that is answered before Meta gave one', () => {
  it('names its message again, whatever the message', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect(readAnsweredId(writeAnsweredId(id))).toBe(id);
      }),
    );
  });

  it('has the form of a wamid and fits where one fits', () => {
    const id = writeAnsweredId('01890000-0000-7000-8000-000000000000');
    expect(id).toMatch(/^wamid\.[A-Za-z0-9+/]+={0,2}$/);
    expect(id.length).toBeLessThanOrEqual(128);
  });

  it.each([
    'wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA',
    'wamid.SGVsaW9ncmFwaC8x',
    'wamid.SGVsaW9ncmFwaC8xAYkAAAAAcACAAAAAAAAAAA==x',
    '01890000-0000-7000-8000-000000000000',
    '',
  ])('is not seen in %j', (text) => {
    expect(readAnsweredId(text)).toBeNull();
  });

  it('never throws and never sees itself in other text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readAnsweredId(text)).toBeNull();
      }),
    );
  });
});
