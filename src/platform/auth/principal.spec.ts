import { describe, expect, it } from '@jest/globals';
import { bearerOf, hasScope, type Principal } from './principal.js';

const tenant = (...scopes: string[]): Principal => ({
  kind: 'tenant',
  portfolioId: 'p',
  keyId: 'k',
  scopes: new Set(scopes),
});

describe('a bearer key', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER   abc', 'abc'],
    [`Bearer ${'k'.repeat(512)}`, 'k'.repeat(512)],
    ['Bearer a=b!~', 'a=b!~'],
  ])('is read from %j', (header, key) => {
    expect(bearerOf(header)).toBe(key);
  });

  it.each([
    [undefined],
    [''],
    ['abc'],
    ['Bearer'],
    ['Bearer '],
    ['Bearerabc'],
    ['Basic abc'],
    ['Bearer a b'],
    ['Bearer abc '],
    ['Bearer abc\n'],
    [' Bearer abc'],
    ['Bearer\tabc'],
    ['Bearer schlüssel'],
    ['Bearer a, Bearer b'],
    [`Bearer ${'k'.repeat(513)}`],
  ])('is not read from %j', (header) => {
    expect(bearerOf(header)).toBeNull();
  });
});

describe('a scope', () => {
  it.each([
    [['messages:write'], true],
    [['messages:*'], true],
    [['*'], true],
    [['other', 'messages:write'], true],
    [[], false],
    [['messages:read'], false],
    [['messages'], false],
    [['messages:writ'], false],
    [['messages:write:all'], false],
    [['events:*'], false],
    [['*:write'], false],
    [['*:*'], false],
    [['Messages:Write'], false],
  ])('of %j opens messages:write: %p', (scopes, opens) => {
    expect(hasScope(tenant(...scopes), 'messages:write')).toBe(opens);
  });

  it('is not needed by the operator', () => {
    expect(hasScope({ kind: 'operator' }, 'messages:write')).toBe(true);
  });
});
