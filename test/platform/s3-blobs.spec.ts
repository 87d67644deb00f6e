import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type BlobStore, NoSuchBlobError } from '../../src/platform/blobs/blob-store.js';
import { LocalBlobs } from '../../src/platform/blobs/local-blobs.js';
import { S3Blobs } from '../../src/platform/blobs/s3-blobs.js';
import { stopAtEnd } from '../support/cleanup.js';
import { aTempFolder } from '../support/temp-folder.js';

const folder = aTempFolder();

/** A bucket that checks what S3 checks: who signed what, and that the bytes are those that were signed. */
async function aBucket(): Promise<{ url: string; requests: { method: string; authorization: string }[] }> {
  const kept = new Map<string, Buffer>();
  const requests: { method: string; authorization: string }[] = [];
  const server = createServer(async (request, response) => {
    const { authorization = '' } = request.headers;
    const [method, key] = [request.method ?? '', request.url ?? ''];
    const bytes = await buffer(request);
    requests.push({ method, authorization });
    const isSigned = createHash('sha256').update(bytes).digest('hex') === request.headers['x-amz-content-sha256'];
    if (!isSigned || !authorization.startsWith('AWS4-HMAC-SHA256 Credential=AKIATEST/')) {
      response.writeHead(403).end('<Error/>');
    } else if (method === 'PUT') {
      kept.set(key, bytes);
      response.writeHead(key.includes('/0000') ? 500 : 200).end();
    } else if (!kept.has(key)) response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
    else if (method === 'DELETE') {
      kept.delete(key);
      response.writeHead(204).end();
    } else response.writeHead(200).end(kept.get(key));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stopAtEnd('a bucket', () => new Promise<void>((resolve) => server.close(() => resolve())));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function aStagedFile(bytes: Buffer) {
  const place = path.join(folder, randomBytes(8).toString('hex'));
  writeFileSync(place, bytes);
  return { path: place, sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest() };
}

const settings = { region: 'eu-central-1', bucket: 'files', accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
let bucket: Awaited<ReturnType<typeof aBucket>>;
const stores: Record<string, BlobStore> = {};

beforeAll(async () => {
  bucket = await aBucket();
  const s3 = new S3Blobs({ endpoint: bucket.url, ...settings });
  stopAtEnd('the S3 store', () => s3.close());
  stores.s3 = s3;
  stores.local = new LocalBlobs(path.join(folder, 'kept'));
});

describe.each(['s3', 'local'])('the %s file store', (name) => {
  const store = () => stores[name] as BlobStore;

  it('gives back what it was given, until it is removed', async () => {
    const bytes = randomBytes(3_000_000);
    await store().put('ab-1/cd-2', aStagedFile(bytes));
    expect((await buffer(await store().open('ab-1/cd-2'))).equals(bytes)).toBe(true);
    await store().put('ab-1/cd-2', aStagedFile(Buffer.from('other')));
    expect((await buffer(await store().open('ab-1/cd-2'))).toString()).toBe('other');
    await store().remove('ab-1/cd-2');
    await expect(store().open('ab-1/cd-2')).rejects.toBeInstanceOf(NoSuchBlobError);
    await store().remove('ab-1/cd-2');
  });

  it.each(['../x', 'a/../b', '/etc/passwd', 'a//b', '', 'a b', 'a?x=1'])('takes no key such as %j', async (key) => {
    await expect(store().open(key)).rejects.toThrow('made of ids');
    await expect(store().put(key, aStagedFile(Buffer.from('x')))).rejects.toThrow('made of ids');
    await expect(store().remove(key)).rejects.toThrow('made of ids');
  });
});

describe('the S3 file store', () => {
  it('signs each request for its region and service', async () => {
    await stores.s3?.put('ab/cd', aStagedFile(Buffer.from('signed')));
    expect(bucket.requests.at(-1)).toMatchObject({
      method: 'PUT',
      authorization: expect.stringMatching(/\/eu-central-1\/s3\/aws4_request, .*x-amz-content-sha256/),
    });
  });

  it('does not call a file kept that the bucket did not keep', async () => {
    await expect(stores.s3?.put('ab/0000', aStagedFile(Buffer.from('x')))).rejects.toThrow('HTTP 500');
    const stranger = new S3Blobs({ endpoint: bucket.url, ...settings, accessKeyId: 'SOMEBODY' });
    await expect(stranger.put('ab/cd', aStagedFile(Buffer.from('x')))).rejects.toThrow('HTTP 403');
    await stranger.close();
  });
});
