import { describe, expect, it } from '@jest/globals';
import { cutDepth } from './cut-depth.js';

describe('cutDepth', () => {
  it('puts null in the place of what lies deeper than allowed, and keeps the rest', () => {
    const value = { a: { b: { c: 1 }, d: 2 }, e: [[3], 4] };
    expect(cutDepth(value, 2)).toBe(true);
    expect(value).toEqual({ a: { b: null, d: 2 }, e: [null, 4] });
  });

  it('leaves a value alone that is no deeper', () => {
    const value = { a: { b: [1] }, c: 2 };
    expect(cutDepth(value, 3)).toBe(false);
    expect(value).toEqual({ a: { b: [1] }, c: 2 });
    for (const leaf of [1, 'x', null, undefined]) expect(cutDepth(leaf, 1)).toBe(false);
  });

  it('cuts under a key named __proto__ without touching the prototype', () => {
    const value = JSON.parse('{"__proto__":{"polluted":{}}}') as object;
    expect(cutDepth(value, 1)).toBe(true);
    expect(Object.entries(value)).toEqual([['__proto__', null]]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});
