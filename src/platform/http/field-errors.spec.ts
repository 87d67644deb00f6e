import { describe, expect, it } from '@jest/globals';
import type { ValidationError } from 'class-validator';
import { fieldErrors } from './field-errors.js';

describe('field errors', () => {
  it('name each broken rule with a pointer to its field, however deep', () => {
    const errors: ValidationError[] = [
      { property: 'to', constraints: { a: 'to is wrong', b: 'to is too long' } },
      {
        property: 'template',
        children: [
          {
            property: 'components',
            constraints: { c: 'too many' },
            children: [{ property: '1', children: [{ property: 'type', constraints: { d: 'unknown' } }] }],
          },
        ],
      },
    ];
    expect(fieldErrors(errors)).toEqual([
      { pointer: '/to', detail: 'to is wrong' },
      { pointer: '/to', detail: 'to is too long' },
      { pointer: '/template/components', detail: 'too many' },
      { pointer: '/template/components/1/type', detail: 'unknown' },
    ]);
  });

  it('escape what would break a pointer', () => {
    expect(fieldErrors([{ property: 'a/b~c', constraints: { x: 'no' } }])).toEqual([
      { pointer: '/a~1b~0c', detail: 'no' },
    ]);
  });

  it('are none for nothing', () => {
    expect(fieldErrors([])).toEqual([]);
    expect(fieldErrors([{ property: 'a' }])).toEqual([]);
  });
});
