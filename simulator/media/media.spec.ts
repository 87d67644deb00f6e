import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { FormData, request } from 'undici';
import { DEFAULTS } from '../assets/platform-state.js';
import { startTestSimulator, stopAll } from '../testing/started-simulator.js';
import { MEDIA_KINDS } from './media-kinds.js';

const DAY_MS = 86_400_000;
const UPLOAD = `/v25.0/${DEFAULTS.phoneNumberId}/media`;

afterEach(stopAll);

async function start() {
  const { simulator } = await startTestSimulator({ clock: 'virtual' });
  const authorization = 'Bearer t';
  const upload = async (
    bytes: Buffer,
    type: string,
    fields: Record<string, string> = { messaging_product: 'whatsapp' },
  ) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new File([new Uint8Array(bytes)], 'a.bin', { type }));
    const answer = await request(simulator.url + UPLOAD, { method: 'POST', body: form, headers: { authorization } });
    // biome-ignore lint/suspicious/noExplicitAny: specs look into answers of every shape.
    return { status: answer.statusCode, body: (await answer.body.json()) as any };
  };
  const download = async (url: string, headers: Record<string, string> = { authorization }) => {
    const answer = await request(url, { headers });
    return {
      status: answer.statusCode,
      type: answer.headers['content-type'],
      bytes: Buffer.from(await answer.body.arrayBuffer()),
    };
  };
  const advance = (ms: number) => simulator.post('/_simulator/clock', { advance_ms: ms });
  return { simulator, upload, download, advance };
}

describe('a medium', () => {
  it('comes back as it was uploaded, with its hash and its size', async () => {
    const { simulator, upload, download } = await start();
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 256));
    const made = await upload(bytes, 'image/jpeg');
    expect(made.status).toBe(200);
    const described = await simulator.get(`/v25.0/${made.body.id}?phone_number_id=${DEFAULTS.phoneNumberId}`);
    expect(described).toEqual({
      messaging_product: 'whatsapp',
      url: expect.stringContaining(simulator.url),
      mime_type: 'image/jpeg',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      file_size: '300000',
      id: made.body.id,
    });
    const got = await download(described.url);
    expect([got.status, got.type, got.bytes.equals(bytes)]).toEqual([200, 'image/jpeg', true]);
  });

  it('is at its URL for five minutes, and only for who has a token', async () => {
    const { simulator, upload, download, advance } = await start();
    const { id } = (await upload(Buffer.from('abc'), 'text/plain')).body;
    const { url } = await simulator.get(`/v25.0/${id}`);
    expect((await download(url, {})).status).toBe(401);
    expect((await download(url.replace(/hash=[^&]+/, 'hash=forged'))).status).toBe(404);
    await advance(5 * 60_000 - 1000);
    expect((await download(url)).status).toBe(200);
    await advance(1000);
    expect((await download(url)).status).toBe(404);
    expect((await download((await simulator.get(`/v25.0/${id}`)).url)).status).toBe(200);
  });

  it('lives for 30 days when it was uploaded, for 7 when a user sent it', async () => {
    const { simulator, upload, advance } = await start();
    const uploaded = (await upload(Buffer.from('abc'), 'text/plain')).body.id;
    const inbound = (await simulator.post('/_simulator/media', { kind: 'document' })).id;
    const codeOf = async (id: string) =>
      (await simulator.call('GET', `/v25.0/${id}`)).body.error?.error_subcode ?? 'there';
    await advance(7 * DAY_MS - 1);
    expect([await codeOf(uploaded), await codeOf(inbound)]).toEqual(['there', 'there']);
    await advance(1);
    expect([await codeOf(uploaded), await codeOf(inbound)]).toEqual(['there', 33]);
    await advance(23 * DAY_MS);
    expect(await codeOf(uploaded)).toBe(33);
  });

  it('is gone when it was deleted, and is not another number’s', async () => {
    const { simulator, upload } = await start();
    const { id } = (await upload(Buffer.from('abc'), 'text/plain')).body;
    expect((await simulator.call('GET', `/v25.0/${id}?phone_number_id=1`)).body.error).toMatchObject({
      code: 100,
      error_subcode: 33,
    });
    expect((await simulator.call('DELETE', `/v25.0/${id}?phone_number_id=1`)).status).toBe(400);
    expect((await simulator.call('DELETE', `/v25.0/${id}`)).body).toEqual({ success: true });
    expect((await simulator.call('GET', `/v25.0/${id}`)).body.error).toMatchObject({ code: 100, error_subcode: 33 });
  });

  it.each(MEDIA_KINDS.filter(({ kind }) => kind !== 'document'))(
    'of kind $kind can be as large as Meta says, and no byte larger',
    async ({ types, largest }) => {
      const { upload } = await start();
      expect((await upload(Buffer.alloc(largest, 1), types[0] ?? '')).status).toBe(200);
      expect((await upload(Buffer.alloc(largest + 1, 1), types[0] ?? '')).body.error).toMatchObject({ code: 131053 });
    },
  );

  it('that is too large for any kind is refused without being kept', async () => {
    const { upload } = await start();
    expect((await upload(Buffer.alloc(101 * 1024 * 1024), 'application/pdf')).body.error).toMatchObject({
      code: 131053,
    });
  });

  it.each<readonly [string, string, Record<string, string>, string]>([
    [
      'of a type that Meta does not take',
      'application/zip',
      { messaging_product: 'whatsapp' },
      'file must be a file with one of the following types',
    ],
    ['without messaging_product', 'image/png', {}, 'messaging_product is required'],
    ['for another product', 'image/png', { messaging_product: 'telegram' }, 'messaging_product is required'],
  ])('%s is refused', async (_, type, fields, message) => {
    const { upload } = await start();
    const answer = await upload(Buffer.from('abc'), type, fields);
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: 100, message: expect.stringContaining(message) } },
    });
  });

  it('takes its type from the form when the client sends none', async () => {
    const { simulator, upload } = await start();
    const { id } = (await upload(Buffer.from('abc'), '', { messaging_product: 'whatsapp', type: 'image/png' })).body;
    expect((await simulator.get(`/v25.0/${id}`)).mime_type).toBe('image/png');
  });

  it('needs a form', async () => {
    const { simulator } = await start();
    expect((await simulator.call('POST', UPLOAD, { messaging_product: 'whatsapp' })).body.error).toMatchObject({
      code: 100,
    });
    const headers = { authorization: 'Bearer t', 'content-type': 'multipart/form-data; boundary=x' };
    const broken = await request(simulator.url + UPLOAD, { method: 'POST', headers, body: '--x\r\nno end' });
    expect([broken.statusCode, await broken.body.json()]).toEqual([
      400,
      { error: expect.objectContaining({ code: 100 }) },
    ]);
  });
});

describe('a file of a user', () => {
  it.each(MEDIA_KINDS)('of kind $kind can be downloaded', async ({ kind, types }) => {
    const { simulator, download } = await start();
    const { id, sha256 } = await simulator.post('/_simulator/media', { kind, text: 'hello' });
    const got = await download((await simulator.get(`/v25.0/${id}`)).url);
    expect(createHash('sha256').update(got.bytes).digest('hex')).toBe(sha256);
    expect(types).toContain(String(got.type).split(';')[0]);
  });
});

describe('a resumable upload', () => {
  it('gives a handle when all bytes are there, and says where it stands before', async () => {
    const { simulator } = await start();
    const session = await simulator.post(
      `/v25.0/${DEFAULTS.appId}/uploads?file_name=a.png&file_length=6&file_type=image/png`,
    );
    expect(session.id).toMatch(/^upload:/);
    const send = async (offset: number, body: string) => {
      const headers = { authorization: 'OAuth t', file_offset: String(offset) };
      const answer = await request(`${simulator.url}/v25.0/${session.id}`, { method: 'POST', headers, body });
      // biome-ignore lint/suspicious/noExplicitAny: specs look into answers of every shape.
      return (await answer.body.json()) as any;
    };
    expect(await send(0, 'abc')).toEqual({ id: session.id, file_offset: 3 });
    expect((await send(0, 'abc')).error).toMatchObject({ code: 100 });
    expect(await simulator.get(`/v25.0/${session.id}`)).toEqual({ id: session.id, file_offset: 3 });
    expect((await send(3, 'def')).h).toMatch(/^4::/);
  });

  it.each(['file_length=0&file_type=image/png', 'file_length=6&file_type=image/gif'])(
    'is refused for %s',
    async (query) => {
      const { simulator } = await start();
      const answer = await simulator.call('POST', `/v25.0/${DEFAULTS.appId}/uploads?${query}`);
      expect(answer.body.error).toMatchObject({ code: 100 });
    },
  );
});
