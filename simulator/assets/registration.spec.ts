import { describe, expect, it } from '@jest/globals';
import { newPhoneRecord, type PhoneRecord } from './phone-record.js';
import { deregister, register, requestCode, verifyCode } from './registration.js';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 1);

const aNumber = (change: Partial<PhoneRecord> = {}): PhoneRecord => ({
  ...newPhoneRecord('Shop', START_MS),
  ...change,
});
const pin = (digits: string) => ({ messaging_product: 'whatsapp', pin: digits });
const code = (refusal: { readonly code: number } | undefined) => refusal?.code ?? 'done';

describe('registering a number', () => {
  it('sets the PIN, and later wants the same one', () => {
    const record = aNumber();
    expect(code(register(record, pin('123456'), START_MS))).toBe('done');
    expect(code(register(record, pin('654321'), START_MS + 1))).toBe(133005);
    expect(code(register(record, pin('123456'), START_MS + 2))).toBe('done');
  });

  it.each([['12345'], ['1234567'], ['abcdef'], [123456], [undefined]])('refuses the PIN %j', (digits) => {
    expect(code(register(aNumber(), { messaging_product: 'whatsapp', pin: digits }, START_MS))).toBe(100);
  });

  it('locks for 72 hours when it was registered or deregistered ten times in 72 hours', () => {
    const record = aNumber();
    for (let i = 0; i < 5; i++) {
      expect(code(deregister(record, START_MS + i * HOUR_MS))).toBe('done');
      expect(code(register(record, pin('123456'), START_MS + i * HOUR_MS))).toBe('done');
    }
    const lockedAtMs = START_MS + 5 * HOUR_MS;
    expect(code(deregister(record, lockedAtMs))).toBe(133016);
    expect(code(register(record, pin('123456'), lockedAtMs + 72 * HOUR_MS - 1))).toBe(133016);
    expect(code(register(record, pin('123456'), lockedAtMs + 72 * HOUR_MS))).toBe('done');
  });

  it('stops quick guessing for a minute (133009) and ten wrong PINs for twelve hours (133008)', () => {
    const record = aNumber({ pin: '123456' });
    for (let i = 0; i < 3; i++) expect(code(register(record, pin('000000'), START_MS + i))).toBe(133005);
    expect(code(register(record, pin('123456'), START_MS + 3))).toBe(133009);
    for (let i = 1; i <= 7; i++) expect(code(register(record, pin('000000'), START_MS + i * 60_001))).toBe(133005);
    expect(code(register(record, pin('123456'), START_MS + HOUR_MS))).toBe(133008);
    expect(code(register(record, pin('123456'), START_MS + 13 * HOUR_MS))).toBe('done');
  });

  it('waits five minutes after a deletion and wants a verified number', () => {
    expect(code(register(aNumber({ deletedAtMs: START_MS }), pin('123456'), START_MS + 299_999))).toBe(133015);
    expect(code(register(aNumber({ deletedAtMs: START_MS }), pin('123456'), START_MS + 300_000))).toBe('done');
    expect(code(register(aNumber({ codeVerification: 'NOT_VERIFIED' }), pin('123456'), START_MS))).toBe(133006);
  });

  it('can deregister a registered number only', () => {
    expect(deregister(aNumber({ isRegistered: false }), START_MS)?.body).toMatchObject({
      error: { code: 100, error_subcode: 2207051 },
    });
  });
});

describe('verifying a number', () => {
  const ask = { code_method: 'SMS', language: 'en_US' };
  const unverified = () => aNumber({ codeVerification: 'NOT_VERIFIED' });

  it('takes the code that was sent, within ten minutes, and no other', () => {
    const record = unverified();
    expect(code(requestCode(record, ask, () => '111222', START_MS))).toBe('done');
    expect(code(verifyCode(record, { code: '111223' }, START_MS))).toBe(136025);
    expect(code(verifyCode(record, { code: '111-222' }, START_MS + 600_000))).toBe(136025);
    expect(code(verifyCode(record, { code: '111-222' }, START_MS + 599_999))).toBe('done');
    expect(record.codeVerification).toBe('VERIFIED');
  });

  it('sends five codes an hour, and none to a verified number', () => {
    const record = unverified();
    for (let i = 0; i < 5; i++) expect(code(requestCode(record, ask, () => '111222', START_MS + i))).toBe('done');
    expect(code(requestCode(record, ask, () => '111222', START_MS + 5))).toBe(136024);
    expect(code(requestCode(record, ask, () => '111222', START_MS + HOUR_MS))).toBe('done');
    expect(code(requestCode(aNumber(), ask, () => '111222', START_MS))).toBe(136024);
  });

  it.each([
    [{ code_method: 'FAX', language: 'en_US' }],
    [{ code_method: 'SMS' }],
    [{ code_method: 'SMS', language: 'English' }],
  ])('refuses to send a code for %j', (body) => {
    expect(code(requestCode(unverified(), body, () => '111222', START_MS))).toBe(100);
  });
});
