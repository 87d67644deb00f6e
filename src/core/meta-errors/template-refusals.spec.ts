import { expect, it } from '@jest/globals';
import { fieldOfTemplateRefusal } from './template-refusals.js';

it.each([
  [2388023, '/name', '30 days'],
  [2388024, '/name', 'language'],
  [2388040, '/components', 'longer'],
  [2388046, '/name', 'lower-case'],
  [2388072, '/components', 'body'],
  [2388019, '', '6,000'],
])('says which field and which rule Meta means by %s', (subcode, pointer, rule) => {
  expect(fieldOfTemplateRefusal(subcode)).toEqual({ pointer, detail: expect.stringContaining(rule) });
});

it.each([null, 1, 2388018])('claims to know nothing of %s', (subcode) => {
  expect(fieldOfTemplateRefusal(subcode)).toBeNull();
});
