import { beforeAll, describe, expect, it } from '@jest/globals';
import { WhatsAppClient } from '@kapso/whatsapp-cloud-api';
import { WhatsAppAPI } from 'whatsapp-api-js';
import { Text } from 'whatsapp-api-js/messages';
import { LUCKY } from '../support/accounts.js';
import { aRecipient } from '../support/factories.js';
import { aPng } from '../support/files.js';
import { GraphMedia } from '../support/graph-media.js';
import { askOracle } from '../support/oracle.js';
import { type Stack, startStack } from '../support/stack.js';

const META = 'https://graph.facebook.com';
const MESSAGES = 60;

interface Sent {
  readonly messages?: readonly { readonly id: string }[];
  readonly error?: object;
}

/** What the suites ask of a client library. The libraries are those of npm, unchanged: base URL and token are all that is set. */
interface PublicClient {
  sendText(to: string, body: string): Promise<Sent>;
  sendTemplate(to: string, imageId: string): Promise<Sent>;
  upload(bytes: Buffer): Promise<{ id: string }>;
  find(id: string): Promise<{ url?: string }>;
  download(id: string): Promise<ArrayBuffer>;
  remove(id: string): Promise<unknown>;
}

const header = (imageId: string) => ({ type: 'header', parameters: [{ type: 'image', image: { id: imageId } }] });
const FROM = LUCKY.phoneNumberId;

/** `whatsapp-api-js` has Meta's address inside; the `fetch` that it lets one give is where another host is put in. */
function whatsappApiJs(url: string): PublicClient {
  const elsewhere = (target: string | URL | Request, init?: RequestInit) =>
    fetch(String(target).replace(META, url), init);
  const api = new WhatsAppAPI({
    token: LUCKY.keys.all,
    secure: false,
    v: 'v23.0',
    ponyfill: { fetch: elsewhere as typeof fetch },
  });
  const raw = (type: string, content: object) => ({ _type: type, toJSON: () => content }) as never;
  return {
    sendText: async (to, body) => (await api.sendMessage(FROM, to, new Text(body))) as Sent,
    sendTemplate: async (to, imageId) => {
      const template = { name: 'launch', language: { code: 'en_US' }, components: [header(imageId)] };
      return (await api.sendMessage(FROM, to, raw('template', template))) as Sent;
    },
    upload: async (bytes) => {
      const form = new FormData();
      form.set('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'a.png');
      return (await api.uploadMedia(FROM, form)) as { id: string };
    },
    find: async (id) => (await api.retrieveMedia(id, FROM)) as { url?: string },
    download: async (id) => {
      const { url: link } = (await api.retrieveMedia(id)) as { url: string };
      return (await api.fetchMedia(link)).arrayBuffer();
    },
    remove: (id) => api.deleteMedia(id),
  };
}

function kapso(url: string): PublicClient {
  const client = new WhatsAppClient({ baseUrl: url, accessToken: LUCKY.keys.all, graphVersion: 'v24.0' });
  return {
    sendText: async (to, body) => (await client.messages.sendText({ phoneNumberId: FROM, to, body })) as Sent,
    sendTemplate: async (to, imageId) => {
      const template = { name: 'launch', language: { code: 'en_US' }, components: [header(imageId)] };
      return (await client.messages.sendTemplate({ phoneNumberId: FROM, to, template: template as never })) as Sent;
    },
    upload: async (bytes) => {
      const file = new Blob([new Uint8Array(bytes)], { type: 'image/png' });
      const answer = await client.media.upload({ phoneNumberId: FROM, type: 'image/png', file, fileName: 'a.png' });
      return answer as { id: string };
    },
    find: (id) => client.media.get({ mediaId: id, phoneNumberId: FROM }),
    download: async (id) => (await client.media.download({ mediaId: id, auth: 'always' })) as ArrayBuffer,
    remove: (id) => client.media.delete({ mediaId: id }),
  };
}

describe.each([
  ['whatsapp-api-js', whatsappApiJs],
  ['@kapso/whatsapp-cloud-api', kapso],
])('a program written for Meta with %s', (name, make) => {
  let stack: Stack;
  let client: PublicClient;
  const recipients = Array.from({ length: MESSAGES }, () => aRecipient());

  beforeAll(async () => {
    // Meta's limit is hit in the middle of the run: by messages that come too fast for a slow number, and by refusals.
    const throttled = recipients.filter((_, i) => i % 10 === 5);
    const faults = { by_recipient: Object.fromEntries(throttled.map((to) => [to, ['130429']])) };
    stack = await startStack({ replicas: 0, simulator: { mps: 20, scenario: { faults } } });
    const graph = await GraphMedia.start(stack.simulator.url);
    await stack.addGateway({ GRAPH_BASE_URL: graph.url });
    await stack.callBack(stack.api.url);
    client = make(stack.api.url);
  });

  it('sends at its own speed, and never notices that Meta is slower', async () => {
    const answers = await Promise.all(recipients.map((to, i) => client.sendText(to, `${name} ${i}`)));
    expect(answers.filter((answer) => answer.messages?.[0]?.id === undefined)).toEqual([]);
    expect(new Set(answers.map((answer) => answer.messages?.[0]?.id)).size).toBe(MESSAGES);
    for (const answer of answers) {
      const wamid = encodeURIComponent(answer.messages?.[0]?.id ?? '');
      const page = await stack.api.get<{ messages: { id: string }[] }>(`/v1/messages?wamid=${wamid}`);
      const { id } = page.body.messages[0] ?? { id: '' };
      await stack.api.untilMessage(id, (m) => m.state === 'submitted', { withinMs: 30_000 });
    }
    const oracle = await askOracle(stack.simulator);
    expect(recipients.map((to) => oracle.copies(to))).toEqual(recipients.map(() => 1));
    expect(oracle.lines.filter((line) => line.code === 130429).length).toBeGreaterThanOrEqual(6);
  });

  it('uploads a file, sends it in a template, reads it back and removes it', async () => {
    const bytes = aPng(name);
    const { id } = await client.upload(bytes);
    const to = aRecipient();
    const sent = await client.sendTemplate(to, id);
    expect(sent.messages?.[0]?.id).toMatch(/^wamid\./);
    expect(await client.find(id)).toMatchObject({ url: `${stack.api.url}/v1/media/${id}/content` });
    expect(Buffer.from(await client.download(id)).equals(bytes)).toBe(true);
    expect(await client.remove(id)).toMatchObject({ success: true });
    // One library throws Meta's error, the other returns it.
    const found = await client.find(id).catch(() => ({}));
    expect(found).not.toHaveProperty('url');
  });
});
