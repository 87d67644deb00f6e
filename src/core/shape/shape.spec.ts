import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { distinct, list } from './list-shape.js';
import { anyObject, exactlyOne, needs, object, variant } from './object-shape.js';
import { faultsOf, nullable, optional, type Shape } from './shape.js';
import { oneOf, text, webAddress } from './text-shape.js';
import { anything, decimal, flag, integer } from './value-shapes.js';

const pointers = (shape: Shape, value: unknown) => faultsOf(shape, value).map((fault) => fault.pointer);
const isGood = (shape: Shape, value: unknown) => faultsOf(shape, value).length === 0;

describe('a text', () => {
  it('is counted in characters, not in code units', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (value) => {
        const count = [...value].length;
        expect(isGood(text({ min: 3, max: 6 }), value)).toBe(count >= 3 && count <= 6);
      }),
    );
  });

  it.each([
    [text(), '', false],
    [text({ min: 0 }), '', true],
    [text(), 1, false],
    [text(), null, false],
    [text({ pattern: /^a/, rule: 'must begin with a' }), 'b', false],
    [oneOf(['a', 'b']), 'b', true],
    [oneOf(['a', 'b']), 'B', false],
    [oneOf(['a', 'b'], { anyCase: true }), 'B', true],
    [oneOf(['a']), 'constructor', false],
    [webAddress(99), 'https://example.com/a?b=ü', true],
    [webAddress(99), 'HTTP://example.com', true],
    [webAddress(99), 'https://', false],
    [webAddress(99), 'https://a b', false],
    [webAddress(99), 'javascript:alert(1)', false],
    [webAddress(99, 'https'), 'http://example.com', false],
  ])('of case %# is judged', (shape, value, good) => {
    expect(isGood(shape, value)).toBe(good);
  });
});

describe('a value', () => {
  it.each([
    [flag(), false, true],
    [flag(), 0, false],
    [integer({ min: 0, max: 9 }), 9, true],
    [integer({ min: 0, max: 9 }), 10, false],
    [integer({ min: 0, max: 9 }), 0.5, false],
    [integer({ min: 0, max: 9 }), '0', false],
    [integer({ min: 0, max: 9, orText: true }), '0', true],
    [integer({ min: 0, max: 9, orText: true }), ' 0', false],
    [integer({ min: 0, max: 9, orText: true }), '', false],
    [integer({ min: 0, max: 9, orText: true }), '0x1', false],
    [decimal({ min: -1, max: 1 }), -0.5, true],
    [decimal({ min: -1, max: 1, orText: true }), '-0.5', true],
    [decimal({ min: -1, max: 1 }), Number.NaN, false],
    [anything(), undefined, true],
    [anyObject(), {}, true],
    [anyObject(), [], false],
    [optional(text()), null, false],
    [nullable(text()), null, true],
  ])('of case %# is judged', (shape, value, good) => {
    expect(isGood(shape, value)).toBe(good);
  });
});

describe('an object', () => {
  const shape = object({ a: text(), b: optional(integer({ min: 1, max: 2 })) }, { rules: [needs('b', 'c')] });

  it('names what is missing, wrong and unknown, all at once', () => {
    expect(pointers(shape, { b: 3, 'x/y~': 1 })).toEqual(['/b', '/x~1y~0', '/a', '/c']);
    expect(pointers(shape, 5)).toEqual(['']);
    expect(pointers(shape, [])).toEqual(['']);
  });

  it('takes undefined for absent', () => {
    expect(pointers(shape, { a: 'x', b: undefined, z: undefined })).toEqual([]);
  });

  it('that stands for a request names its fields even when it is none', () => {
    expect(pointers(object({ a: text() }, { isRequest: true }), 'x')).toEqual(['/a']);
  });

  it('has exactly one of two fields where it must', () => {
    const one = object({ a: optional(text()), b: optional(text()) }, { rules: [exactlyOne('a', 'b')] });
    expect(pointers(one, {})).toEqual(['/a']);
    expect(pointers(one, { b: 'x' })).toEqual([]);
    expect(pointers(one, { a: 'x', b: 'x' })).toEqual(['/b']);
  });

  it('follows the word in its tag, in any case when it may', () => {
    const shapes = { a: object({ type: oneOf(['a'], { anyCase: true }), x: text() }) };
    expect(pointers(variant('type', shapes), { type: 'a' })).toEqual(['/x']);
    expect(pointers(variant('type', shapes), { type: 'A', x: 'y' })).toEqual(['/type']);
    expect(pointers(variant('type', shapes, { anyCase: true }), { type: 'A', x: 'y' })).toEqual([]);
    expect(pointers(variant('type', shapes), { type: 'toString' })).toEqual(['/type']);
    expect(pointers(variant('type', shapes), {})).toEqual(['/type']);
  });
});

describe('a list', () => {
  const shape = list(object({ id: text() }), { min: 1, max: 3, rules: [distinct('id')] });

  it('has its bounds, its items and its order of faults', () => {
    expect(pointers(shape, [])).toEqual(['']);
    expect(pointers(shape, [{}, {}, {}, {}])).toEqual(['']);
    expect(pointers(shape, {})).toEqual(['']);
    expect(pointers(shape, [{ id: 'a' }, { id: 'b' }, { id: 'a' }])).toEqual(['/2/id']);
    expect(pointers(shape, [null, {}, { id: '' }])).toEqual(['/0', '/1/id', '/2/id']);
  });

  it('is called by its name and the place in it', () => {
    const detail = (value: unknown) => faultsOf(object({ rows: list(text(), { min: 1, max: 2 }) }), value)[0]?.detail;
    expect(detail({ rows: ['a', ''] })).toBe('rows[1] must not be empty');
    expect(detail({ rows: [] })).toBe('rows must have 1 to 2 items');
    expect(detail({})).toBe('rows must be given');
  });
});
