import { expect, it } from '@jest/globals';
import { judgeTemplateMessage, type KnownTemplate } from './judge-template-message.js';
import { readTemplateForm } from './template-form.js';

const content = (code = 'en_US') => ({ name: 'hello', language: { code } });

function known(over: Partial<KnownTemplate> = {}): ReadonlyMap<string, KnownTemplate> {
  const template = {
    templateId: '1',
    status: 'APPROVED',
    category: null,
    isListed: true,
    form: null,
    formChangedAt: new Date(0),
  };
  return new Map([['en_US', { ...template, ...over }]]);
}

it.each<[string, ReadonlyMap<string, KnownTemplate> | undefined, boolean, string | null, string | null]>([
  ['lets an unknown template through', undefined, false, null, null],
  ['refuses an unknown template in strict', undefined, true, 'unknown', '/template/name'],
  ['lets an approved template through', known(), false, null, null],
  ['lets a template of unknown state through', known({ status: null }), true, null, null],
  ['lets a state that is new to us through', known({ status: 'SHINY' }), true, null, null],
  ['refuses a paused template', known({ status: 'PAUSED' }), false, 'state', '/template/name'],
  ['refuses a template in review', known({ status: 'PENDING' }), false, 'state', '/template/name'],
])('%s', (_, languages, isStrict, reason, pointer) => {
  const verdict = judgeTemplateMessage(content(), languages, isStrict);
  expect(verdict?.reason ?? null).toBe(reason);
  expect(verdict?.errors[0]?.pointer ?? null).toBe(pointer);
});

it('refuses a language that the template does not have, once Meta’s list was read', () => {
  expect(judgeTemplateMessage(content('de'), known(), false)).toMatchObject({
    reason: 'language',
    errors: [{ pointer: '/template/language/code', detail: expect.stringContaining('en_US') }],
  });
  expect(judgeTemplateMessage(content('de'), known({ isListed: false }), false)).toBeNull();
});

it('names what does not fit, below the template', () => {
  const form = readTemplateForm([{ type: 'BODY', text: 'Hi {{1}}' }], 'POSITIONAL');
  expect(judgeTemplateMessage(content(), known({ form }), false)).toMatchObject({
    reason: 'parameters',
    errors: [{ pointer: '/template/components' }],
  });
});
