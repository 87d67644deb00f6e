import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KeyRing } from './key-ring.js';

const OLD = { kid: 'old', key: Buffer.alloc(32, 1) };
const NEW = { kid: 'new', key: Buffer.alloc(32, 2) };
const PLACE = 'wabas/17/access_token';

const ring = new KeyRing([NEW, OLD]);

/** The text form with one of its four parts changed. */
function withPart(sealed: string, index: number, change: (part: string) => string): string {
  return sealed
    .split('.')
    .map((part, i) => (i === index ? change(part) : part))
    .join('.');
}

describe('a sealed secret', () => {
  it('opens at its place as it was, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (plain, place) => {
        expect(ring.open(ring.seal(plain, place), place)).toBe(plain);
      }),
    );
  });

  it('never looks the same twice, and never shows what it holds', () => {
    const [a, b] = [ring.seal('CANARY', PLACE), ring.seal('CANARY', PLACE)];
    expect(a).not.toBe(b);
    expect(a).toMatch(/^new\.[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(a).not.toContain(Buffer.from('CANARY').toString('base64url'));
  });

  it('does not open at another place', () => {
    const sealed = ring.seal('secret', PLACE);
    expect(() => ring.open(sealed, 'wabas/18/access_token')).toThrow('wabas/18/access_token cannot be decrypted');
  });

  it('does not open with a bit changed in its nonce, tag or body', () => {
    const sealed = ring.seal('a secret of some length', PLACE);
    for (const index of [1, 2, 3]) {
      const bytes = Buffer.from(sealed.split('.')[index] ?? '', 'base64url');
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const changed = Buffer.from(bytes);
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        const text = withPart(sealed, index, () => changed.toString('base64url'));
        expect(() => ring.open(text, PLACE)).toThrow();
      }
    }
  });

  it.each([15, 13, 12, 8, 4, 0])(
    'does not open with only %i bytes of its tag, which would be easier to guess',
    (bytes) => {
      const sealed = ring.seal('secret', PLACE);
      const cut = withPart(sealed, 2, (tag) => Buffer.from(tag, 'base64url').subarray(0, bytes).toString('base64url'));
      expect(() => ring.open(cut, PLACE)).toThrow();
    },
  );

  it.each([0, 1, 2, 3])('does not open without part %i', (index) => {
    expect(() =>
      ring.open(
        withPart(ring.seal('secret', PLACE), index, () => ''),
        PLACE,
      ),
    ).toThrow();
  });

  it('does not open under the name of another key', () => {
    expect(() =>
      ring.open(
        withPart(ring.seal('secret', PLACE), 0, () => 'old'),
        PLACE,
      ),
    ).toThrow();
  });

  it('does not show itself in the error', () => {
    const sealed = ring.seal('secret', PLACE);
    const moved = () => ring.open(sealed, 'elsewhere');
    expect(moved).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(sealed.split('.')[3] ?? '') }),
    );
  });
});

describe('a rotation', () => {
  it('opens what the old key sealed and seals with the new one', () => {
    const before = new KeyRing([OLD]);
    const sealed = before.seal('secret', PLACE);
    expect(ring.open(sealed, PLACE)).toBe('secret');
    expect(ring.seal('secret', PLACE).startsWith('new.')).toBe(true);
    expect(() => before.open(ring.seal('secret', PLACE), PLACE)).toThrow('ENCRYPTION_KEYS has no key "new"');
  });

  it('keeps the keys of callback tokens, the new one first', () => {
    expect(ring.tokenKeys).toEqual([...new KeyRing([NEW]).tokenKeys, ...new KeyRing([OLD]).tokenKeys]);
  });
});

describe('a key ring', () => {
  it('never signs tokens with the very key that encrypts', () => {
    expect(ring.tokenKeys.map((key) => key.length)).toEqual([32, 32]);
    for (const [i, { key }] of [NEW, OLD].entries()) expect(ring.tokenKeys[i]?.equals(key)).toBe(false);
  });

  it('holds at least one key', () => {
    expect(() => new KeyRing([])).toThrow('at least one key');
  });
});
