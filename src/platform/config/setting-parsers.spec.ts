import { describe, expect, it } from '@jest/globals';
import { commaList, integer, keyRing, optional, secret, text, url, word } from './setting-parsers.js';

const KEY = Buffer.alloc(32, 1);
const OTHER = Buffer.alloc(32, 2);

describe('a whole number', () => {
  it.each([
    ['2', 2],
    ['5', 5],
    ['05', 5],
  ])('is read from %j', (given, value) => {
    expect(integer(2, 5)(given)).toBe(value);
  });

  it.each(['1', '6', '', ' 3', '3.0', '-3', '3e0', '0x3', 'three', '9'.repeat(400), undefined])(
    'is not read from %j',
    (given) => {
      expect(() => integer(2, 5)(given)).toThrow('be a whole number from 2 to 5');
    },
  );
});

describe('a URL', () => {
  it('loses its trailing slashes and nothing else', () => {
    expect(url(['https:'])('https://example.com/base//')).toBe('https://example.com/base');
    expect(url(['postgres:'])('postgres://user:p%40ss@host:5432/db?x=1')).toBe(
      'postgres://user:p%40ss@host:5432/db?x=1',
    );
  });

  it.each(['', 'example.com', 'ftp://example.com', 'https//example.com', undefined])('is not read from %j', (given) => {
    expect(() => url(['https:', 'http:'])(given)).toThrow('be a URL that begins with https:// or http://');
  });
});

describe('a secret', () => {
  it('has its least length', () => {
    expect(secret(4)('four')).toBe('four');
    expect(() => secret(5)('four')).toThrow('have at least 5 characters');
    expect(() => secret(1)(undefined)).toThrow();
  });
});

describe('a word', () => {
  it('is one of the list, letter for letter', () => {
    expect(word(['a', 'b'])('b')).toBe('b');
    for (const given of ['B', 'c', '', undefined]) expect(() => word(['a', 'b'])(given)).toThrow('be one of a, b');
  });
});

describe('a setting that may be absent', () => {
  it('is checked as soon as it is there', () => {
    expect(optional(text())(undefined)).toBeUndefined();
    expect(optional(text())('x')).toBe('x');
    expect(() => optional(text())('')).toThrow('be set');
  });
});

describe('a list', () => {
  it('is split at commas, without blanks and empty parts', () => {
    expect(commaList(' a, b ,,c')).toEqual(['a', 'b', 'c']);
    expect(commaList('')).toEqual([]);
    expect(commaList(undefined)).toEqual([]);
  });
});

describe('a key ring', () => {
  it('keeps the order of its keys, because the first one encrypts', () => {
    expect(keyRing(`new:${OTHER.toString('base64')}, old:${KEY.toString('base64')}`)).toEqual([
      { kid: 'new', key: OTHER },
      { kid: 'old', key: KEY },
    ]);
  });

  it.each([
    ['is empty', ''],
    ['is absent', undefined],
    ['has a key without a name', `:${KEY.toString('base64')}`],
    ['has a key of 31 bytes', `a:${KEY.subarray(1).toString('base64')}`],
    ['has a key of 33 bytes', `a:${Buffer.alloc(33).toString('base64')}`],
    ['has a name without a key', 'a'],
    ['has a name with a point, which ends the name in a ciphertext', `a.b:${KEY.toString('base64')}`],
    ['has a name twice', `a:${KEY.toString('base64')},a:${OTHER.toString('base64')}`],
  ])('is refused when it %s', (_, given) => {
    expect(() => keyRing(given)).toThrow();
  });
});
