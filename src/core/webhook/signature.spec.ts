import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { signBody, verifySignature } from './signature.js';

const SECRET = 'app-secret-of-the-fixture';
const BODY = Buffer.from('{"object":"whatsapp_business_account","entry":[]}');
const GOOD = signBody(BODY, SECRET);
const HEX = GOOD.slice('sha256='.length);

const secrets = fc.string({ minLength: 1 }).filter((secret) => secret.trim() !== '');
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));

describe('verifySignature', () => {
  it('agrees with a signature computed elsewhere', () => {
    // RFC 4231, test case 2.
    const body = Buffer.from('what do ya want for nothing?');
    const known = 'sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    expect(signBody(body, 'Jefe')).toBe(known);
    expect(verifySignature(body, known, ['Jefe'])).toBe(true);
  });

  it('accepts what was signed with any one of the secrets', () => {
    fc.assert(
      fc.property(bytes, secrets, fc.array(fc.string()), fc.array(fc.string()), (body, secret, before, after) => {
        expect(verifySignature(body, signBody(body, secret), [...before, secret, ...after])).toBe(true);
      }),
    );
  });

  it.each([
    ['absent', undefined],
    ['empty', ''],
    ['without a prefix', HEX],
    ['with a prefix alone', 'sha256='],
    ['of the old scheme', `sha1=${HEX.slice(0, 40)}`],
    ['in capitals', `sha256=${HEX.toUpperCase()}`],
    ['with a prefix in capitals', `SHA256=${HEX}`],
    ['one digit short', GOOD.slice(0, -1)],
    ['one digit long', `${GOOD}0`],
    ['with a line feed behind', `${GOOD}\n`],
    ['with a blank in front', ` ${GOOD}`],
    ['given twice', `${GOOD}, ${GOOD}`],
    ['not hexadecimal', `sha256=${'z'.repeat(64)}`],
    ['with full-width digits', `sha256=${'０'.repeat(64)}`],
    ['in base64', `sha256=${Buffer.from(HEX, 'hex').toString('base64')}`],
    ['all zeros', `sha256=${'0'.repeat(64)}`],
  ])('refuses a header that is %s', (_title, header) => {
    expect(verifySignature(BODY, header, [SECRET])).toBe(false);
  });

  it('refuses every header that is not the right one', () => {
    const forged = fc.oneof(
      fc.string(),
      fc.stringMatching(/^sha256=[0-9a-f]{64}$/),
      fc.stringMatching(/^sha256=[0-9a-zA-Z]{60,70}$/),
      fc
        .tuple(fc.nat({ max: GOOD.length - 1 }), fc.string({ minLength: 1, maxLength: 1 }))
        .map(([at, char]) => GOOD.slice(0, at) + char + GOOD.slice(at + 1)),
    );
    fc.assert(
      fc.property(forged, (header) => {
        expect(verifySignature(BODY, header, [SECRET])).toBe(header === GOOD);
      }),
      { numRuns: 10_000 },
    );
  });

  it('refuses a body of which one bit was changed', () => {
    fc.assert(
      fc.property(fc.nat({ max: BODY.length * 8 - 1 }), (bit) => {
        const changed = Buffer.from(BODY);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(verifySignature(changed, GOOD, [SECRET])).toBe(false);
      }),
    );
  });

  it('refuses a signature made with another secret', () => {
    fc.assert(
      fc.property(bytes, secrets, secrets, (body, ours, theirs) => {
        fc.pre(ours !== theirs);
        // HMAC pads keys with zero bytes, so two keys that differ only in those are one.
        fc.pre(ours.replace(/\0+$/, '') !== theirs.replace(/\0+$/, ''));
        expect(verifySignature(body, signBody(body, theirs), [ours])).toBe(false);
      }),
    );
  });

  it('verifies nothing without a secret', () => {
    expect(verifySignature(BODY, GOOD, [])).toBe(false);
  });

  it('never verifies with an empty secret, though anyone can sign with one', async () => {
    const { createHmac } = await import('node:crypto');
    for (const empty of ['', '   ']) {
      const header = `sha256=${createHmac('sha256', empty).update(BODY).digest('hex')}`;
      expect(verifySignature(BODY, header, [empty, SECRET])).toBe(false);
    }
    expect(verifySignature(BODY, GOOD, ['', SECRET])).toBe(true);
  });

  it('never throws, whatever an untyped caller passes', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.array(fc.anything()), (body, header, list) => {
        expect(verifySignature(body as Buffer, header as string, list as string[])).toBe(false);
        expect(verifySignature(body as Buffer, GOOD, [...(list as string[]), SECRET])).toBe(false);
      }),
    );
  });
});

describe('signBody', () => {
  it('refuses to sign with an empty secret', () => {
    expect(() => signBody(BODY, '')).toThrow(RangeError);
  });
});
