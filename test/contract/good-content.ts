import {
  acting,
  address,
  button,
  buttons,
  type Content,
  card,
  carousel,
  component,
  contacts,
  cta,
  flow,
  linkCard,
  linked,
  media,
  menu,
  message,
  offer,
  pin,
  place,
  productCard,
  products,
  reaction,
  reply,
  row,
  rows,
  shelf,
  template,
  times,
  wamid,
  words,
  x,
  yes,
} from './contents.js';

/** What is accepted: every kind, every form that Meta's documents show, and the last value within each limit. */
export const GOOD_CONTENT: readonly (readonly [string, Content])[] = [
  ['a text', message('text', { body: 'Hello', preview_url: true })],
  ['an image by id', media('image', { caption: x(1024) })],
  ['an image by link', linked('image', 'https://example.com/a.png?b=c')],
  ['a link of 2,000 characters', linked('image', `https://example.com/${x(1980)}`)],
  ['an image over plain http', linked('image', 'http://example.com/a.png')],
  ['a video', media('video', { caption: 'A succulent eclipse!' })],
  ['a voice note', media('audio', { voice: true })],
  ['a document with its name', media('document', { caption: 'Yours', filename: 'order.pdf' })],
  ['a sticker', media('sticker')],
  ['a place', place({ name: 'Philz Coffee', address: '101 Forest Ave, Palo Alto, CA 94301' })],
  ['the ends of the earth', message('location', { latitude: -90, longitude: '180.0' })],
  ['a contact', contacts(card({ phones: [{ phone: '+16505551234', type: 'WORK', wa_id: '16505551234' }] }))],
  [
    'a contact with everything',
    contacts(
      card({
        birthday: '2012-08-18',
        org: { company: 'x' },
        emails: [{ email: 'a@b' }],
        urls: [{ url: 'https://example.com', type: 'WORK' }],
        addresses: [{ street: '1 Hacker Way', country_code: 'us' }],
      }),
    ),
  ],
  ['257 contacts', contacts(...times(257, () => card()))],
  ['a reaction', reaction('😀')],
  ['a reaction of many code points', reaction('👨‍👩‍👧‍👦')],
  ['a flag', reaction('🇩🇪')],
  ['a heart without its selector', reaction('\u2764')],
  ['a reaction taken back', reaction('')],
  ['a pin', pin({ expiration_days: 7 })],
  ['a pin with its days as text', pin({ expiration_days: '30' })],
  ['an unpin', message('pin', { type: 'unpin', message_id: wamid })],
  ['a button', buttons(reply('a', 'Yes'))],
  ['three buttons', buttons(reply(x(256), x(20)), reply('b', 'No'), reply('c', 'Maybe'))],
  [
    'buttons with header and footer',
    acting('button', yes, { header: { type: 'image', image: { id: '1' } }, footer: { text: x(60) } }),
  ],
  ['a text header of 60 characters', acting('button', yes, { header: { type: 'text', text: x(60) } })],
  [
    'a document for a header',
    acting('button', yes, {
      header: { type: 'document', document: { link: 'https://example.com/a.pdf', filename: 'a.pdf' } },
    }),
  ],
  ['a body of 1,024 characters', acting('button', yes, { body: { text: x(1024) } })],
  ['a list', rows(row(0, { description: x(72) }))],
  ['a list with a body of 4,096 characters', menu([{ rows: [row(0)] }], { body: { text: x(4096) } })],
  [
    'ten rows in two sections',
    menu([
      { title: x(24), rows: times(5, (i) => row(i)) },
      { title: 'b', rows: times(5, (i) => row(i + 5)) },
    ]),
  ],
  ['a row at its limits', rows({ id: x(200), title: x(24) })],
  ['a call to action', cta({ display_text: x(20) })],
  [
    'a flow by id',
    flow({
      flow_id: '1',
      flow_token: 't',
      mode: 'draft',
      flow_action: 'navigate',
      flow_action_payload: { screen: 'A', data: { any: [1] } },
    }),
  ],
  ['a flow by name', flow({ flow_name: 'appointment' })],
  [
    'a product without a body',
    message('interactive', { type: 'product', action: { catalog_id: '1', product_retailer_id: 'a' } }),
  ],
  ['a product', acting('product', { catalog_id: '1', product_retailer_id: 'a' }, { footer: { text: 'x' } })],
  ['thirty products', products([shelf(15, 'a'), shelf(15, 'b')])],
  [
    'a catalogue',
    acting('catalog_message', { name: 'catalog_message', parameters: { thumbnail_product_retailer_id: 'a' } }),
  ],
  ['a carousel of two', carousel(linkCard(0), linkCard(1))],
  ['a carousel of ten', carousel(...times(10, (i) => linkCard(i, { body: { text: `${x(158)}\n\n` } })))],
  ['a carousel of products', carousel(productCard(0), productCard(1))],
  ['a request for a place', acting('location_request_message', { name: 'send_location' })],
  ['a request for a contact', acting('request_contact_info', { name: 'request_contact_info' })],
  [
    'a request for an address',
    address({
      country: 'IN',
      values: { name: 'A' },
      saved_addresses: [{ id: 'a', value: { city: 'Mumbai' } }],
      validation_errors: { in_pin_code: 'not found' },
    }),
  ],
  [
    'an order',
    acting('order_details', { name: 'review_and_pay', parameters: { reference_id: 'r', order: { items: [] } } }),
  ],
  [
    'the state of an order',
    acting('order_status', { name: 'review_order', parameters: { reference_id: 'r', order: { status: 'shipped' } } }),
  ],
  [
    'a call button',
    acting('voice_call', {
      name: 'voice_call',
      parameters: { display_text: 'Call', ttl_minutes: 43_200, payload: 'p' },
    }),
  ],
  [
    'a request to call',
    message('interactive', { type: 'call_permission_request', action: { name: 'call_permission_request' } }),
  ],
  ['a template without components', message('template', { name: 'hello_world', language: { code: 'en' } })],
  ['a template with words', template(words('Pablo', '25%', 'J$FpnYnP'))],
  ['named parameters', template(component('body', { type: 'text', parameter_name: 'first_name', text: 'Jessica' }))],
  [
    'money and a date',
    template(
      component(
        'body',
        { type: 'currency', currency: { fallback_value: '$1', code: 'USD', amount_1000: 1000 } },
        { type: 'date_time', date_time: { fallback_value: 'today' } },
      ),
    ),
  ],
  ['a header of 60 characters', template(component('header', { type: 'text', text: x(60) }))],
  ['a picture in the header', template(component('header', { type: 'image', image: { id: '1' } }))],
  [
    'a document in the header',
    template(
      component('header', { type: 'document', document: { link: 'https://example.com/a.pdf', filename: 'a.pdf' } }),
    ),
  ],
  [
    'a place in the header',
    template(
      component('header', { type: 'location', location: { latitude: '1', longitude: '2', name: 'x', address: 'y' } }),
    ),
  ],
  [
    'a product in the header',
    template(component('header', { type: 'product', product: { product_retailer_id: 'a', catalog_id: '1' } })),
  ],
  [
    'buttons by number and by text',
    template(
      button('quick_reply', '0', { type: 'payload', payload: x(128) }),
      button('url', 1, { type: 'text', text: 'blue-elf' }),
    ),
  ],
  ['a coupon, in capitals', template(button('COPY_CODE', 0, { type: 'coupon_code', coupon_code: '25OFF' }))],
  [
    'a flow button',
    template(button('flow', '0', { type: 'action', action: { flow_token: 't', flow_action_data: { a: 1 } } })),
  ],
  [
    'a catalogue button',
    template(button('CATALOG', 0, { type: 'action', action: { thumbnail_product_retailer_id: 'a' } })),
  ],
  [
    'several products',
    template(
      button('mpm', 0, {
        type: 'action',
        action: { thumbnail_product_retailer_id: 'a', sections: [shelf(2, 'a'), shelf(1, 'b')] },
      }),
    ),
  ],
  ['a limited-time offer', template(offer(1_209_600_000))],
  [
    'a tap target',
    template(
      component('tap_target_configuration', {
        type: 'tap_target_configuration',
        tap_target_configuration: [{ url: 'https://example.com/', title: 'Offer' }],
      }),
    ),
  ],
  [
    'a carousel template',
    template({
      type: 'carousel',
      cards: times(10, (i) => ({
        card_index: i,
        components: [
          component('header', { type: 'image', image: { id: '1' } }),
          words('20%'),
          button('quick_reply', '0', { type: 'payload', payload: 'more' }),
        ],
      })),
    }),
  ],
  ['component names in capitals', template({ type: 'BODY', parameters: [{ type: 'text', text: 'x' }] })],
  ['four blanks in a row', template(words('a    b'))],
];
