/** A body for `POST /{phone}/messages`. */
export type Body = Record<string, unknown>;

/** Puts a content into an envelope to somebody. */
export const messageOf = (type: string, content: unknown, envelope: Body = {}): Body => ({
  messaging_product: 'whatsapp',
  to: '+16505551234',
  type,
  [type]: content,
  ...envelope,
});

/** An interactive message of a kind. */
export const interactiveOf = (type: string, action: unknown, members: Body = {}): Body =>
  messageOf('interactive', { type, body: { text: 'Please choose.' }, action, ...members });

/** A template message with these components. */
export const templateOf = (components?: unknown, members: Body = {}): Body =>
  messageOf('template', { name: 'order_update', language: { code: 'en_US' }, components }, members);

const LINK = { link: 'https://files.example.com/a' };
const BODY = { type: 'body', parameters: [{ type: 'text', text: 'Ada' }] };
const product = (id: string) => ({ product_retailer_id: id, catalog_id: '7' });
const reply = (id: string, title: string) => ({ type: 'reply', reply: { id, title } });
const visit = { name: 'cta_url', parameters: { display_text: 'See dates', url: 'https://shop.example.com/' } };
const button = (subType: string, index: number | string, parameter: unknown) => ({
  type: 'button',
  sub_type: subType,
  index,
  parameters: [parameter],
});
const header = (parameter: unknown) => ({ type: 'header', parameters: [parameter] });

/** One good body of every kind, written by us after Meta's documents; names are said in test titles. */
export const GOOD_MESSAGES: Readonly<Record<string, Body>> = {
  text: messageOf('text', { body: 'Hello', preview_url: true }),
  'text without a type': { messaging_product: 'whatsapp', to: '16505551234', text: { body: 'Hello' } },
  'text in reply': messageOf('text', { body: 'Yes' }, { context: { message_id: 'wamid.A' } }),
  'text to a group': messageOf('text', { body: 'Hi all' }, { recipient_type: 'group', to: 'Y2FwaV9ncm91cDox' }),
  'text to a user id': {
    messaging_product: 'whatsapp',
    recipient: 'US.13491208655302741918',
    type: 'text',
    text: { body: 'x' },
  },
  image: messageOf('image', { id: '1013859600285441', caption: 'A succulent' }),
  video: messageOf('video', LINK),
  document: messageOf('document', { ...LINK, filename: 'order.pdf', caption: '' }),
  audio: messageOf('audio', { id: '1', voice: true }),
  sticker: messageOf('sticker', { id: '1' }),
  location: messageOf('location', { latitude: '37.44', longitude: -122.16, name: 'Coffee', address: '101 Forest Ave' }),
  contacts: messageOf('contacts', [
    {
      name: { formatted_name: 'Ada Lovelace', first_name: 'Ada' },
      phones: [{ phone: '+16505551234', type: 'WORK', wa_id: '16505551234' }],
      org: { company: 'Engines' },
      birthday: '1815-12-10',
    },
  ]),
  reaction: messageOf('reaction', { message_id: 'wamid.A', emoji: '👩🏽‍🚀' }),
  'reaction taken back': messageOf('reaction', { message_id: 'wamid.A', emoji: '' }),
  pin: messageOf(
    'pin',
    { type: 'pin', message_id: 'wamid.A', expiration_days: 7 },
    { recipient_type: 'group', to: 'G1' },
  ),
  'reply buttons': interactiveOf(
    'button',
    { buttons: [reply('a', 'Yes'), reply('b', 'No')] },
    { header: { type: 'image', image: { id: '1' } }, footer: { text: 'Thanks' } },
  ),
  list: interactiveOf(
    'list',
    {
      button: 'Options',
      sections: [
        { title: 'Fast', rows: [{ id: 'r1', title: 'Express', description: 'Next day' }] },
        { title: 'Slow', rows: [{ id: 'r2', title: 'Ground' }] },
      ],
    },
    { header: { type: 'text', text: 'Shipping' } },
  ),
  'link button': interactiveOf('cta_url', visit),
  flow: interactiveOf('flow', {
    name: 'flow',
    parameters: {
      flow_message_version: '3',
      flow_token: 't',
      flow_id: '1',
      flow_cta: 'Open',
      mode: 'published',
      flow_action: 'navigate',
      flow_action_payload: { screen: 'FIRST', data: { a: 1 } },
    },
  }),
  product: messageOf('interactive', { type: 'product', action: product('p1') }),
  'product list': interactiveOf(
    'product_list',
    { catalog_id: '7', sections: [{ title: 'Best', product_items: [{ product_retailer_id: 'p1' }] }] },
    { header: { type: 'text', text: 'Plants' } },
  ),
  catalogue: interactiveOf('catalog_message', {
    name: 'catalog_message',
    parameters: { thumbnail_product_retailer_id: 'p1' },
  }),
  'carousel of links': interactiveOf('carousel', {
    cards: [0, 1].map((index) => ({
      card_index: index,
      type: 'cta_url',
      header: { type: 'image', image: LINK },
      body: { text: `Deal ${index}` },
      action: visit,
    })),
  }),
  'carousel of products': interactiveOf('carousel', {
    cards: [0, 1].map((index) => ({ card_index: index, type: 'product', action: product(`p${index}`) })),
  }),
  'location request': interactiveOf('location_request_message', { name: 'send_location' }),
  address: interactiveOf('address_message', {
    name: 'address_message',
    parameters: { country: 'IN', values: { name: 'Ada' }, validation_errors: { in_pin_code: 'unknown' } },
  }),
  'contact request': interactiveOf('request_contact_info', { name: 'request_contact_info' }),
  payment: interactiveOf('order_details', { name: 'review_and_pay', parameters: { reference_id: '1' } }),
  template: templateOf(),
  'template with a body': templateOf([BODY]),
  'template with named parameters': templateOf([
    header({ type: 'text', parameter_name: 'customer', text: 'Ada' }),
    { type: 'BODY', parameters: [{ type: 'text', parameter_name: 'day', text: 'Monday' }] },
  ]),
  'template with money and a date': templateOf([
    {
      type: 'body',
      parameters: [
        { type: 'currency', currency: { fallback_value: '$100.99', code: 'USD', amount_1000: 100990 } },
        { type: 'date_time', date_time: { fallback_value: 'February 25, 1977' } },
      ],
    },
  ]),
  'template with every button': templateOf([
    header({ type: 'image', image: { id: '1' } }),
    button('quick_reply', '0', { type: 'payload', payload: 'more' }),
    button('URL', 1, { type: 'text', text: 'n3mtql' }),
    button('COPY_CODE', '2', { type: 'coupon_code', coupon_code: '25OFF' }),
    button('flow', 3, { type: 'action', action: { flow_token: 't', flow_action_data: { a: 1 } } }),
    button('CATALOG', 4, { type: 'action', action: { thumbnail_product_retailer_id: 'p1' } }),
    button('mpm', 5, {
      type: 'action',
      action: {
        thumbnail_product_retailer_id: 'p1',
        sections: [{ title: 'Best', product_items: [{ product_retailer_id: 'p1' }] }],
      },
    }),
  ]),
  'template with a place': templateOf([
    header({ type: 'location', location: { latitude: '1', longitude: '2', name: 'n', address: 'a' } }),
  ]),
  'template with an offer': templateOf([
    {
      type: 'limited_time_offer',
      parameters: [{ type: 'limited_time_offer', limited_time_offer: { expiration_time_ms: 1_209_600_000 } }],
    },
  ]),
  'template with cards': templateOf([
    BODY,
    {
      type: 'carousel',
      cards: [0, 1].map((index) => ({
        card_index: index,
        components: [
          header({ type: 'product', product: product(`p${index}`) }),
          button('quick_reply', '0', { type: 'payload', payload: 'x' }),
        ],
      })),
    },
  ]),
  'template with a tap target': templateOf([
    {
      type: 'tap_target_configuration',
      parameters: [
        { type: 'tap_target_configuration', tap_target_configuration: [{ url: 'https://x.example/', title: 'Offer' }] },
      ],
    },
  ]),
};
