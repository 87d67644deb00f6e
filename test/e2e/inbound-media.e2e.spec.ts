import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { LUCKY, OTHER } from '../support/accounts.js';
import type { ApiClient, CallOptions } from '../support/api-client.js';
import { aRecipient } from '../support/factories.js';
import { type FileAtMeta, hashOf, MetaFiles } from '../support/meta-files.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { messagesWebhook, postWebhook } from '../support/webhooks.js';

let stack: Stack;
let meta: MetaFiles;
/** With the simulator as Meta; then with files of our own making there. */
let byItself: ApiClient;
let onDemand: ApiClient;
let token: string;

beforeAll(async () => {
  stack = await startStack();
  byItself = stack.api;
  meta = await MetaFiles.start();
  onDemand = (await stack.addGateway({ GRAPH_BASE_URL: meta.url })).api;
  await stack.callBack(byItself.url);
  token = LUCKY.accessToken;
});

interface Media {
  readonly id: string;
  readonly state: string;
  readonly meta_media_id: string;
  readonly size_bytes: number | null;
}

interface Received {
  readonly wamid?: string;
  readonly message: Readonly<Record<string, { readonly id: string } | undefined>>;
}

/** The file of the message with this wamid, once its event is there. */
const fileOf = (wamid: string): Promise<string> =>
  until(
    async () => {
      const events = await byItself.allEvents();
      const event = events.find((e) => (e.data as { wamid?: string }).wamid === wamid);
      return (event?.data as { media_id?: string } | undefined)?.media_id ?? null;
    },
    { what: 'the event of the message', withinMs: 30_000 },
  );

/** Somebody sends a file that Meta has; gives our id of it. */
async function someoneSends(file: FileAtMeta, told: object = {}): Promise<string> {
  const id = meta.add(file);
  const wamid = `wamid.${randomBytes(9).toString('base64url')}`;
  const document = { id, mime_type: 'text/plain', filename: 'a.txt', sha256: hashOf(file), ...told };
  const message = { from: aRecipient().slice(1), id: wamid, timestamp: '1793001600', type: 'document', document };
  expect((await postWebhook(byItself, messagesWebhook({ messages: [message] }))).status).toBe(200);
  return fileOf(wamid);
}
const show = async (id: string, api: ApiClient = onDemand) => (await api.get<Media>(`/v1/media/${id}`)).body;
const download = (id: string, api: ApiClient = onDemand) => api.get(`/v1/media/${id}/content`);

describe('a file that a person sent', () => {
  it.each(['image', 'audio', 'video', 'document', 'sticker'])(
    'as %s is fetched when it is asked for, once, and whole',
    async (type) => {
      const answer = await fetch(`${stack.simulator.url}/_simulator/inbound`, {
        method: 'POST',
        body: JSON.stringify({ from: aRecipient(), type }),
      });
      const { wamid } = (await answer.json()) as { wamid: string };
      const id = await fileOf(wamid);
      expect(await show(id, byItself)).toMatchObject({
        direction: 'inbound',
        state: 'remote',
        kind: type,
        size_bytes: null,
      });
      const content = await fetch(`${byItself.url}/v1/media/${id}/content`, {
        headers: { authorization: `Bearer ${LUCKY.keys.all}` },
      });
      expect(content.status).toBe(200);
      const bytes = Buffer.from(await content.arrayBuffer());
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const stored = await show(id, byItself);
      expect(stored).toMatchObject({ state: 'stored', size_bytes: bytes.length, sha256 });
      await stack.control(`media/${stored.meta_media_id}/expire`);
      expect((await download(id, byItself)).status).toBe(200);
    },
  );

  it('is not to be had any more once Meta has it no more, and says so', async () => {
    const answer = await fetch(`${stack.simulator.url}/_simulator/inbound`, {
      method: 'POST',
      body: JSON.stringify({ from: aRecipient(), type: 'image' }),
    });
    const id = await fileOf(((await answer.json()) as { wamid: string }).wamid);
    await stack.control(`media/${(await show(id, byItself)).meta_media_id}/expire`);
    const refused = await download(id, byItself);
    expect(refused).toMatchObject({ status: 404, body: { detail: expect.stringContaining('7 days') } });
    expect(await show(id, byItself)).toMatchObject({ state: 'expired' });
  });

  it.each([
    ['100/33', { status: 400, body: { error: { code: 100, error_subcode: 33, message: 'Unsupported' } } }],
    ['1306', { status: 400, body: { error: { code: 1306, message: 'Media expired' } } }],
    ['404', { status: 404, body: {} }],
  ])('is expired when Meta answers %s, and is not asked for again', async (_, refusal) => {
    const id = await someoneSends({ bytes: Buffer.from('x'), refusal });
    expect((await download(id)).status).toBe(404);
    const { state, meta_media_id } = await show(id);
    expect(state).toBe('expired');
    meta.replace(meta_media_id, { bytes: Buffer.from('x') });
    expect((await download(id)).status).toBe(404);
  });

  it('is not asked for when it came more than 7 days ago', async () => {
    const id = await someoneSends({ bytes: Buffer.from('old') });
    await stack.database.db.run(`update media set expires_at = now() where id = $1`, [id]);
    expect((await download(id)).status).toBe(404);
    expect(await show(id)).toMatchObject({ state: 'expired' });
    const { meta_media_id } = await show(id);
    expect(meta.downloads.filter((d) => d.id === meta_media_id)).toEqual([]);
  });

  it('is tried again after Meta was away, or broke off', async () => {
    const bytes = Buffer.from('away');
    const id = await someoneSends({ bytes, refusal: { status: 503, body: {} } }, { sha256: hashOf({ bytes }) });
    const { meta_media_id } = await show(id);
    expect(await download(id)).toMatchObject({ status: 502, body: { code: 'meta_unavailable', retryable: true } });
    meta.replace(meta_media_id, { bytes, breaksOff: true });
    expect(await download(id)).toMatchObject({ status: 502, body: { code: 'meta_unavailable' } });
    meta.replace(meta_media_id, { bytes });
    expect(await download(id)).toMatchObject({ status: 200, body: 'away' });
  });

  it('is refused by words when Meta refuses it, and stays', async () => {
    const refusal = { status: 403, body: { error: { code: 10, message: 'No permission' } } };
    const id = await someoneSends({ bytes: Buffer.from('x'), refusal });
    expect(await download(id)).toMatchObject({ status: 422, body: { code: 'meta_refused' } });
    expect(await show(id)).toMatchObject({ state: 'remote' });
  });
});

describe('for a client of the Cloud API, a file that a person sent', () => {
  const node = (id: string, options: CallOptions = {}) => byItself.get(`/v23.0/${id}`, options);
  /** Meta's id of a file that somebody sends, as its event tells it. */
  const metaIdOf = async (type: string): Promise<string> => {
    const answer = await fetch(`${stack.simulator.url}/_simulator/inbound`, {
      method: 'POST',
      body: JSON.stringify({ from: aRecipient(), type }),
    });
    const { wamid } = (await answer.json()) as { wamid: string };
    await fileOf(wamid);
    const events = (await byItself.allEvents()).map(({ data }) => data as unknown as Received);
    return events.find((data) => data.wamid === wamid)?.message[type]?.id ?? '';
  };
  const unknown = { status: 400, body: { error: { type: 'GraphMethodException', code: 100, error_subcode: 33 } } };

  it('goes by Meta’s id, as Meta shows it, and its url gives the bytes to the same key', async () => {
    const id = await metaIdOf('image');
    const { status, body } = await byItself.get<{ url: string; sha256: string; file_size: number }>(
      `/v23.0/${id}?phone_number_id=${LUCKY.phoneNumberId}`,
    );
    const content = await fetch(body.url, { headers: { authorization: `Bearer ${LUCKY.keys.all}` } });
    const bytes = Buffer.from(await content.arrayBuffer());
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        messaging_product: 'whatsapp',
        url: expect.stringContaining(byItself.url),
        mime_type: 'image/png',
        sha256: createHash('sha256').update(bytes).digest('hex'),
        file_size: bytes.length,
        id,
      },
    });
  });

  it('is not there for another tenant, nor under an id that Meta never told us', async () => {
    const id = await metaIdOf('document');
    expect(await node(id, { key: OTHER.keys.all })).toMatchObject(unknown);
    expect(await byItself.call('DELETE', `/v23.0/${id}`, { key: OTHER.keys.all })).toMatchObject(unknown);
    expect(await node('1')).toMatchObject(unknown);
    expect(await node(id)).toMatchObject({ status: 200, body: { id } });
  });

  it('is removed by Meta’s id', async () => {
    const id = await metaIdOf('audio');
    expect(await byItself.call('DELETE', `/v23.0/${id}`)).toMatchObject({ status: 200, body: { success: true } });
    expect(await node(id)).toMatchObject(unknown);
  });

  it('is unknown as at Meta once Meta has it no more', async () => {
    const id = await metaIdOf('video');
    await stack.control(`media/${id}/expire`);
    expect(await node(id)).toMatchObject(unknown);
  });

  it('may be asked for again when Meta is away', async () => {
    const ours = await someoneSends({ bytes: Buffer.from('x'), refusal: { status: 503, body: {} } });
    const { meta_media_id } = await show(ours);
    expect(await onDemand.get(`/v23.0/${meta_media_id}`)).toMatchObject({
      status: 503,
      body: { error: { code: 2, is_transient: true } },
    });
  });
});

describe('the access token', () => {
  it('goes to Meta with the download, and to no host that was not chosen', async () => {
    const thief = await MetaFiles.start();
    const here = { bytes: Buffer.from('here') };
    const id = await someoneSends(here);
    expect((await download(id)).status).toBe(200);
    expect(meta.downloads.at(-1)).toMatchObject({ authorization: `Bearer ${token}` });
    const stolen = thief.add(here);
    const hosts = [
      `${thief.url}/bytes/${stolen}`,
      'https://lookaside.fbsbx.com.evil.example/x',
      'https://127.0.0.1/x',
      '',
    ];
    for (const url of hosts) {
      const foreign = await someoneSends({ ...here, url });
      expect(await download(foreign)).toMatchObject({
        status: 422,
        body: { code: 'meta_refused', detail: expect.stringContaining('INBOUND_MEDIA_HOSTS') },
      });
      expect(await show(foreign)).toMatchObject({ state: 'remote' });
    }
    expect(thief.downloads).toEqual([]);
  });

  it('goes to a host that was chosen, where private networks are allowed', async () => {
    const elsewhere = await MetaFiles.start();
    const { api } = await stack.addGateway({
      GRAPH_BASE_URL: meta.url,
      INBOUND_MEDIA_HOSTS: 'lookaside.fbsbx.com,127.0.0.1',
      FETCH_PRIVATE: 'on',
    });
    const there = { bytes: Buffer.from('elsewhere') };
    const id = await someoneSends({ ...there, url: `${elsewhere.url}/bytes/${elsewhere.add(there)}` });
    expect(await download(id, api)).toMatchObject({ status: 200, body: 'elsewhere' });
    const guarded = await stack.addGateway({ GRAPH_BASE_URL: meta.url, INBOUND_MEDIA_HOSTS: '127.0.0.1' });
    const second = await someoneSends({ ...there, url: `${elsewhere.url}/bytes/${elsewhere.add(there)}` });
    expect((await download(second, guarded.api)).status).toBe(422);
    expect(elsewhere.downloads).toHaveLength(1);
  });
});

describe('what Meta gives', () => {
  it('is not kept when it has another hash than the webhook told', async () => {
    const id = await someoneSends({ bytes: Buffer.from('other') }, { sha256: hashOf({ bytes: Buffer.from('told') }) });
    expect(await download(id)).toMatchObject({ status: 502, body: { detail: expect.stringContaining('SHA-256') } });
    expect(await show(id)).toMatchObject({ state: 'remote', size_bytes: null });
  });

  it('is not taken beyond the largest size', async () => {
    const { api } = await stack.addGateway({ GRAPH_BASE_URL: meta.url, INBOUND_MEDIA_MAX_BYTES: '1000' });
    const fits = await someoneSends({ bytes: Buffer.alloc(1000, 'a') });
    expect((await download(fits, api)).status).toBe(200);
    const id = await someoneSends({ bytes: Buffer.alloc(1001, 'a') });
    expect(await download(id, api)).toMatchObject({ status: 409, body: { detail: expect.stringContaining('1000') } });
  });

  it('adds less than 50 MB of memory when it has 100 MB', async () => {
    const child = await stack.addChild({ GRAPH_BASE_URL: meta.url, ROLES: 'api' });
    const warm = await someoneSends({ bytes: Buffer.from('warm') });
    expect((await download(warm, child.api)).status).toBe(200);
    const large = { bytes: randomBytes(64 * 1024), times: 1600 };
    const id = await someoneSends(large);
    const before = memoryOf(child.pid).now;
    const sha256 = await hashOfDownload(`${child.api.url}/v1/media/${id}/content`);
    expect(sha256).toBe(hashOf(large));
    const { peak } = memoryOf(child.pid);
    expect((peak - before) / 1024 / 1024).toBeLessThan(50);
  });
});

describe('the policy', () => {
  it('always fetches files by itself, and leaves those alone that Meta has no more', async () => {
    const bytes = Buffer.from('by itself');
    const id = await someoneSends({ bytes });
    const gone = await someoneSends({ bytes, refusal: { status: 404, body: {} } });
    const fetcher = await stack.addGateway({ GRAPH_BASE_URL: meta.url, INBOUND_MEDIA: 'always' });
    await until(async () => (await show(id)).state === 'stored', { what: 'the file', withinMs: 60_000 });
    await until(async () => (await show(gone)).state === 'expired', { what: 'the end of the other', withinMs: 60_000 });
    // It would fetch what the tests below leave at Meta.
    await fetcher.stop();
  });

  it('never fetches none, and says so', async () => {
    const { api } = await stack.addGateway({ GRAPH_BASE_URL: meta.url, INBOUND_MEDIA: 'never', ROLES: 'api' });
    const file = { bytes: Buffer.from('never') };
    const id = await someoneSends({ ...file, refusal: { status: 503, body: {} } });
    expect(await download(id, api)).toMatchObject({
      status: 409,
      body: { code: 'wrong_state', detail: expect.stringContaining('INBOUND_MEDIA') },
    });
  });
});

describe('a file of one tenant', () => {
  it('is not there for another', async () => {
    const id = await someoneSends({ bytes: Buffer.from('mine') });
    for (const path of [`/v1/media/${id}`, `/v1/media/${id}/content`])
      expect((await onDemand.get(path, { key: OTHER.keys.all })).status).toBe(404);
    expect((await onDemand.call('DELETE', `/v1/media/${id}`, { key: OTHER.keys.all })).status).toBe(404);
    expect(await show(id)).toMatchObject({ state: 'remote' });
  });
});

/** Resident memory now and at its highest, in bytes, as the kernel counts it. */
function memoryOf(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  return { now: of('VmRSS'), peak: of('VmHWM') };
}

function hashOfDownload(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(url, { headers: { authorization: `Bearer ${LUCKY.keys.all}` } }, (answer) => {
      const hash = createHash('sha256');
      answer.on('data', (chunk: Buffer) => hash.update(chunk));
      answer.on('end', () => resolve(hash.digest('base64')));
      answer.on('error', reject);
    });
    call.on('error', reject);
    call.end();
  });
}
