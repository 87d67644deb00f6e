import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkTemplateMessage } from './check-template-message.js';
import { renderTemplate } from './render-template.js';
import { readTemplateForm } from './template-form.js';

const words = (...values: string[]) => values.map((text) => ({ type: 'text', text }));

describe('a rendered template', () => {
  it('reads as the person would see it', () => {
    const components = [
      { type: 'HEADER', format: 'TEXT', text: 'Order {{1}}' },
      { type: 'BODY', text: 'Hi {{2}}, it comes {{1}}. Yes, {{1}}.' },
      { type: 'FOOTER', text: 'Lucky Shrub' },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'URL', text: 'Track', url: 'https://example.com/{{1}}' },
          { type: 'PHONE_NUMBER', text: 'Call', phone_number: '+16505550100' },
          { type: 'COPY_CODE' },
        ],
      },
    ];
    const given = [
      { type: 'header', parameters: words('42') },
      { type: 'body', parameters: [{ type: 'date_time', date_time: { fallback_value: 'today' } }, ...words('Ada')] },
      { type: 'button', sub_type: 'url', index: '0', parameters: words('abc') },
      { type: 'button', sub_type: 'copy_code', index: 2, parameters: [{ type: 'coupon_code', coupon_code: 'X1' }] },
    ];
    expect(renderTemplate(components, 'POSITIONAL', given)).toEqual({
      header: { format: 'text', text: 'Order 42' },
      body: 'Hi Ada, it comes today. Yes, today.',
      footer: 'Lucky Shrub',
      buttons: [
        { type: 'URL', text: 'Track', value: 'https://example.com/abc' },
        { type: 'PHONE_NUMBER', text: 'Call', value: '+16505550100' },
        { type: 'COPY_CODE', text: null, value: 'X1' },
      ],
      cards: [],
      missing: [],
      superfluous: [],
    });
  });

  it('takes values by name, and says which names are missing and which are not wanted', () => {
    const given = [
      {
        type: 'body',
        parameters: [
          { type: 'text', parameter_name: 'who', text: 'Ada' },
          { type: 'text', parameter_name: 'colour', text: 'red' },
        ],
      },
    ];
    const rendered = renderTemplate([{ type: 'BODY', text: 'Hi {{who}}, {{what}} is here' }], 'NAMED', given);
    expect(rendered).toMatchObject({
      body: 'Hi Ada, {{what}} is here',
      missing: [{ pointer: '/components/0/text', name: 'what' }],
      superfluous: [{ pointer: '/components/0/parameters/1', name: 'colour' }],
    });
  });

  it('has its cards, each with its own values, and misses files that it must be given', () => {
    const card = (text: string) => ({
      components: [
        { type: 'HEADER', format: 'IMAGE' },
        { type: 'BODY', text },
      ],
    });
    const given = [
      {
        type: 'carousel',
        cards: [
          { card_index: 1, components: [{ type: 'body', parameters: words('two') }] },
          { card_index: 2, components: [] },
        ],
      },
    ];
    const components = [
      { type: 'BODY', text: 'Look' },
      { type: 'CAROUSEL', cards: [card('one'), card('{{1}}')] },
    ];
    const rendered = renderTemplate(components, 'POSITIONAL', given);
    expect(rendered.cards.map(({ body }) => body)).toEqual(['one', 'two']);
    expect(rendered.missing).toEqual([
      { pointer: '/components/1/cards/0/components/0', name: 'image' },
      { pointer: '/components/1/cards/1/components/0', name: 'image' },
    ]);
    expect(rendered.superfluous).toEqual([{ pointer: '/components/0/cards/1', name: 'card' }]);
  });

  it('misses and exceeds exactly where Meta would refuse the number of parameters', () => {
    fc.assert(
      fc.property(fc.nat(6), fc.nat(6), (wants, has) => {
        const text = ['Hi', ...Array.from({ length: wants }, (_, i) => `{{${i + 1}}}`)].join(' ');
        const components = [{ type: 'BODY', text }];
        const given = [{ type: 'body', parameters: words(...Array.from({ length: has }, (_, i) => `v${i + 1}`)) }];
        const { missing, superfluous, body } = renderTemplate(components, 'POSITIONAL', given);
        expect([missing.length, superfluous.length]).toEqual([Math.max(0, wants - has), Math.max(0, has - wants)]);
        const form = readTemplateForm(components, 'POSITIONAL');
        const errors = form === null ? [] : checkTemplateMessage(form, given, '/components');
        expect(errors.length === 0).toBe(missing.length + superfluous.length === 0);
        expect(body?.includes('{{')).toBe(missing.length > 0);
      }),
    );
  });

  it('is made of anything without throwing, and values are never read as variables', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (components, given) => {
        expect(renderTemplate(components, null, given).missing.length).toBeGreaterThanOrEqual(0);
      }),
    );
    const given = [{ type: 'body', parameters: words('{{2}} $& $1', 'x') }];
    const { body } = renderTemplate([{ type: 'BODY', text: 'a {{1}} b {{2}}' }], 'POSITIONAL', given);
    expect(body).toBe('a {{2}} $& $1 b x');
  });
});
