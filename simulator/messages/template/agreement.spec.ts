import { describe, expect, it } from '@jest/globals';
import { templateProblem } from './agreement.js';
import type { StoredTemplate } from './stored-template.js';

type Component = Record<string, unknown>;

const stored = (components: Component[], more: Partial<StoredTemplate> = {}): StoredTemplate => ({
  id: '1',
  name: 'order',
  language: 'en_US',
  status: 'APPROVED',
  category: 'UTILITY',
  parameterFormat: 'POSITIONAL',
  components,
  ...more,
});
const sent = (...components: Component[]) => ({ name: 'order', language: { code: 'en_US' }, components });
const texts = (...values: string[]) => values.map((text) => ({ type: 'text', text }));
const named = (values: Record<string, string>) =>
  Object.entries(values).map(([parameter_name, text]) => ({ type: 'text', parameter_name, text }));
const body = (...values: string[]) => ({ type: 'body', parameters: texts(...values) });
const button = (sub_type: string, index: number | string, ...parameters: unknown[]) => ({
  type: 'button',
  sub_type,
  index,
  parameters,
});
const header = (parameter: Component) => ({ type: 'header', parameters: [parameter] });

const BODY = { type: 'BODY', text: 'Hi {{1}}, order {{2}} left.' };
const IMAGE = { type: 'HEADER', format: 'IMAGE' };
const SHOP = {
  type: 'BUTTONS',
  buttons: [
    { type: 'QUICK_REPLY', text: 'Stop' },
    { type: 'URL', text: 'Track', url: 'https://x.example/{{1}}' },
    { type: 'URL', text: 'Home', url: 'https://x.example/' },
  ],
};
const TRACK = button('URL', '1', ...texts('abc'));
const NAMED = { parameterFormat: 'NAMED' } as const;
const OTP = stored(
  [
    { type: 'BODY', text: '{{1}} is your verification code.' },
    { type: 'BUTTONS', buttons: [{ type: 'OTP' }] },
  ],
  { category: 'AUTHENTICATION' },
);
const CARDS = stored([
  { type: 'CAROUSEL', cards: [0, 1].map(() => ({ components: [IMAGE, { type: 'BODY', text: '{{1}}' }] })) },
]);
const card = (card_index: number, type: string) => ({
  card_index,
  components: [header({ type, [type]: { id: '1' } }), body('x')],
});

describe('a template message', () => {
  it.each<[string, StoredTemplate, ReturnType<typeof sent>]>([
    ['nothing to say', stored([{ type: 'BODY', text: 'Hello' }]), sent()],
    ['as many texts as variables', stored([BODY]), sent(body('Ada', '7'))],
    [
      'named texts in any order',
      stored([{ type: 'BODY', text: '{{a}} {{b}}' }], NAMED),
      sent({ type: 'BODY', parameters: named({ b: '1', a: '2' }) }),
    ],
    ['a picture for a picture', stored([IMAGE]), sent(header({ type: 'image', image: { id: '1' } }))],
    ['the end of the link', stored([SHOP]), sent(TRACK, button('quick_reply', 0, { type: 'payload', payload: 'x' }))],
    ['a password twice', OTP, sent(body('123456'), button('url', '0', ...texts('123456')))],
    ['every card', CARDS, sent({ type: 'carousel', cards: [card(0, 'image'), card(1, 'image')] })],
  ])('goes with %s', (_, template, content) => {
    expect(templateProblem(template, content)).toBeUndefined();
  });

  it.each<[string, StoredTemplate | undefined, ReturnType<typeof sent>, number, string]>([
    ['no template', undefined, sent(), 132001, 'template name (order) does not exist in en_US'],
    ['a template in review', stored([], { status: 'PENDING' }), sent(), 132001, 'PENDING'],
    ['a rejected template', stored([], { status: 'REJECTED' }), sent(), 132001, 'REJECTED'],
    ['a paused template', stored([], { status: 'PAUSED' }), sent(), 132015, 'PAUSED'],
    ['a disabled template', stored([], { status: 'DISABLED' }), sent(), 132016, 'DISABLED'],
    [
      'too few texts',
      stored([BODY]),
      sent(body('Ada')),
      132000,
      'body: number of localizable_params (1) does not match the expected number of params (2)',
    ],
    ['too many texts', stored([BODY]), sent(body('a', 'b', 'c')), 132000, '(3)'],
    ['no text', stored([BODY]), sent(), 132000, '(0)'],
    [
      'a header that has none',
      stored([BODY]),
      sent(header({ type: 'text', text: 'x' }), body('a', 'b')),
      132000,
      'header',
    ],
    ['no picture', stored([IMAGE]), sent(), 132012, 'header: Format mismatch, expected IMAGE, received UNKNOWN'],
    [
      'a film for a picture',
      stored([IMAGE]),
      sent(header({ type: 'video', video: { id: '1' } })),
      132012,
      'received VIDEO',
    ],
    ['no name', stored([{ type: 'BODY', text: '{{a}}' }], NAMED), sent(body('x')), 100, 'Parameter name is missing'],
    [
      'another name',
      stored([{ type: 'BODY', text: '{{a}}' }], NAMED),
      sent({ type: 'body', parameters: named({ b: 'x' }) }),
      100,
      '{a}',
    ],
    [
      'a text that grows too long',
      stored([{ type: 'BODY', text: `{{1}} ${'x'.repeat(1000)}` }]),
      sent(body('y'.repeat(24))),
      132005,
      '1025',
    ],
    [
      'no end of the link',
      stored([SHOP]),
      sent(),
      131008,
      'buttons: Button at index 1 of type Url requires a parameter',
    ],
    ['an end for a whole link', stored([SHOP]), sent(TRACK, button('url', 2, ...texts('x'))), 132000, 'index 2'],
    ['a button of another kind', stored([SHOP]), sent(button('url', 0, ...texts('x'))), 132012, 'index 0'],
    ['a button too many', stored([SHOP]), sent(TRACK, button('url', 3, ...texts('x'))), 131009, 'index 3'],
    ['a long password', OTP, sent(body('1'.repeat(16)), button('url', 0, ...texts('1'))), 132005, '15'],
    ['a password without its button', OTP, sent(body('1')), 131008, 'requires a parameter'],
    ['a card too few', CARDS, sent({ type: 'carousel', cards: [card(0, 'image')] }), 132000, 'cards (2)'],
    [
      'a film on a card',
      CARDS,
      sent({ type: 'carousel', cards: [card(0, 'image'), card(1, 'video')] }),
      132012,
      'card 1: header',
    ],
    [
      'an offer without its end',
      stored([{ type: 'LIMITED_TIME_OFFER', limited_time_offer: { has_expiration: true } }]),
      sent(),
      131008,
      'expiration_time_ms',
    ],
  ])('is refused for %s', (_, template, content, code, details) => {
    expect(templateProblem(template, content)).toMatchObject({ code, details: expect.stringContaining(details) });
  });
});
