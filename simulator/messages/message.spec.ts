import { describe, expect, it } from '@jest/globals';
import { type Body, GOOD_MESSAGES, interactiveOf, messageOf, templateOf } from '../testing/messages.js';
import { readMessage, readReceiptProblem } from './message.js';

const BUSINESS = '15550783881';
const read = (body: unknown) => readMessage(body, BUSINESS);
const long = (length: number) => 'x'.repeat(length);
const times = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));

const buttons = (...titles: string[]) =>
  interactiveOf('button', { buttons: titles.map((title, i) => ({ type: 'reply', reply: { id: `b${i}`, title } })) });
const rows = (count: number, prefix = 'r') => times(count, (i) => ({ id: `${prefix}${i}`, title: `Row ${i}` }));
const menu = (sections: unknown) => interactiveOf('list', { button: 'Options', sections });
const link = (display_text: string, members: Body = {}) =>
  interactiveOf('cta_url', { name: 'cta_url', parameters: { display_text, url: 'https://x.example/' } }, members);
const cards = (count: number, change: (i: number) => Body = () => ({})) =>
  interactiveOf('carousel', {
    cards: times(count, (i) => ({
      card_index: i,
      type: 'cta_url',
      header: { type: 'image', image: { id: '1' } },
      body: { text: 'Deal' },
      action: { name: 'cta_url', parameters: { display_text: 'Shop', url: 'https://x.example/' } },
      ...change(i),
    })),
  });
const products = (count: number) =>
  interactiveOf(
    'product_list',
    {
      catalog_id: '7',
      sections: [{ title: 'All', product_items: times(count, (i) => ({ product_retailer_id: `${i}` })) }],
    },
    { header: { type: 'text', text: 'Plants' } },
  );
const bodyOf = (...texts: unknown[]) =>
  templateOf([{ type: 'body', parameters: texts.map((text) => ({ type: 'text', text })) }]);
const person = { name: { formatted_name: 'Ada', first_name: 'Ada' } };

describe('a message', () => {
  it.each(Object.entries(GOOD_MESSAGES))('of the kind %s is good', (_, body) => {
    expect(read(body)).not.toHaveProperty('details');
  });

  it.each<[string, Body]>([
    ['text of 4096 characters', messageOf('text', { body: long(4096) })],
    ['caption of 1024', messageOf('image', { id: '1', caption: long(1024) })],
    ['callback data of 512', messageOf('text', { body: 'x' }, { biz_opaque_callback_data: long(512) })],
    ['three buttons with titles of 20', buttons(long(20), 'b', 'c')],
    ['ten rows', menu([{ rows: rows(10) }])],
    ['ten cards', cards(10)],
    ['thirty products', products(30)],
    [
      '257 contacts',
      messageOf(
        'contacts',
        times(257, () => person),
      ),
    ],
    ['four blanks in a parameter', bodyOf('a    b')],
  ])('at the limit is good: %s', (_, body) => {
    expect(read(body)).not.toHaveProperty('details');
  });

  it.each<[string, unknown, number, string]>([
    ['no object', [], 100, 'JSON object'],
    ['no product', { ...GOOD_MESSAGES.text, messaging_product: undefined }, 100, 'messaging_product'],
    ['another product', { ...GOOD_MESSAGES.text, messaging_product: 'sms' }, 100, 'messaging_product'],
    ['an unknown type', messageOf('smoke', {}), 100, 'type must be one of'],
    ['a kind of recipient', messageOf('text', { body: 'x' }, { recipient_type: 'all' }), 100, 'recipient_type'],
    ['callback data', messageOf('text', { body: 'x' }, { biz_opaque_callback_data: long(513) }), 100, 'biz_opaque'],
    ['a ttl', messageOf('text', { body: 'x' }, { ttl_seconds: 29 }), 131009, 'ttl_seconds'],
    ['no content', { ...GOOD_MESSAGES.image, image: undefined }, 131008, "'image' is mandatory"],
    ['no text', messageOf('text', {}), 131008, "'text.body'"],
    ['a blank text', messageOf('text', { body: '  ' }), 131008, 'text.body'],
    ['a long text', messageOf('text', { body: long(4097) }), 100, 'text.body must be at most 4096'],
    ['a misspelt name', messageOf('text', { body: 'x', previewUrl: true }), 100, 'text.previewUrl'],
    ['two sources', messageOf('image', { id: '1', link: 'https://x.example/' }), 131009, 'exactly one of id and link'],
    ['no source', messageOf('sticker', {}), 131008, 'exactly one of id and link'],
    ['a link', messageOf('video', { link: 'file:///etc/passwd' }), 131009, 'video.link'],
    ['a caption', messageOf('document', { id: '1', caption: long(1025) }), 100, 'document.caption'],
    ['a caption on audio', messageOf('audio', { id: '1', caption: 'x' }), 100, 'audio.caption'],
    ['a latitude', messageOf('location', { latitude: '91', longitude: 0 }), 131009, 'location.latitude'],
    ['no longitude', messageOf('location', { latitude: 1 }), 131008, "'location.longitude'"],
    [
      '258 contacts',
      messageOf(
        'contacts',
        times(258, () => person),
      ),
      131009,
      'contacts must have 1 to 257',
    ],
    ['a bare name', messageOf('contacts', [{ name: { formatted_name: 'A' } }]), 131009, 'contacts[0].name'],
    ['a birthday', messageOf('contacts', [{ ...person, birthday: '10.12.1815' }]), 131009, 'contacts[0].birthday'],
    ['two emoji', messageOf('reaction', { message_id: 'w', emoji: '😀😀' }), 131009, 'reaction.emoji'],
    ['no reacted message', messageOf('reaction', { emoji: '😀' }), 131008, "'reaction.message_id'"],
    ['a pin to a person', messageOf('pin', { type: 'pin', message_id: 'w' }), 100, 'recipient_type'],
    ['an unknown interactive', interactiveOf('slider', {}), 131009, 'interactive.type'],
    ['no action', messageOf('interactive', { type: 'button', body: { text: 'x' } }), 131008, "'interactive.action'"],
    ['a long body', link('x', { body: { text: long(1025) } }), 131009, 'interactive.body.text'],
    ['a footer', link('x', { footer: { text: long(61) } }), 131009, 'interactive.footer.text'],
    ['a header', link('x', { header: { type: 'text', text: long(61) } }), 131009, 'interactive.header.text'],
    ['a kind of header', link('x', { header: { type: 'audio' } }), 131009, 'interactive.header.type'],
    ['no buttons', buttons(), 131009, 'interactive.action.buttons must have 1 to 3'],
    ['four buttons', buttons('a', 'b', 'c', 'd'), 131009, 'interactive.action.buttons must have 1 to 3'],
    ['a long title', buttons(long(21)), 131009, 'interactive.action.buttons[0].reply.title'],
    ['one title twice', buttons('a', 'a'), 131009, 'interactive.action.buttons[1] must be unique (title)'],
    [
      'a blank at an id',
      interactiveOf('button', { buttons: [{ type: 'reply', reply: { id: ' a', title: 'x' } }] }),
      131009,
      'buttons[0].reply.id must not begin or end with a blank',
    ],
    ['eleven rows', menu([{ rows: rows(11) }]), 131009, 'interactive.action.sections must have at most 10 rows'],
    [
      'eleven rows in two sections',
      menu([
        { title: 'a', rows: rows(6, 'a') },
        { title: 'b', rows: rows(5, 'b') },
      ]),
      131009,
      'at most 10 rows',
    ],
    ['no section title', menu([{ rows: rows(1, 'a') }, { rows: rows(1, 'b') }]), 131008, 'sections[0].title'],
    ['a row title', menu([{ rows: [{ id: '1', title: long(25) }] }]), 131009, 'sections[0].rows[0].title'],
    [
      'a row description',
      menu([{ rows: [{ id: '1', title: 'x', description: long(73) }] }]),
      131009,
      'rows[0].description',
    ],
    ['one row id twice', menu([{ rows: [rows(1)[0], rows(1)[0]] }]), 131009, 'unique row ids'],
    ['a display text', link(long(21)), 131009, 'interactive.action.parameters.display_text'],
    [
      'both flow names',
      interactiveOf('flow', {
        name: 'flow',
        parameters: { flow_message_version: '3', flow_id: '1', flow_name: 'n', flow_cta: 'Open' },
      }),
      131009,
      'exactly one of flow_id and flow_name',
    ],
    ['31 products', products(31), 131009, 'at most 30 products'],
    [
      'no header over products',
      interactiveOf('product_list', { catalog_id: '7', sections: [] }),
      131008,
      "'interactive.header'",
    ],
    ['one card', cards(1), 131009, 'interactive.action.cards must have 2 to 10'],
    ['eleven cards', cards(11), 131009, 'interactive.action.cards must have 2 to 10'],
    ['a long card', cards(2, () => ({ body: { text: long(161) } })), 131009, 'cards[0].body.text'],
    ['lines on a card', cards(2, () => ({ body: { text: 'a\nb\nc\nd' } })), 131009, 'at most 2 line breaks'],
    [
      'mixed cards',
      cards(2, (i) => (i === 1 ? { header: { type: 'video', video: { id: '1' } } } : {})),
      131009,
      'cards[1] must have the type and the kind of header',
    ],
    [
      'an address abroad',
      interactiveOf('address_message', { name: 'address_message', parameters: { country: 'US' } }),
      131009,
      'interactive.action.parameters.country',
    ],
    ['no template name', messageOf('template', { language: { code: 'en' } }), 131008, "'template.name'"],
    ['no language', messageOf('template', { name: 'x', language: {} }), 131008, "'template.language.code'"],
    ['an empty parameter', bodyOf(''), 131008, 'template.components[0].parameters[0].text must not be empty'],
    ['a line break in a parameter', bodyOf('a', 'b\nc'), 132018, 'parameters[1].text must not have new-line'],
    ['five blanks in a parameter', bodyOf('a     b'), 132018, 'parameters[0].text'],
    [
      'a long header text',
      templateOf([{ type: 'header', parameters: [{ type: 'text', text: long(61) }] }]),
      132005,
      'parameters[0].text must be at most 60',
    ],
    ['an unknown component', templateOf([{ type: 'tail' }]), 131009, 'template.components[0].type'],
    ['one component twice', templateOf([{ type: 'body' }, { type: 'body' }]), 131009, 'components[1] must not repeat'],
    [
      'no button index',
      templateOf([{ type: 'button', sub_type: 'url', parameters: [] }]),
      131008,
      "'template.components[0].index'",
    ],
    [
      'a kind of button',
      templateOf([{ type: 'button', sub_type: 'siren', index: 0 }]),
      131009,
      'template.components[0].sub_type',
    ],
    [
      'a parameter of another button',
      templateOf([{ type: 'button', sub_type: 'quick_reply', index: 0, parameters: [{ type: 'coupon_code' }] }]),
      131009,
      'parameters[0].type',
    ],
    ['a vanity number', messageOf('text', { body: 'x' }, { to: '1-800-FLOWERS' }), 131009, "'to'"],
    ['a short number', messageOf('text', { body: 'x' }, { to: '+123' }), 131009, "'to'"],
    ['nobody', messageOf('text', { body: 'x' }, { to: undefined }), 100, 'to is required'],
    ['a user id', messageOf('text', { body: 'x' }, { to: undefined, recipient: 'us.1' }), 131009, "'recipient'"],
  ])('with a fault in it is refused with its code, field and rule: %s', (_, body, code, details) => {
    expect(read(body)).toMatchObject({ code, details: expect.stringContaining(details) });
  });

  it('to a phone number and a user id goes to the phone number', () => {
    const both = messageOf('text', { body: 'x' }, { recipient: 'US.1' });
    expect(read(both)).toMatchObject({ input: '+16505551234', waId: '16505551234' });
  });

  it('for the marketing API is a template and nothing else', () => {
    const readMarketing = (body: Body) => readMessage(body, BUSINESS, 'marketing_messages');
    expect(readMarketing(templateOf([], { product_policy: 'STRICT' }))).not.toHaveProperty('details');
    expect(readMarketing(messageOf('text', { body: 'x' }))).toEqual({
      code: 100,
      details: 'Message must be a template message.',
    });
    expect(readMarketing(templateOf([], { category: 'utility' }))).toMatchObject({ code: 134100 });
    expect(readMarketing(templateOf([], { product_policy: 'LAX' }))).toMatchObject({ code: 100 });
  });

  it('that marks as read needs its product and the message', () => {
    const good = { messaging_product: 'whatsapp', status: 'read', message_id: 'w', typing_indicator: { type: 'text' } };
    expect(readReceiptProblem(good)).toBeUndefined();
    expect(readReceiptProblem({ ...good, message_id: undefined })).toMatchObject({ code: 100 });
    expect(readReceiptProblem({ ...good, typing_indicator: { type: 'voice' } })?.details).toMatch(/typing_indicator/);
  });
});
