import { afterEach, describe, expect, it } from '@jest/globals';
import { WhatsAppClient } from '@kapso/whatsapp-cloud-api';
import { normalizeWebhook, verifySignature } from '@kapso/whatsapp-cloud-api/server';
import { WhatsAppAPI } from 'whatsapp-api-js';
import { BodyComponent, BodyParameter, Image, Language, Template, Text } from 'whatsapp-api-js/messages';
import { DEFAULTS } from './assets/platform-state.js';
import { APP_SECRET, startTestSimulator, stopAll } from './testing/started-simulator.js';

afterEach(stopAll);

const PHONE = DEFAULTS.phoneNumberId;
const USER = '16505551234';

/** Everything of the simulator a client's own code is tried against. */
async function platform() {
  const started = await startTestSimulator({ scenario: { outcomes: { delivered: 1, read: 0 } } });
  const { simulator } = started;
  const settle = () => simulator.get('/_simulator/idle?timeout_ms=8000');
  return { ...started, settle };
}

/** The smallest picture there is. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** Files must have been uploaded and templates approved, as with Meta. */
const STRICT = { strict_media: true, strict_templates: true };
const TEMPLATE = {
  name: 'order_update',
  status: 'APPROVED',
  components: [{ type: 'BODY', text: 'Hello {{1}}, it is on its way.', example: { body_text: [['Ada']] } }],
};

describe('whatsapp-api-js', () => {
  /** The library knows one host; its `fetch` is handed in and leads there to the simulator. */
  const clientOf = (url: string) =>
    new WhatsAppAPI({
      token: 'token',
      appSecret: APP_SECRET,
      v: 'v25.0',
      ponyfill: {
        fetch: (input, init) => fetch(String(input).replace('https://graph.facebook.com', url), init),
        subtle: crypto.subtle,
      },
    });

  it('sends text, picture and template unmodified, and marks as read', async () => {
    const { simulator } = await platform();
    const client = clientOf(simulator.url);
    const messages = [
      new Text('Hello', true),
      new Image('https://files.example.com/1.png', false, 'A plant'),
      new Template('order_update', new Language('en_US'), new BodyComponent(new BodyParameter('Ada'))),
    ];
    for (const message of messages) {
      const answer = await client.sendMessage(PHONE, USER, message, undefined, 'ours');
      expect(answer).toMatchObject({
        contacts: [{ input: USER, wa_id: USER }],
        messages: [{ id: expect.stringMatching(/^wamid\./) }],
      });
    }
    expect(await client.markAsRead(PHONE, 'wamid.A', 'text')).toEqual({ success: true });
    expect(await simulator.ledger()).toMatchObject([
      { type: 'text', outcome: 'accepted', biz_opaque_callback_data: 'ours' },
      { type: 'image', outcome: 'accepted' },
      { type: 'template', outcome: 'accepted' },
    ]);
  });

  it('uploads a picture, sends it, fetches it and deletes it, and sends an approved template', async () => {
    const { simulator } = await platform();
    const client = clientOf(simulator.url);
    await simulator.post('/_simulator/behaviour', STRICT);
    await simulator.post('/_simulator/templates', TEMPLATE);
    const form = new FormData();
    form.set('file', new Blob([PNG], { type: 'image/png' }), 'plant.png');
    form.set('type', 'image/png');
    const { id } = (await client.uploadMedia(PHONE, form)) as { id: string };
    const template = (name: string) =>
      new Template(name, new Language('en_US'), new BodyComponent(new BodyParameter('Ada')));
    expect(await client.sendMessage(PHONE, USER, new Image(id, true))).toHaveProperty('messages');
    expect(await client.sendMessage(PHONE, USER, template('order_update'))).toHaveProperty('messages');
    expect(await client.sendMessage(PHONE, USER, template('another'))).toMatchObject({ error: { code: 132001 } });
    const { url } = (await client.retrieveMedia(id)) as { url: string };
    expect(Buffer.from(await (await client.fetchMedia(url)).arrayBuffer())).toEqual(PNG);
    expect(await client.deleteMedia(id)).toEqual({ success: true });
    expect(await client.sendMessage(PHONE, USER, new Image(id, true))).toMatchObject({ error: { code: 100 } });
  });

  it('reads Meta’s refusal', async () => {
    const { simulator } = await platform();
    const answer = await clientOf(simulator.url).sendMessage(PHONE, 'nobody', new Text('Hello'));
    expect(answer).toMatchObject({ error: { code: 131009 } });
  });

  it('verifies and parses the webhooks of statuses and of an inbound message', async () => {
    const { simulator, callback, settle } = await platform();
    const client = clientOf(simulator.url);
    const seen: string[] = [];
    client.on.status = ({ phoneID, status, id }) => void seen.push(`${phoneID} ${status} ${id}`);
    client.on.message = ({ from, message }) => void seen.push(`${from} ${message.type}`);
    const sent = await client.sendMessage(PHONE, USER, new Text('grüß dich'));
    await settle();
    await simulator.post('/_simulator/inbound', { from: USER, text: 'schön / 😀' });
    await settle();
    for (const { body, signature } of callback.posts) await client.post(JSON.parse(body), body, signature);
    const wamid = 'messages' in sent ? sent.messages[0].id : '';
    expect(seen).toEqual([`${PHONE} sent ${wamid}`, `${PHONE} delivered ${wamid}`, `${USER} text`]);
  });
});

describe('@kapso/whatsapp-cloud-api', () => {
  const clientOf = (baseUrl: string) => new WhatsAppClient({ baseUrl, accessToken: 'token', graphVersion: 'v25.0' });

  it('sends text, picture, buttons and template unmodified, and marks as read', async () => {
    const { simulator } = await platform();
    const { messages } = clientOf(simulator.url);
    const to = { phoneNumberId: PHONE, to: `+${USER}` };
    await messages.sendText({ ...to, body: 'Hello' });
    await messages.sendImage({ ...to, image: { link: 'https://files.example.com/1.png', caption: 'A plant' } });
    await messages.sendInteractiveButtons({
      ...to,
      bodyText: 'Choose',
      buttons: [
        { id: 'a', title: 'Yes' },
        { id: 'b', title: 'No' },
      ],
    });
    const answer = await messages.sendTemplate({
      ...to,
      template: {
        name: 'order_update',
        language: { code: 'en_US' },
        components: [{ type: 'body', parameters: [{ type: 'text', text: 'Ada' }] }],
      },
    });
    expect(answer.messages[0]?.id).toMatch(/^wamid\./);
    await messages.markRead({ phoneNumberId: PHONE, messageId: 'wamid.A' });
    const lines = await simulator.ledger();
    expect(lines.map(({ type, outcome }) => `${type} ${outcome}`)).toEqual([
      'text accepted',
      'image accepted',
      'interactive accepted',
      'template accepted',
    ]);
  });

  it('uploads a picture, sends it, fetches it and deletes it, and sends an approved template', async () => {
    const { simulator } = await platform();
    const { media, messages } = clientOf(simulator.url);
    await simulator.post('/_simulator/behaviour', STRICT);
    await simulator.post('/_simulator/templates', TEMPLATE);
    const to = { phoneNumberId: PHONE, to: `+${USER}` };
    const file = new Blob([PNG], { type: 'image/png' });
    const { id } = await media.upload({ phoneNumberId: PHONE, type: 'image', file, fileName: 'plant.png' });
    await messages.sendImage({ ...to, image: { id } });
    const components = [{ type: 'body' as const, parameters: [{ type: 'text' as const, text: 'Ada' }] }];
    await messages.sendTemplate({ ...to, template: { name: TEMPLATE.name, language: { code: 'en_US' }, components } });
    expect(Buffer.from((await media.download({ mediaId: id, auth: 'always' })) as ArrayBuffer)).toEqual(PNG);
    expect(await media.delete({ mediaId: id })).toMatchObject({ success: true });
    await expect(messages.sendImage({ ...to, image: { id } })).rejects.toMatchObject({ code: 100 });
  });

  it('understands Meta’s refusal', async () => {
    const { simulator } = await platform();
    await simulator.post('/_simulator/behaviour', { refused: { [PHONE]: 131031 } });
    const refused = clientOf(simulator.url).messages.sendText({ phoneNumberId: PHONE, to: `+${USER}`, body: 'Hello' });
    await expect(refused).rejects.toMatchObject({ code: 131031, httpStatus: 403 });
  });

  it('verifies and parses the webhooks of statuses and of an inbound message', async () => {
    const { simulator, callback, settle } = await platform();
    const client = clientOf(simulator.url);
    const sent = await client.messages.sendText({ phoneNumberId: PHONE, to: `+${USER}`, body: 'grüß dich' });
    await settle();
    await simulator.post('/_simulator/inbound', { from: USER, text: 'schön / 😀' });
    await settle();
    const genuine = callback.posts.filter(({ body, signature }) =>
      verifySignature({ appSecret: APP_SECRET, rawBody: body, signatureHeader: signature }),
    );
    expect(genuine).toHaveLength(callback.posts.length);
    const parsed = genuine.map(({ body }) => normalizeWebhook(JSON.parse(body)));
    expect(parsed.flatMap(({ statuses }) => statuses.map(({ id, status }) => `${id} ${status}`))).toEqual([
      `${sent.messages[0]?.id} sent`,
      `${sent.messages[0]?.id} delivered`,
    ]);
    expect(parsed.flatMap(({ messages }) => messages)).toMatchObject([{ from: USER, text: { body: 'schön / 😀' } }]);
  });
});
