import {
  acting,
  address,
  type Content,
  component,
  linked,
  message,
  productCard,
  template,
  wamid,
} from '../contents.js';

/** A body of the Cloud API's that every wire refuses: what is wrong, the fields that are named, and the body. */
export type RefusedRequest = readonly [what: string, fields: readonly string[], body: object];

const to = (recipient: string): object => ({ to: recipient, ...message('text', { body: 'Hello' }) });
const PERSON = { to: '+16505550100' };
const person = (content: Content): object => ({ ...PERSON, ...content });
const both = (kind: string) => message(kind, { id: '1013859600285441', link: 'https://example.com/file' });

/** Forms as documents print them, sent before anybody filled them in, and two alternatives where one may be. */
export const REFUSED_REQUESTS: readonly RefusedRequest[] = [
  ['a placeholder for the person', ['/to'], to('<WHATSAPP_USER_PHONE_NUMBER>')],
  ['a word for the person', ['/to'], to('PHONE_NUMBER')],
  ['a number with its digits hidden', ['/to'], to('+91xxxxxxxxxx')],
  ['a placeholder for the group', ['/to'], { recipient_type: 'group', ...to('<GROUP_ID>') }],
  ['an image by id and by link', ['/image/link'], person(both('image'))],
  ['a document by id and by link', ['/document/link'], person(both('document'))],
  ['a sticker by id and by link', ['/sticker/link'], person(both('sticker'))],
  ['a placeholder for a link', ['/image/link'], person(linked('image', '<MEDIA_URL>'))],
  ['one card', ['/interactive/action/cards'], person(acting('carousel', { cards: [productCard(0)] }))],
  ['words for parameters', ['/interactive/action/parameters'], person(address('JSON Payload'))],
  [
    'a placeholder for a country',
    ['/interactive/action/parameters/country'],
    person(address({ country: '<COUNTRY_ISO_CODE>' })),
  ],
  [
    'placeholders for a place',
    ['/location/latitude', '/location/longitude'],
    person(message('location', { latitude: '<LOCATION_LATITUDE>', longitude: '<LOCATION_LONGITUDE>' })),
  ],
  [
    'placeholders in a pin',
    ['/pin/type'],
    person(message('pin', { type: '<PIN_OPERATION>', message_id: wamid, expiration_days: '<EXPIRATION>' })),
  ],
  [
    'days of a pin in words',
    ['/pin/expiration_days'],
    person(message('pin', { type: 'pin', message_id: wamid, expiration_days: '<EXPIRATION>' })),
  ],
  [
    'a placeholder for an emoji',
    ['/reaction/emoji'],
    person(message('reaction', { message_id: wamid, emoji: '<EMOJI>' })),
  ],
  [
    'placeholders for a template',
    ['/template/name', '/template/language/code'],
    person(message('template', { name: '<TEMPLATE_NAME>', language: { code: '<TEMPLATE_LANGUAGE>' } })),
  ],
  [
    'a placeholder for the format of a header',
    ['/template/components/0/parameters/0/type'],
    person(template(component('header', { type: '<HEADER_FORMAT>', '<HEADER_FORMAT>': { id: '1' } }))),
  ],
  ['a call', ['/action', '/session'], { ...PERSON, action: 'connect', session: { sdp_type: 'offer', sdp: 'v=0' } }],
];
