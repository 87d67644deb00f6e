import { describe, expect, it } from '@jest/globals';
import { findOddShape } from './odd-shape.js';

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

describe('findOddShape', () => {
  it('finds nothing in what messages look like', () => {
    expect(
      findOddShape({ to: '+1', template: { components: [{ parameters: [{ type: 'text', text: 'x' }] }] } }),
    ).toBeNull();
    for (const plain of [null, 5, 'toString', true, [], {}]) expect(findOddShape(plain)).toBeNull();
  });

  it.each(['toString', 'hasOwnProperty', 'constructor', 'valueOf', '__proto__'])(
    'finds a field named %s anywhere',
    (name) => {
      const value: unknown = JSON.parse(`{"a":[{"${name}":1}]}`);
      expect(findOddShape(value)).toEqual({ pointer: `/a/0/${name}`, detail: `property ${name} should not exist` });
    },
  );

  it('allows 32 levels and refuses the 33rd, however deep it goes on', () => {
    expect(findOddShape(nested(32))).toBeNull();
    expect(findOddShape(nested(33))).toMatchObject({ detail: 'values may nest 32 levels at most' });
    expect(findOddShape(nested(100_000))).not.toBeNull();
  });
});
