import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { LUCKY } from '../support/accounts.js';
import { aRecipient, aTemplateMessage } from '../support/factories.js';
import { aForm, aPng } from '../support/files.js';
import { GraphMedia } from '../support/graph-media.js';
import { askOracle } from '../support/oracle.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

interface Media {
  readonly id: string;
  readonly sha256: string;
}

let stack: Stack;
let graph: GraphMedia;
/** A message to this one is taken by Meta, which then finds that it cannot use the file. */
const unlucky = aRecipient();

beforeAll(async () => {
  const recipients = { [unlucky]: { outcome: 'failed', code: 131053 } };
  stack = await startStack({ replicas: 0, simulator: { mps: 80, scenario: { recipients } } });
  graph = await GraphMedia.start(stack.simulator.url);
  await stack.addGateway({ GRAPH_BASE_URL: graph.url });
  await stack.callBack(stack.api.url);
});

const upload = (bytes: Buffer, options: Parameters<typeof aForm>[1] = {}) =>
  stack.api.call<Media>('POST', '/v1/media', aForm(bytes, options));
const withImage = (id: string, over: object = {}) =>
  aTemplateMessage({
    ...over,
    template: {
      name: 'launch',
      language: { code: 'en_US' },
      components: [{ type: 'header', parameters: [{ type: 'image', image: { id } }] }],
    },
  });

describe('a file', () => {
  it('is kept as it came, shown, downloaded and removed', async () => {
    const bytes = aPng('whole');
    const answer = await upload(bytes, { filename: 'C:\\pictures\\a "b".png' });
    expect(answer).toMatchObject({
      status: 201,
      body: {
        direction: 'outbound',
        state: 'stored',
        kind: 'image',
        mime_type: 'image/png',
        size_bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      },
    });
    const path = `/v1/media/${answer.body.id}`;
    expect((await stack.api.get(path)).body).toEqual(answer.body);
    const content = await fetch(`${stack.api.url}${path}/content`, {
      headers: { authorization: `Bearer ${LUCKY.keys.all}` },
    });
    expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true);
    expect(content.headers.get('content-type')).toBe('image/png');
    expect(content.headers.get('content-disposition')).toMatch(/^attachment;/);
    expect((await stack.api.call('DELETE', path)).status).toBe(204);
    for (const gone of [path, `${path}/content`]) expect((await stack.api.get(gone)).status).toBe(404);
  });

  it.each([
    ['is not what it is called', Buffer.from('%PDF-1.7 and so on'), {}, 'image/png'],
    [
      'is of a type that Meta does not take',
      Buffer.from('GIF89a\u0001\u0000\u0001\u0000'),
      { type: 'image/gif' },
      'image/gif',
    ],
    ['is larger than its type may be', Buffer.concat([aPng(), Buffer.alloc(5 * 1024 * 1024)]), {}, '5242880'],
    ['is empty', Buffer.alloc(0), { type: 'text/plain' }, 'empty'],
    ['comes in another part', aPng(), { part: 'picture' }, 'part named file'],
  ])('is refused when it %s', async (_, bytes, options, words) => {
    const answer = await upload(bytes, options);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ pointer: '/file' }] } });
    expect(JSON.stringify(answer.body)).toContain(words);
  });

  it('is kept once under its idempotency key, and another file under that key is refused', async () => {
    const under = (key: string, form: ReturnType<typeof aForm>, path = '/v1/media') =>
      stack.api.call<Media>('POST', path, { ...form, headers: { ...form.headers, 'idempotency-key': key } });
    const files = async () => (await stack.database.db.rows(`select from media`)).length;
    const before = await files();
    const form = aForm(aPng('once'));
    const racers = await Promise.all(Array.from({ length: 5 }, () => under('a-file', form)));
    const [first] = racers;
    expect(racers.map(({ status, body }) => ({ status, body }))).toEqual(
      racers.map(() => ({ status: 201, body: first?.body })),
    );
    const cloudApi = await under('a-file', form, `/v23.0/${LUCKY.phoneNumberId}/media`);
    expect(cloudApi).toMatchObject({ status: 200, body: { id: first?.body.id } });
    expect(await files()).toBe(before + 1);
    expect((await stack.api.get(`/v1/media/${first?.body.id}/content`)).status).toBe(200);
    expect(await under('a-file', aForm(aPng('another')))).toMatchObject({
      status: 422,
      body: { code: 'idempotency_mismatch' },
    });
  });

  it('comes in a form, and a form goes nowhere else', async () => {
    const json = await stack.api.call('POST', '/v1/media', { body: { file: 'x' } });
    expect(json).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    const form = await stack.api.call('POST', '/v1/messages', aForm(aPng()));
    expect(form).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    const none = aForm(aPng());
    const cut = await stack.api.call('POST', '/v1/media', { ...none, body: none.body.subarray(0, 30) });
    expect(cut.status).toBe(400);
  });
});

describe('a message that names a file', () => {
  it('goes out with the id that Meta gave, and 100 of them need one upload', async () => {
    const bytes = aPng('for many');
    const { id } = (await upload(bytes)).body;
    const sent = await stack.api.sendAll(Array.from({ length: 100 }, () => withImage(id)));
    for (const m of sent) await stack.api.untilMessage(m.id, (now) => now.state === 'submitted', { withinMs: 30_000 });
    const uploads = graph.uploads.filter((u) => u.bytes.equals(bytes));
    expect(uploads).toHaveLength(1);
    const { lines } = await askOracle(stack.simulator);
    const headers = lines.filter((line) => JSON.stringify(line.body).includes(`"id":"${uploads[0]?.id}"`));
    expect(headers).toHaveLength(100);
  });

  it('has Meta’s copy of the file forgotten when Meta reports that it could not use it', async () => {
    const { id, sha256 } = (await upload(aPng('unusable'))).body;
    const copies = () =>
      stack.database.db.rows(`select from media_uploads where sha256 = $1`, [Buffer.from(sha256, 'hex')]);
    const lucky = await stack.api.send(withImage(id));
    await stack.api.untilMessage(lucky.id, (m) => m.status === 'delivered');
    expect(await copies()).toHaveLength(1);
    const message = await stack.api.send(withImage(id, { to: unlucky }));
    await stack.api.untilMessage(message.id, (m) => m.status === 'failed');
    expect(await copies()).toEqual([]);
  });

  it('is rejected when the file was removed before it was sent, and others go on', async () => {
    const { id } = (await upload(aPng('removed'))).body;
    await stack.api.call('DELETE', `/v1/media/${id}`);
    const message = await stack.api.send(withImage(id));
    const rejected = await stack.api.untilMessage(message.id, (m) => m.state === 'rejected');
    expect(rejected.errors).toMatchObject([{ code: 131053, details: expect.stringContaining(id) }]);
  });
});

describe('a document of 100 MB', () => {
  it('adds less than 50 MB of memory', async () => {
    const child = await stack.addChild();
    const warm = await child.api.call('POST', '/v1/media', aForm(Buffer.from('warm'), { type: 'text/plain' }));
    expect(warm.status).toBe(201);
    const rssBefore = memoryOf(child.pid).now;
    const status = await uploadSlowly(child.api.url, 100 * 1024 * 1024 - 1024);
    expect(status).toBe(201);
    const { peak } = memoryOf(child.pid);
    expect((peak - rssBefore) / 1024 / 1024).toBeLessThan(50);
  });
});

/** Resident memory now and at its highest, in bytes, as the kernel counts it. */
function memoryOf(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  return { now: of('VmRSS'), peak: of('VmHWM') };
}

/** Uploads text of a size, chunk by chunk, as fast as it is taken. */
function uploadSlowly(url: string, bytes: number): Promise<number> {
  const chunk = Buffer.from(randomBytes(48 * 1024).toString('base64'));
  const { body, headers } = aForm(Buffer.from('|'), { type: 'text/plain', filename: 'large.txt' });
  const [head, tail] = [body.subarray(0, body.indexOf('|')), body.subarray(body.indexOf('|') + 1)];
  return new Promise((resolve, reject) => {
    const call = request(
      `${url}/v1/media`,
      { method: 'POST', headers: { ...headers, authorization: `Bearer ${LUCKY.keys.all}` } },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    call.on('error', reject);
    call.write(head);
    let left = bytes;
    const more = () => {
      while (left > 0) {
        const piece = chunk.subarray(0, Math.min(left, chunk.length));
        left -= piece.length;
        if (!call.write(piece)) {
          call.once('drain', more);
          return;
        }
      }
      call.end(tail);
    };
    more();
  });
}

it('counts what came and what went', async () => {
  const text = await until(async () => String((await stack.api.get('/metrics', { key: null })).body));
  expect(text).toMatch(/heliograph_media_uploads_total\{result="stored"\} [1-9]/);
  expect(text).toMatch(/heliograph_media_to_meta_total\{result="uploaded"\} [1-9]/);
});
