import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { referencePath } from '../testing/reference.js';
import type { JsonObject } from './template.js';
import { isFault, readContent } from './template-request.js';

/** Samples of Meta's own pages, where the reference material is at hand. */
const SAMPLES = referencePath('payloads', 'requests');

const order = {
  name: 'order_confirmation',
  language: 'en_US',
  category: 'UTILITY',
  components: [
    {
      type: 'BODY',
      text: 'Thank you for your order, {{1}}! Your order number is {{2}}, and it is on its way to you.',
      example: { body_text: [['Pablo', '860198-230332']] },
    },
  ],
};

const body = (text: string, samples: readonly string[] = []): JsonObject => ({
  ...order,
  components: [{ type: 'BODY', text, ...(samples.length > 0 ? { example: { body_text: [samples] } } : {}) }],
});

const withComponents = (...more: readonly JsonObject[]): JsonObject => ({
  ...order,
  components: [...order.components, ...more],
});
const buttons = (...list: readonly JsonObject[]): JsonObject => withComponents({ type: 'BUTTONS', buttons: list });
const header = (text: string, more: JsonObject = {}): JsonObject =>
  withComponents({ type: 'HEADER', format: 'TEXT', text, ...more });
const quick = (text: string): JsonObject => ({ type: 'QUICK_REPLY', text });
const otp = (button: JsonObject, more: JsonObject = {}): JsonObject => ({
  ...order,
  category: 'AUTHENTICATION',
  components: [
    { type: 'BODY', add_security_recommendation: true },
    { type: 'BUTTONS', buttons: [{ type: 'OTP', ...button }] },
  ],
  ...more,
});

const subcodeOf = (request: JsonObject): number | 'accepted' => {
  const result = readContent({ body: request });
  return isFault(result) ? result.subcode : 'accepted';
};

describe('a template that Meta takes', () => {
  it.each<readonly [string, JsonObject]>([
    ['a body alone', order],
    ['a body without variables', body('Your parcel has been delivered.')],
    [
      'named variables',
      {
        ...order,
        parameter_format: 'named',
        components: [
          {
            type: 'body',
            text: 'Thank you for your order, {{first_name}}! We will write to you again.',
            example: { body_text_named_params: [{ param_name: 'first_name', example: 'Pablo' }] },
          },
        ],
      },
    ],
    ['kinds in lower case', { ...order, category: 'utility', components: [{ ...order.components[0], type: 'body' }] }],
    ['a header that ends with its variable', header('Hello {{1}}', { example: { header_text: ['Pablo'] } })],
    ['ten quick replies', buttons(...Array.from({ length: 10 }, (_, i) => quick(`Answer ${i}`)))],
    [
      'two groups of buttons',
      buttons(quick('Stop'), { type: 'URL', text: 'Shop', url: 'https://example.com/{{1}}', example: ['a'] }),
    ],
    ['a code to copy', otp({ otp_type: 'copy_code', text: 'Copy' })],
    [
      'an app to fill the code in',
      otp({
        otp_type: 'ONE_TAP',
        supported_apps: [{ package_name: 'com.example.shop', signature_hash: 'K8a/AINcGX7' }],
      }),
    ],
  ])('is one with %s', (_, request) => {
    expect(subcodeOf(request)).toBe('accepted');
  });

  if (SAMPLES === undefined) process.emitWarning('NOT TESTED: the samples of Meta’s pages are not on this machine');
  const files = SAMPLES === undefined ? [] : readdirSync(SAMPLES).filter((file) => file.startsWith('template-create-'));
  const samples = files
    .map((file) => [file, JSON.parse(readFileSync(path.join(SAMPLES ?? '', file), 'utf8')) as JsonObject] as const)
    // Forms with <PLACEHOLDERS> are no requests, and `languages` is the other endpoint's (upsert_message_templates).
    .filter(([, sample]) => !JSON.stringify(sample).includes('"<') && sample.languages === undefined);

  it('is every one of Meta’s pages', () => {
    for (const [file, sample] of samples) {
      const result = readContent({ body: sample });
      expect([file, isFault(result) ? result : 'accepted']).toEqual([file, 'accepted']);
    }
  });
});

describe('a template that Meta refuses', () => {
  it.each<readonly [string, number, JsonObject]>([
    ['has capitals in its name', 2388046, { ...order, name: 'Order' }],
    ['has a blank in its name', 2388046, { ...order, name: 'an order' }],
    ['has a name of 513 characters', 2388046, { ...order, name: 'a'.repeat(513) }],
    ['has the name of a sample', 2388155, { ...order, name: 'hello_world' }],
    ['has no category', 0, { ...order, category: undefined }],
    ['has a category nobody knows', 0, { ...order, category: 'TRANSACTIONAL' }],
    ['has a language nobody knows', 0, { ...order, language: 'english' }],
    ['has no components', 0, { ...order, components: [] }],
    ['has no body', 2388072, { ...order, components: [{ type: 'FOOTER', text: 'Bye' }] }],
    ['has two bodies', 2388072, withComponents({ type: 'BODY', text: 'Once more' })],
    ['has a body of 1025 characters', 2388040, body('a'.repeat(1025))],
    ['begins with a variable', 2388299, body('{{1}}, your order is on its way to you', ['Pablo'])],
    ['ends with a variable and a full stop', 2388299, body('Your order is on its way to you, {{1}}.', ['Pablo'])],
    [
      'has two variables side by side',
      2388072,
      body('Your order {{1}} {{2}} is on its way to you right now', ['a', 'b']),
    ],
    ['has too many variables for its words', 2388293, body('Hi {{1}} and {{2}} bye', ['a', 'b'])],
    ['leaves a number out', 2388072, body('Thank you, {{1}}! Your order is {{3}}, and it is on its way', ['a', 'b'])],
    ['has mismatched braces', 2388072, body('Thank you, {{1}! Your order is on its way to you')],
    ['names a variable where numbers are meant', 2388072, body('Thank you, {{name}}! Your order is on its way', ['a'])],
    ['has special characters in a variable', 2388072, body('Thank you, {{1%}}! Your order is on its way', ['a'])],
    ['has no samples', 2388043, body('Thank you, {{1}}! Your order is on its way to you')],
    [
      'has fewer samples than variables',
      2388043,
      body('Thank you, {{1}}! Your order {{2}} is on its way to you', ['a']),
    ],
    ['has five newlines in a row', 2388072, body('Thank you\n\n\n\n\nfor your order')],
    ['has a header of 61 characters', 2388040, header('a'.repeat(61))],
    ['has two variables in its header', 2388047, header('{{1}} and {{2}}', { example: { header_text: ['a', 'b'] } })],
    ['has an emoji in its header', 2388047, header('Hello 🎉')],
    ['has bold words in its header', 2388047, header('*Hello*')],
    ['has a header of no known format', 2388047, withComponents({ type: 'HEADER', format: 'POEM' })],
    ['has a picture without a sample', 2388043, withComponents({ type: 'HEADER', format: 'IMAGE' })],
    ['has a variable in its footer', 2388073, withComponents({ type: 'FOOTER', text: 'Bye {{1}}' })],
    ['has a footer of 61 characters', 2388040, withComponents({ type: 'FOOTER', text: 'a'.repeat(61) })],
    ['has eleven buttons', 2388060, buttons(...Array.from({ length: 11 }, (_, i) => quick(`Answer ${i}`)))],
    [
      'has three URLs',
      2388060,
      buttons(...Array.from({ length: 3 }, () => ({ type: 'URL', text: 'Go', url: 'https://example.com' }))),
    ],
    ['has a label of 26 characters', 2388040, buttons(quick('a'.repeat(26)))],
    [
      'has quick replies in two groups',
      2388060,
      buttons(quick('a'), { type: 'URL', text: 'Go', url: 'https://example.com' }, quick('b')),
    ],
    [
      'has a variable inside a URL',
      2388060,
      buttons({ type: 'URL', text: 'Go', url: 'https://example.com/{{1}}/x', example: ['a'] }),
    ],
    [
      'has a URL with a variable and no sample',
      2388043,
      buttons({ type: 'URL', text: 'Go', url: 'https://example.com/{{1}}' }),
    ],
    ['has a URL that is none', 2388060, buttons({ type: 'URL', text: 'Go', url: 'example' })],
    [
      'has a phone number of 21 characters',
      2388060,
      buttons({ type: 'PHONE_NUMBER', text: 'Call', phone_number: '+'.padEnd(21, '1') }),
    ],
    [
      'has a code of 21 characters',
      2388040,
      { ...buttons({ type: 'COPY_CODE', example: 'A'.repeat(21) }), category: 'MARKETING' },
    ],
    ['has a button nobody knows', 2388060, buttons({ type: 'SHAKE', text: 'Shake' })],
    ['has a one-time password outside AUTHENTICATION', 2388060, buttons({ type: 'OTP', otp_type: 'COPY_CODE' })],
    ['is AUTHENTICATION with words of its own', 2388072, { ...order, category: 'AUTHENTICATION' }],
    [
      'is AUTHENTICATION without a button',
      2388060,
      { ...order, category: 'AUTHENTICATION', components: [{ type: 'BODY' }] },
    ],
    [
      'is zero-tap without the terms',
      2388060,
      otp({
        otp_type: 'ZERO_TAP',
        supported_apps: [{ package_name: 'com.example.shop', signature_hash: 'K8a/AINcGX7' }],
      }),
    ],
    [
      'has an app with a short hash',
      2388060,
      otp({ otp_type: 'ONE_TAP', supported_apps: [{ package_name: 'com.example.shop', signature_hash: 'K8a' }] }),
    ],
    ['waits an hour for a code', 0, otp({ otp_type: 'COPY_CODE' }, { message_send_ttl_seconds: 3600 })],
    ['has a carousel in UTILITY', 2388072, withComponents({ type: 'CAROUSEL', cards: [] })],
    [
      'has a carousel of one card',
      2388072,
      { ...withComponents({ type: 'CAROUSEL', cards: [{ components: [] }] }), category: 'MARKETING' },
    ],
  ])('%s (%d)', (_, subcode, request) => {
    expect(subcodeOf(request)).toBe(subcode);
  });

  it('is told by member and rule', () => {
    const result = readContent({ body: { ...order, name: 'Order' } });
    expect(result).toMatchObject({ field: 'name', rule: expect.stringContaining('lowercase') });
  });

  it('never breaks the reader, whatever it is', () => {
    fc.assert(
      fc.property(fc.object(), fc.array(fc.object()), (rest, components) => {
        expect(readContent({ body: { ...order, components, ...rest } as JsonObject })).toBeDefined();
      }),
    );
  });
});
