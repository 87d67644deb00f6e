import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import type { Client, ClientReadableStream, ClientWritableStream, Metadata, ServiceError } from '@grpc/grpc-js';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { LUCKY, OTHER } from '../support/accounts.js';
import { aRecipient } from '../support/factories.js';
import { aForm, aPng } from '../support/files.js';
import { type Stack, startStack } from '../support/stack.js';
import { grpcMetadata, refusalOf } from '../support/transports/grpc-client.js';
import type { OutcomeField } from '../support/transports/outcome.js';
import { publishedClient } from '../support/transports/published-client.js';
import { until } from '../support/until.js';

interface Media {
  readonly id: string;
  readonly mime_type: string;
  readonly state: string;
}
interface Piece {
  readonly request_id?: string;
  readonly type?: string;
  readonly filename?: string;
  readonly file?: Buffer;
}
interface Answered {
  readonly media?: Media;
  readonly file?: Buffer;
}
interface MediaClient extends Client {
  Upload(metadata: Metadata, answered: (error: ServiceError | null, media: Media) => void): ClientWritableStream<Piece>;
  Download(request: object, metadata: Metadata): ClientReadableStream<Answered>;
}

let stack: Stack;
let client: MediaClient;

const connectTo = (port: number) => publishedClient<MediaClient>(port, 'media', 'MediaService');

beforeAll(async () => {
  stack = await startStack();
  client = connectTo(stack.gateways[0]?.grpcPort ?? 0);
});

/** Uploads pieces as fast as they are taken; what was refused is told as it is on every wire. */
function upload(pieces: Iterable<Piece>, { key = LUCKY.keys.all as string | null, by = client } = {}): Promise<Media> {
  return new Promise((resolve, reject) => {
    const call = by.Upload(grpcMetadata({ key }), (error, media) => {
      if (error === null) resolve(media);
      else reject(refusalOf(error));
    });
    // A refusal in mid-upload ends the stream before its last piece.
    call.on('error', () => undefined);
    const left = pieces[Symbol.iterator]();
    const more = () => {
      for (let next = left.next(); ; next = left.next()) {
        if (next.done === true) {
          call.end();
          return;
        }
        if (!call.write(next.value)) {
          call.once('drain', more);
          return;
        }
      }
    };
    more();
  });
}
const inPieces = (bytes: Buffer, size: number): Piece[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => ({
    file: bytes.subarray(i * size, (i + 1) * size),
  }));

async function download(id: string, { key = LUCKY.keys.all as string, by = client } = {}) {
  const messages: Answered[] = [];
  try {
    for await (const message of by.Download({ id }, grpcMetadata({ key }))) messages.push(message as Answered);
  } catch (error) {
    throw refusalOf(error as ServiceError);
  }
  return { media: messages[0]?.media, bytes: Buffer.concat(messages.slice(1).map((m) => m.file ?? Buffer.alloc(0))) };
}

describe('Upload', () => {
  it('keeps a file that comes in pieces, as REST does', async () => {
    const bytes = aPng(randomBytes(200_000).toString('hex'));
    const media = await upload([{ type: 'image/png', filename: 'a.png' }, ...inPieces(bytes, 10_000)]);
    expect(media).toMatchObject({
      direction: 'outbound',
      state: 'stored',
      kind: 'image',
      mime_type: 'image/png',
      filename: 'a.png',
      size_bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    // Absent on gRPC is null in JSON.
    expect((await stack.api.get(`/v1/media/${media.id}`)).body).toMatchObject(media);
    expect((await download(media.id)).bytes.equals(bytes)).toBe(true);
  });

  it('takes what its content is when nothing is said, and bytes with the first message', async () => {
    expect(await upload([{ file: aPng() }])).toMatchObject({ mime_type: 'image/png', size_bytes: aPng().length });
  });

  const large = Buffer.concat([aPng(), Buffer.alloc(5 * 1024 * 1024)]);
  it.each<[string, string, Buffer]>([
    ['is not what it is called', 'image/png', Buffer.from('%PDF-1.7 and so on')],
    ['is of a type that Meta does not take', 'image/gif', Buffer.from('GIF89a\u0001\u0000\u0001\u0000')],
    ['is larger than its type may be', 'image/png', large],
    ['is empty', 'text/plain', Buffer.alloc(0)],
  ])('refuses as REST does what %s', async (_, type, bytes) => {
    const form = await stack.api.call<{ code: string; errors: OutcomeField[] }>(
      'POST',
      '/v1/media',
      aForm(bytes, { type }),
    );
    const { code, errors: fields } = form.body;
    expect(code).toBe('invalid_request');
    await expect(upload([{ type }, ...inPieces(bytes, 65_536)])).rejects.toMatchObject({ code, fields });
  });

  it('refuses a file beyond the largest of any type before it has ended', async () => {
    const piece = { file: Buffer.alloc(1024 * 1024, 'a') };
    let taken = 0;
    const endless = function* (): Generator<Piece> {
      for (yield { type: 'text/plain' }; ; taken += 1) yield piece;
    };
    await expect(upload(endless())).rejects.toMatchObject({ code: 'payload_too_large' });
    expect(taken).toBeGreaterThanOrEqual(100);
  });

  it.each<[string, Piece]>([
    ['type', { type: 'image/png' }],
    ['filename', { filename: 'b.png' }],
    ['request_id', { request_id: 'late' }],
  ])('refuses %s after the first message, and names it', async (field, late) => {
    const fields = [{ pointer: `/${field}` }];
    await expect(upload([{ file: aPng() }, late])).rejects.toMatchObject({ code: 'invalid_request', fields });
  });

  it('refuses a type that is longer than any, and does not repeat it', async () => {
    const refused = upload([{ type: `image/${'x'.repeat(100_000)}`, file: aPng() }]);
    await expect(refused).rejects.toMatchObject({ code: 'invalid_request', fields: [{ pointer: '/type' }] });
  });

  it('keeps a file once under its request_id, on REST too, and refuses another under it', async () => {
    const [first, again] = [aPng('first'), aPng('other')];
    const one = (file: Buffer) => upload([{ request_id: 'upload-1', type: 'image/png', filename: 'a file.png', file }]);
    const media = await one(first);
    expect(await one(first)).toEqual(media);
    const form = aForm(first);
    const headers = { ...form.headers, 'idempotency-key': 'upload-1' };
    const overRest = await stack.api.call<Media>('POST', '/v1/media', { ...form, headers });
    expect(overRest).toMatchObject({ status: 201, body: { id: media.id } });
    await expect(one(again)).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    await expect(upload([{ request_id: 'a b', file: first }])).rejects.toMatchObject({
      code: 'invalid_request',
      fields: [{ pointer: '/request_id' }],
    });
  });

  it('is closed without a key and to a key with other scopes', async () => {
    await expect(upload([{ file: aPng() }], { key: null })).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(upload([{ file: aPng() }], { key: LUCKY.keys.messagesRead })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('leaves nothing behind when its client hangs up', async () => {
    const incoming = path.join(stack.settings.DATA_DIR ?? '', 'media/incoming');
    const call = client.Upload(grpcMetadata({}), () => undefined);
    call.on('error', () => undefined);
    call.write({ type: 'text/plain', file: Buffer.from('half of it') });
    await until(() => readdirSync(incoming).length === 1, { what: 'the beginning of the file' });
    call.cancel();
    await until(() => readdirSync(incoming).length === 0, { what: 'the end of it' });
  });
});

describe('Download', () => {
  it('says first what the file is, and gives no file to another tenant or to a key with other scopes', async () => {
    const media = await upload([{ type: 'image/png', file: aPng() }]);
    expect(await download(media.id)).toEqual({ media, bytes: aPng() });
    await expect(download(media.id, { key: OTHER.keys.all })).rejects.toMatchObject({ code: 'not_found' });
    await expect(download(media.id, { key: LUCKY.keys.messagesRead })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(download('x')).rejects.toMatchObject({ code: 'invalid_request', fields: [{ pointer: '/id' }] });
  });

  it('gives a file that a person sent, fetched from Meta', async () => {
    const body = JSON.stringify({ from: aRecipient(), type: 'document' });
    const sent = await fetch(`${stack.simulator.url}/_simulator/inbound`, { method: 'POST', body });
    const { wamid } = (await sent.json()) as { wamid: string };
    const id = await until(async () => {
      const told = (await stack.api.allEvents()).find((e) => (e.data as { wamid?: string }).wamid === wamid);
      return (told?.data as { media_id?: string } | undefined)?.media_id ?? null;
    });
    const { media, bytes } = await download(id);
    expect(media).toMatchObject({ id, state: 'stored', sha256: createHash('sha256').update(bytes).digest('hex') });
    expect(bytes.length).toBeGreaterThan(0);
  });
});

describe('a large file', () => {
  it('is closed when its reader hangs up', async () => {
    const child = await stack.addChild({ ROLES: 'api' });
    const by = connectTo(grpcPortIn(child.lines));
    const file = Buffer.from(randomBytes(750_000).toString('base64'));
    const { id } = await upload([{ type: 'text/plain' }, ...inPieces(Buffer.concat(Array(20).fill(file)), 65_536)], {
      by,
    });
    const call = by.Download({ id }, grpcMetadata({}));
    call.on('error', () => undefined);
    for await (const { file: piece } of call as AsyncIterable<Answered>) if (piece !== undefined) break;
    expect(openFiles(child.pid).some((name) => name.endsWith(id))).toBe(true);
    call.cancel();
    await until(() => !openFiles(child.pid).some((name) => name.endsWith(id)), { what: 'the end of reading' });
  });

  it('of 100 MB adds less than 50 MB of memory, up and down, however slowly its reader reads', async () => {
    const child = await stack.addChild({ ROLES: 'api' });
    const by = connectTo(grpcPortIn(child.lines));
    const warm = await upload([{ type: 'text/plain', file: Buffer.from('warm') }], { by });
    await download(warm.id, { by });
    const piece = { file: Buffer.from(randomBytes(48 * 1024).toString('base64')) };
    const times = 1500;
    const before = memoryOf(child.pid).now;
    const pieces = function* (): Generator<Piece> {
      yield { type: 'text/plain', filename: 'large.txt' };
      for (let i = 0; i < times; i += 1) yield piece;
    };
    const media = await upload(pieces(), { by });
    const hash = createHash('sha256');
    let paused = false;
    const call = by.Download({ id: media.id }, grpcMetadata({}));
    for await (const { file } of call as AsyncIterable<Answered>) {
      if (file === undefined) continue;
      hash.update(file);
      if (paused) continue;
      // While this reader does nothing, what the gateway reads of the file has nowhere to go.
      paused = true;
      for (let i = 0; i < 200; i += 1) await child.api.get('/health/live', { key: null });
    }
    const expected = createHash('sha256');
    for (let i = 0; i < times; i += 1) expected.update(piece.file);
    expect(hash.digest('hex')).toBe(expected.digest('hex'));
    expect((memoryOf(child.pid).peak - before) / 1024 / 1024).toBeLessThan(50);
  });
});

/** Where a child gateway listens. */
function grpcPortIn(lines: readonly string[]): number {
  const ready = lines.find((line) => line.includes('"msg":"ready"')) ?? '{}';
  return (JSON.parse(ready) as { grpc_port: number }).grpc_port;
}

/** What a process has open. A file may be closed while it is looked at. */
function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}

/** Resident memory now and at its highest, in bytes, as the kernel counts it. */
function memoryOf(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  return { now: of('VmRSS'), peak: of('VmHWM') };
}
