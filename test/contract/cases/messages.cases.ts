import { aTemplateMessage, aTextMessage } from '../../support/factories.js';

/** A text of so many letters. */
export const x = (n: number) => 'x'.repeat(n);

const text = (body: unknown) => aTextMessage({ text: { body } });
const template = (over: object) => aTemplateMessage({ template: { name: 'n', language: { code: 'en' }, ...over } });
/** An object whose JSON has exactly so many bytes. */
const sized = (bytes: number, letter = 'x') => ({ a: letter.repeat((bytes - 8) / Buffer.byteLength(letter)) });
const inSeconds = (s: number) => new Date(Date.now() + s * 1000).toISOString();
const PHONE = { to: undefined };
const NO_POOL = '01890000-0000-7000-8000-000000000000';
const fromPool = (over: object = {}) => aTextMessage({ phone_number_id: undefined, pool_id: NO_POOL, ...over });

/** A message that every wire accepts: what about it is at a limit, and the message. */
export type AcceptedCase = readonly [what: string, message: () => object];

/** A message that every wire refuses: what is wrong, the field that is named, and the message. */
export type RefusedCase = readonly [what: string, pointer: string, message: () => object];

/** Messages within the limits. */
export const ACCEPTED: readonly AcceptedCase[] = [
  ['a body of one character', () => text('x')],
  ['a body of 4,095 characters', () => text(x(4095))],
  ['a body of 4,096 characters', () => text(x(4096))],
  ['a body of any language', () => text('Größe: 你好 👋🏽 \u202e \n\t')],
  ['callback_data of 512 characters', () => aTextMessage({ callback_data: x(512) })],
  ['empty callback_data', () => aTextMessage({ callback_data: '' })],
  ['metadata of 4,096 bytes', () => aTextMessage({ metadata: sized(4096) })],
  ['a number with 8 digits', () => aTextMessage({ to: '+12345678' })],
  ['a number with 15 digits', () => aTextMessage({ to: '+123456789012345' })],
  ['a number as people write it', () => aTextMessage({ to: '+1 (650) 555-1234' })],
  ['a business-scoped user id', () => aTextMessage({ ...PHONE, recipient: 'US.13491208655302741918' })],
  ['one of an enterprise', () => aTextMessage({ ...PHONE, recipient: 'US.ENT.1349' })],
  ['one of 128 characters', () => aTextMessage({ ...PHONE, recipient: `US.${x(128)}` })],
  ['a template name of 512 characters', () => template({ name: x(512) })],
  ['a language with a script', () => template({ language: { code: 'zh_Hant_HK' } })],
  ['a language policy', () => template({ language: { code: 'en_US', policy: 'deterministic' } })],
  ['20 components', () => template({ components: Array.from({ length: 20 }, () => ({ type: 'body' })) })],
  ['a quoted message', () => aTextMessage({ context: { message_id: x(128) } })],
  ['a send time in the past', () => aTextMessage({ send_at: inSeconds(-60) })],
  ['times in another zone', () => aTextMessage({ send_at: '2126-12-01T09:00:00+05:30' })],
  ['a fairness key of one letter', () => aTextMessage({ fairness_key: 'a' })],
  ['a fairness key of 64 letters', () => aTextMessage({ fairness_key: x(64) })],
  ['a fairness key with every sign', () => aTextMessage({ fairness_key: 'Spring_sale-2026.eu:1' })],
  ['a fairness key on a password', () => aTextMessage({ priority: 'authentication', fairness_key: 'logins' })],
  ['an end after the send time', () => aTextMessage({ send_at: inSeconds(60), expires_at: inSeconds(61) })],
];

/** Messages past a limit, or out of shape. */
export const REFUSED: readonly RefusedCase[] = [
  ['an empty body', '/text/body', () => text('')],
  ['a body of 4,097 characters', '/text/body', () => text(x(4097))],
  ['a body that is no text', '/text/body', () => text(42)],
  ['no body', '/text/body', () => aTextMessage({ text: {} })],
  ['a preview flag that is none', '/text/preview_url', () => aTextMessage({ text: { body: 'x', preview_url: 'yes' } })],
  ['content that is no object', '/text', () => aTextMessage({ text: 'Hello' })],
  ['content that is a list', '/text', () => aTextMessage({ text: [{ body: 'x' }] })],
  ['no content', '/type', () => aTextMessage({ text: undefined })],
  ['content of two kinds', '/type', () => aTextMessage({ template: { name: 'n', language: { code: 'en' } } })],
  ['an unknown kind', '/type', () => aTextMessage({ type: 'carrier_pigeon' })],
  ['no kind', '/type', () => aTextMessage({ type: undefined })],
  ['the name of a built-in as the kind', '/type', () => aTextMessage({ type: 'constructor' })],
  ['callback_data of 513 characters', '/callback_data', () => aTextMessage({ callback_data: x(513) })],
  ['callback_data that is no text', '/callback_data', () => aTextMessage({ callback_data: {} })],
  ['metadata of 4,097 bytes', '/metadata', () => aTextMessage({ metadata: sized(4097) })],
  ['metadata of 4,098 bytes in two-byte letters', '/metadata', () => aTextMessage({ metadata: sized(4098, 'ß') })],
  ['metadata that is a list', '/metadata', () => aTextMessage({ metadata: [1] })],
  ['metadata that is a text', '/metadata', () => aTextMessage({ metadata: 'crm' })],
  ['no recipient at all', '/to', () => aTextMessage(PHONE)],
  ['two recipients', '/recipient', () => aTextMessage({ recipient: 'US.1349' })],
  ['a national number', '/to', () => aTextMessage({ to: '6505551234' })],
  ['a number with 00', '/to', () => aTextMessage({ to: '0016505551234' })],
  ['a number that begins with +0', '/to', () => aTextMessage({ to: '+0650555123' })],
  ['a number with 7 digits', '/to', () => aTextMessage({ to: '+1234567' })],
  ['a number with 16 digits', '/to', () => aTextMessage({ to: '+1234567890123456' })],
  ['a number with letters', '/to', () => aTextMessage({ to: '+1650555FLOWERS' })],
  ['a number with other digits', '/to', () => aTextMessage({ to: '+١٢٣٤٥٦٧٨٩' })],
  ['an endless number', '/to', () => aTextMessage({ to: `+1${' '.repeat(50_000)}650` })],
  ['a number that is a number', '/to', () => aTextMessage({ to: 16505551234 })],
  ['a list of numbers', '/to', () => aTextMessage({ to: ['+16505551234'] })],
  ['a user id of 129 characters', '/recipient', () => aTextMessage({ ...PHONE, recipient: `US.${x(129)}` })],
  ['a user id without a country', '/recipient', () => aTextMessage({ ...PHONE, recipient: '1349' })],
  ['a user id in lower case', '/recipient', () => aTextMessage({ ...PHONE, recipient: 'us.1349' })],
  ['a user id that is empty behind the country', '/recipient', () => aTextMessage({ ...PHONE, recipient: 'US.' })],
  ['a template name of 513 characters', '/template/name', () => template({ name: x(513) })],
  ['an empty template name', '/template/name', () => template({ name: '' })],
  ['a template name in upper case', '/template/name', () => template({ name: 'Order' })],
  ['no language', '/template/language', () => template({ language: undefined })],
  ['a language that is a text', '/template/language', () => template({ language: 'en_US' })],
  ['a language with a hyphen', '/template/language/code', () => template({ language: { code: 'en-US' } })],
  ['a language in words', '/template/language/code', () => template({ language: { code: 'english' } })],
  ['another policy', '/template/language/policy', () => template({ language: { code: 'en', policy: 'fallback' } })],
  ['21 components', '/template/components', () => template({ components: Array.from({ length: 21 }, () => ({})) })],
  ['components that are no objects', '/template/components/0', () => template({ components: ['body'] })],
  ['an unknown priority', '/priority', () => aTextMessage({ priority: 'urgent' })],
  ['an empty fairness key', '/fairness_key', () => aTextMessage({ fairness_key: '' })],
  ['a fairness key of 65 letters', '/fairness_key', () => aTextMessage({ fairness_key: x(65) })],
  ['a fairness key with a blank', '/fairness_key', () => aTextMessage({ fairness_key: 'spring sale' })],
  ['a fairness key that is a number', '/fairness_key', () => aTextMessage({ fairness_key: 7 })],
  ['an unknown policy for doubt', '/on_unknown', () => aTextMessage({ on_unknown: 'hope' })],
  ['a quoted id of 129 characters', '/context/message_id', () => aTextMessage({ context: { message_id: x(129) } })],
  ['a day that does not exist', '/send_at', () => aTextMessage({ send_at: '2126-02-30T00:00:00Z' })],
  ['a time in words', '/send_at', () => aTextMessage({ send_at: 'tomorrow' })],
  ['a time as a number', '/send_at', () => aTextMessage({ send_at: 1_793_001_600 })],
  ['an end that has passed', '/expires_at', () => aTextMessage({ expires_at: inSeconds(-1) })],
  [
    'an end before the send time',
    '/expires_at',
    () => aTextMessage({ send_at: inSeconds(60), expires_at: inSeconds(59) }),
  ],
  ['the number of nobody', '/phone_number_id', () => aTextMessage({ phone_number_id: '1' })],
  ['the pool of nobody', '/pool_id', () => fromPool()],
  ['a pool and a number', '/pool_id', () => aTextMessage({ pool_id: NO_POOL })],
  ['a pool id that is no UUID', '/pool_id', () => fromPool({ pool_id: 'campaigns' })],
  ['a pool for a group', '/pool_id', () => fromPool({ recipient_type: 'group', to: 'group-1' })],
  ['neither a number nor a pool', '/phone_number_id', () => fromPool({ pool_id: undefined })],
  ['a number id with letters', '/phone_number_id', () => aTextMessage({ phone_number_id: 'abc' })],
  ['a number id that is a number', '/phone_number_id', () => aTextMessage({ phone_number_id: 106540352242922 })],
  ['an unknown field', '/on_unkown', () => aTextMessage({ on_unkown: 'resend' })],
  ['an unknown field within', '/text/boddy', () => aTextMessage({ text: { body: 'x', boddy: 'y' } })],
  ['a column of the table', '/state', () => aTextMessage({ state: 'submitted' })],
  ['the tenant’s id', '/portfolio_id', () => aTextMessage({ portfolio_id: '01890000-0000-7000-8000-000000000000' })],
];
