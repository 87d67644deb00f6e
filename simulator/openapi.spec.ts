import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { FormData, request } from 'undici';
import { DEFAULTS } from './assets/platform-state.js';
import { referencePath } from './testing/reference.js';
import { startTestSimulator, stopAll, type TestSimulator, text } from './testing/started-simulator.js';

/** Meta's OpenAPI of the business messaging APIs, where the reference material is at hand. */
const FILE = referencePath('facts', 'meta-openapi-v23.json');
if (FILE === undefined) process.emitWarning('NOT TESTED: Meta’s OpenAPI is not on this machine');

const PHONE = DEFAULTS.phoneNumberId;
const WABA = DEFAULTS.wabaId;
const USERS = { messaging_product: 'whatsapp', block_users: [{ user: '+16505551234' }] };

const TEMPLATE = {
  name: 'order_confirmation',
  language: 'en_US',
  category: 'UTILITY',
  components: [{ type: 'BODY', text: 'Your parcel is on its way to you.' }],
};

type Method = 'DELETE' | 'GET' | 'POST';

/** Operations that the simulator has and Meta's OpenAPI describes: how the document calls each, and a call of it. */
const OPERATIONS: readonly (readonly [Method, path: string, where: string, body?: object])[] = [
  ['GET', '{Phone-Number-ID}', PHONE],
  ['GET', '{Phone-Number-ID}', `${PHONE}?fields=id,verified_name,quality_rating,code_verification_status,name_status`],
  ['POST', '{Phone-Number-ID}', PHONE, { pin: '123456' }],
  ['POST', '{Phone-Number-ID}/register', `${PHONE}/register`, { messaging_product: 'whatsapp', pin: '123456' }],
  ['POST', '{Phone-Number-ID}/deregister', `${PHONE}/deregister`],
  ['POST', '{Phone-Number-ID}/request_code', '201/request_code', { code_method: 'SMS', language: 'en_US' }],
  ['GET', '{Phone-Number-ID}/settings', `${PHONE}/settings`],
  ['POST', '{Phone-Number-ID}/settings', `${PHONE}/settings`, { calling: { status: 'enabled' } }],
  ['GET', '{Phone-Number-ID}/whatsapp_business_profile', `${PHONE}/whatsapp_business_profile`],
  [
    'POST',
    '{Phone-Number-ID}/whatsapp_business_profile',
    `${PHONE}/whatsapp_business_profile`,
    { messaging_product: 'whatsapp', about: 'Hi' },
  ],
  ['POST', '{Phone-Number-ID}/block_users', `${PHONE}/block_users`, USERS],
  ['GET', '{Phone-Number-ID}/block_users', `${PHONE}/block_users`],
  ['DELETE', '{Phone-Number-ID}/block_users', `${PHONE}/block_users`, USERS],
  ['GET', '{Phone-Number-ID}/message_history', `${PHONE}/message_history`],
  ['POST', '{Phone-Number-ID}/messages', `${PHONE}/messages`, text('+16505555678')],
  [
    'GET',
    '{WABA-ID}',
    `${WABA}?fields=id,name,currency,country,timezone_id,account_review_status,is_enabled_for_insights`,
  ],
  ['POST', '{WABA-ID}', WABA, { name: 'Lucky Shrub' }],
  [
    'GET',
    '{WABA-ID}/phone_numbers',
    `${WABA}/phone_numbers?fields=id,display_phone_number,verified_name,status,quality_rating`,
  ],
  ['POST', '{WABA-ID}/subscribed_apps', `${WABA}/subscribed_apps`],
  ['GET', '{WABA-ID}/subscribed_apps', `${WABA}/subscribed_apps`],
  ['DELETE', '{WABA-ID}/subscribed_apps', `${WABA}/subscribed_apps`],
  ['POST', '{WABA-ID}/message_templates', `${WABA}/message_templates`, TEMPLATE],
  ['GET', '{WABA-ID}/message_templates', `${WABA}/message_templates`],
  ['DELETE', '{WABA-ID}/message_templates', `${WABA}/message_templates?name=kept`],
  ['GET', '{TEMPLATE_ID}', '{template}'],
  ['POST', '{TEMPLATE_ID}', '{template}', { components: [{ type: 'BODY', text: 'Your parcel has arrived at last.' }] }],
  ['GET', '{Media-ID}', '{media}'],
  ['DELETE', '{Media-ID}', '{media}'],
  ['GET', '{Business-ID}', DEFAULTS.businessId],
  ['GET', '{Business-ID}/owned_whatsapp_business_accounts', `${DEFAULTS.businessId}/owned_whatsapp_business_accounts`],
];

/** The document without enums: its own disagree with each other and with Meta's pages (cloud-api.md §7). */
function withoutEnums(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEnums);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, member]) => key !== 'enum' || !Array.isArray(member));
  return Object.fromEntries(entries.map(([key, member]) => [key, withoutEnums(member)]));
}

// biome-ignore lint/suspicious/noExplicitAny: a document of every shape.
type Json = any;

/** Follows a reference inside the document. */
function resolved(document: Json, node: Json): Json {
  if (typeof node?.$ref !== 'string') return node;
  const steps = node.$ref
    .slice(2)
    .split('/')
    .map((step: string) => step.replace(/~1/g, '/').replace(/~0/g, '~'));
  return resolved(
    document,
    steps.reduce((at: Json, step: string) => at[step], document),
  );
}

describe('every answer', () => {
  const document: Json = FILE === undefined ? undefined : withoutEnums(JSON.parse(readFileSync(FILE, 'utf8')));
  const ajv = new Ajv2020({ strict: false, validateFormats: false, inlineRefs: false });
  if (document) ajv.addSchema({ $id: 'meta', components: document.components }, undefined, true, false);
  let simulator: TestSimulator;

  beforeEach(async () => {
    const scenario = {
      templates: [{ ...TEMPLATE, name: 'kept' }],
      phone_numbers: [{ id: '201' }],
      accounts: { 201: { registered: false, code_verification_status: 'NOT_VERIFIED' } },
    };
    ({ simulator } = await startTestSimulator({ clock: 'virtual', scenario }));
    await simulator.post(`/v23.0/${PHONE}/block_users`, USERS);
  });
  afterEach(stopAll);

  const schemaOf = (method: Method, path: string): object | undefined => {
    const operation = document?.paths[`/{Version}/${path}`]?.[method.toLowerCase()];
    const answer = resolved(document, operation?.responses['200']);
    const schema = answer?.content?.['application/json']?.schema;
    return schema && JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"meta#/components'));
  };

  const idOf = async (kind: string): Promise<string> => {
    if (kind === 'template') return (await simulator.get(`/v23.0/${WABA}/message_templates?name=kept`)).data[0].id;
    return (await simulator.post('/_simulator/media', { kind: 'image' })).id;
  };

  // The row as a rest argument: a parameter without a value would be taken for jest's `done`.
  it.each(OPERATIONS)('%s %s (%s) is as Meta’s OpenAPI says', async (...[method, path, where, body]) => {
    const kind = /^\{(\w+)\}/.exec(where)?.[1];
    const target = kind === undefined ? where : where.replace(`{${kind}}`, await idOf(kind));
    const answer = await simulator.call(method, `/v23.0/${target}`, body);
    expect([answer.status, answer.body?.error]).toEqual([200, undefined]);
    if (!document) return;
    const schema = schemaOf(method, path);
    expect(schema).toBeDefined();
    const isValid = ajv.compile(schema as object);
    isValid(answer.body);
    expect(isValid.errors ?? []).toEqual([]);
  });

  it('to an upload is as Meta’s OpenAPI says', async () => {
    const form = new FormData();
    form.set('messaging_product', 'whatsapp');
    form.set('file', new File(['abc'], 'a.txt', { type: 'text/plain' }));
    const headers = { authorization: 'Bearer t' };
    const answer = await request(`${simulator.url}/v23.0/${PHONE}/media`, { method: 'POST', body: form, headers });
    const body = await answer.body.json();
    expect([answer.statusCode, body]).toEqual([200, { id: expect.any(String) }]);
    const schema = schemaOf('POST', '{Phone-Number-ID}/media');
    if (schema) expect(ajv.validate(schema, body)).toBe(true);
  });

  it.each([
    ['GET', '12345678/message_templates'],
    ['GET', `${PHONE}/nonsense`],
    ['DELETE', PHONE],
    ['POST', 'nonsense'],
  ] as const)('to %s %s, which is not there, is Graph’s own 100/33', async (method, where) => {
    const answer = await simulator.call(method, `/v23.0/${where}`);
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { type: 'GraphMethodException', code: 100, error_subcode: 33, fbtrace_id: expect.any(String) } },
    });
  });
});
