import { expect, it } from '@jest/globals';
import { isSameTemplate } from './same-template.js';

const BODY = { type: 'body', text: 'Hi {{1}}', example: { body_text: [['Ada']] } };
const wanted = { components: [BODY] };

it.each<[string, unknown, boolean]>([
  ['a template with what was wanted', [{ type: 'BODY', text: 'Hi {{1}}' }], true],
  ['a template to which Meta added something', [{ type: 'BODY', text: 'Hi {{1}}', id: '7' }], true],
  ['a template whose components are not known yet', null, true],
  ['a template with another text', [{ type: 'BODY', text: 'Hello {{1}}' }], false],
  ['a template with another kind of component', [{ type: 'FOOTER', text: 'Hi {{1}}' }], false],
  [
    'a template with one component more',
    [
      { type: 'BODY', text: 'Hi {{1}}' },
      { type: 'FOOTER', text: 'x' },
    ],
    false,
  ],
  ['a template with none', [], false],
  ['what is no list', 'x', false],
])('%s is judged by all that was wanted', (_, components, same) => {
  expect(isSameTemplate(wanted, { components })).toBe(same);
});
