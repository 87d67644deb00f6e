import { describe, expect, it } from '@jest/globals';
import { isTransient } from './db.js';

const withCode = (code: unknown): Error => Object.assign(new Error('x'), { code });

describe('a failure of the database', () => {
  it.each(['08006', '57P01', '57P03', '53300', '40001', '40P01', '55P03', '57014', 'ECONNREFUSED', 'ECONNRESET'])(
    'with code %s may pass',
    (code) => {
      expect(isTransient(withCode(code))).toBe(true);
    },
  );

  it.each(['23505', '22P05', '42P01', '57000', '25P02', '', 'EACCES'])('with code %j will not pass', (code) => {
    expect(isTransient(withCode(code))).toBe(false);
  });

  it.each(['Query read timeout', 'Connection terminated unexpectedly', 'timeout exceeded when trying to connect'])(
    'that says %j may pass',
    (text) => {
      expect(isTransient(new Error(text))).toBe(true);
    },
  );

  it.each([[new Error('syntax error')], ['Query read timeout'], [null], [undefined], [{ code: '08006' }]])(
    'is not known from %p',
    (error) => {
      expect(isTransient(error)).toBe(false);
    },
  );
});
