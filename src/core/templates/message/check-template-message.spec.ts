import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkTemplateMessage } from './check-template-message.js';
import { readTemplateForm, type TemplateForm } from './template-form.js';

const AT = '/template/components';
const text = (value: string) => ({ type: 'text', text: value });
const named = (parameter_name: string) => ({ ...text('x'), parameter_name });
const body = (...parameters: object[]) => ({ type: 'body', parameters });
const header = (...parameters: object[]) => ({ type: 'header', parameters });
const button = (sub_type: string, index: number | string, ...parameters: object[]) => ({
  type: 'button',
  sub_type,
  index,
  parameters,
});
const image = { type: 'image', image: { id: '1' } };
const aText = { type: 'BODY', text: 'Hi {{1}}, {{2}} is on its way, {{1}}' };
const buttons = (...list: object[]) => ({ type: 'BUTTONS', buttons: list });
const url = (address: string) => ({ type: 'URL', text: 'Track', url: address });

const formOf = (components: unknown, format: string | null = 'POSITIONAL') =>
  readTemplateForm(components, format) as TemplateForm;
const pointersOf = (definition: unknown, message: unknown, format: string | null = 'POSITIONAL') =>
  checkTemplateMessage(formOf(definition, format), message, AT).map((fault) => fault.pointer);

const CARD = {
  components: [
    { type: 'HEADER', format: 'IMAGE' },
    { type: 'BODY', text: '{{1}}' },
  ],
};
const card = (card_index: number, ...components: object[]) => ({ card_index, components });

describe('a message of a template', () => {
  it.each<[string, unknown, unknown, readonly string[]]>([
    ['has as many values as its body has variables', [aText], [body(text('a'), text('b'))], []],
    ['has too few values', [aText], [body(text('a'))], [`${AT}/0/parameters`]],
    ['has too many values', [aText], [body(text('a'), text('b'), text('c'))], [`${AT}/0/parameters`]],
    ['has no body where variables are', [aText], undefined, [AT]],
    ['has nothing where nothing is asked', [{ type: 'BODY', text: 'Hi' }], undefined, []],
    ['has an empty body where nothing is asked', [{ type: 'BODY', text: 'Hi' }], [body()], []],
    ['lacks the picture of its header', [{ type: 'HEADER', format: 'IMAGE' }], [], [AT]],
    ['has another kind of header', [{ type: 'HEADER', format: 'VIDEO' }], [header(image)], [`${AT}/0/parameters`]],
    ['has the header of its kind', [{ type: 'HEADER', format: 'IMAGE' }], [header(image)], []],
    ['has a header that its template lacks', [{ type: 'BODY', text: 'Hi' }], [header(image)], [`${AT}/0/parameters`]],
    ['fills in the header’s text', [{ type: 'HEADER', format: 'TEXT', text: '{{1}}' }], [header(text('x'))], []],
    ['lacks the header’s value', [{ type: 'HEADER', format: 'TEXT', text: '{{1}}' }], [], [AT]],
    ['has a header of a kind that we do not know', [{ type: 'HEADER', format: 'HOLOGRAM' }], [], []],
    ['lacks the end of a link', [buttons(url('https://x.com/{{1}}'))], [], [AT]],
    ['has the end of a link', [buttons(url('https://x.com/{{1}}'))], [button('url', '0', text('a'))], []],
    [
      'fills in a link without variable',
      [buttons(url('https://x.com'))],
      [button('url', 0, text('a'))],
      [`${AT}/0/parameters`],
    ],
    ['names a button that is not there', [buttons(url('https://x.com'))], [button('url', 1)], [`${AT}/0/index`]],
    ['takes a button for another kind', [buttons({ type: 'QUICK_REPLY' })], [button('url', 0)], [`${AT}/0/sub_type`]],
    ['lacks a code to copy', [buttons({ type: 'COPY_CODE' })], [], [AT]],
    ['leaves quick replies as they are', [buttons({ type: 'QUICK_REPLY' }, { type: 'QUICK_REPLY' })], [], []],
    [
      'lacks the end of an offer',
      [{ type: 'LIMITED_TIME_OFFER', limited_time_offer: { has_expiration: true } }],
      [],
      [AT],
    ],
    ['lacks its carousel', [{ type: 'CAROUSEL', cards: [CARD] }], [], [AT]],
    ['has a carousel that its template lacks', [], [{ type: 'carousel', cards: [] }], [`${AT}/0`]],
    [
      'has a card that lacks its text',
      [{ type: 'CAROUSEL', cards: [CARD, CARD] }],
      [{ type: 'carousel', cards: [card(0, header(image), body(text('a'))), card(1, header(image))] }],
      [`${AT}/0/cards/1/components`],
    ],
  ])('%s', (_, definition, message, pointers) => {
    expect(pointersOf(definition, message)).toEqual(pointers);
  });

  it('gives named variables by their names', () => {
    const definition = [{ type: 'BODY', text: 'Hi {{first_name}}, {{order}}' }];
    expect(pointersOf(definition, [body(named('order'), named('first_name'))], 'NAMED')).toEqual([]);
    expect(pointersOf(definition, [body(named('order'), named('city'))], null)).toEqual([
      `${AT}/0/parameters/1/parameter_name`,
    ]);
  });

  it('fits when it gives a value to each of any number of variables, and only then', () => {
    fc.assert(
      fc.property(fc.nat({ max: 20 }), fc.nat({ max: 20 }), (variables, values) => {
        const words = Array.from({ length: variables }, (_, i) => `{{${i + 1}}}`).join(' and ');
        const message = [body(...Array.from({ length: values }, () => text('x')))];
        expect(pointersOf([{ type: 'BODY', text: words }], message).length === 0).toBe(variables === values);
      }),
    );
  });

  it('is judged without an exception, whatever a definition and a message look like', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.jsonValue(), (definition, message) => {
        expect(Array.isArray(checkTemplateMessage(formOf(definition, null), message, AT))).toBe(true);
      }),
    );
  });
});
