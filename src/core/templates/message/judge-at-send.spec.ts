import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isChangedSince, judgeContentAtSend, judgeStateAtSend } from './judge-at-send.js';
import type { KnownTemplate } from './judge-template-message.js';
import { readTemplateForm } from './template-form.js';

const CHANGED_AT = new Date('2026-11-01T09:00:00Z');
const form = readTemplateForm([{ type: 'BODY', text: 'Hi {{1}}' }], 'POSITIONAL');
const known = (over: Partial<KnownTemplate> = {}): KnownTemplate => {
  const template = { templateId: '1', status: 'APPROVED', category: null, isListed: true };
  return { ...template, form, formChangedAt: CHANGED_AT, ...over };
};
const body = (...values: string[]) => [{ type: 'body', parameters: values.map((text) => ({ type: 'text', text })) }];

describe('when a template message is about to go', () => {
  it.each([
    ['APPROVED', { kind: 'go' }],
    ['FLAGGED', { kind: 'go' }],
    ['SHINY', { kind: 'go' }],
    ['constructor', { kind: 'go' }],
    [null, { kind: 'go' }],
    ['PAUSED', { kind: 'wait', why: expect.stringMatching(/hello is paused .*3 hours, the second 6/) }],
    ['PENDING', { kind: 'wait', why: expect.stringContaining('review') }],
    ['IN_APPEAL', { kind: 'wait', why: expect.stringContaining('appeal') }],
    ['REJECTED', { kind: 'refuse', code: 132001, why: expect.stringContaining('REJECTED') }],
    ['DISABLED', { kind: 'refuse', code: 132016, why: expect.stringContaining('DISABLED') }],
    ['PENDING_DELETION', { kind: 'refuse', code: 132001, why: expect.stringContaining('being deleted') }],
    ['DELETED', { kind: 'refuse', code: 132001, why: expect.stringContaining('was deleted') }],
  ])('a template that is %s is judged by whether that passes', (status, verdict) => {
    expect(judgeStateAtSend('hello', known({ status }))).toEqual(verdict);
  });

  it('lets a template of which nothing is known through', () => {
    expect(judgeStateAtSend('hello', undefined)).toEqual({ kind: 'go' });
  });

  it('looks at the content again of what was accepted before the change or little later, and never without a form', () => {
    const at = (ms: number) => new Date(CHANGED_AT.getTime() + ms);
    expect(isChangedSince(known(), at(-3_600_000))).toBe(true);
    expect(isChangedSince(known(), at(30_000))).toBe(true);
    expect(isChangedSince(known(), at(60_000))).toBe(false);
    expect(isChangedSince(known({ form: null }), at(-3_600_000))).toBe(false);
  });

  it('refuses exactly the messages whose number of parameters is no longer the template’s, naming the place', () => {
    fc.assert(
      fc.property(fc.nat(6), fc.nat(6), (wants, has) => {
        const text = Array.from({ length: wants }, (_, i) => `a {{${i + 1}}}`).join(' ');
        const template = known({ form: readTemplateForm([{ type: 'BODY', text }], 'POSITIONAL') });
        const verdict = judgeContentAtSend('hello', template, body(...Array.from({ length: has }, () => 'x')));
        if (wants === has) expect(verdict).toEqual({ kind: 'go' });
        else {
          const why = expect.stringContaining('/template/components/0/parameters');
          expect(verdict).toEqual({ kind: 'refuse', code: 132012, why });
        }
      }),
    );
  });
});
