import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { AwsV4Signer } from 'aws4fetch';
import { type Dispatcher, Pool } from 'undici';
import { BlobStore, NoSuchBlobError, requireKey, type StagedFile } from './blob-store.js';

/** Where the bucket is and who may write to it. */
export interface S3Settings {
  /** Of the service, for example `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const TIMEOUTS = { connectMs: 3000, answerMs: 30_000 };

/** SHA-256 of nothing. */
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * Files in a bucket of S3 or of what speaks its protocol, with paths in the style `endpoint/bucket/key`. Streams both
 * ways. The hash of a file is part of its signature, so that the store refuses what was changed on the way.
 */
export class S3Blobs extends BlobStore {
  private readonly pool: Pool;

  constructor(private readonly settings: S3Settings) {
    super();
    this.pool = new Pool(new URL(settings.endpoint).origin, {
      connections: 32,
      connect: { timeout: TIMEOUTS.connectMs },
      headersTimeout: TIMEOUTS.answerMs,
      bodyTimeout: TIMEOUTS.answerMs,
    });
  }

  async put(key: string, file: StagedFile): Promise<void> {
    const headers = { 'content-length': String(file.sizeBytes) };
    const body = createReadStream(file.path);
    await this.done(await this.call('PUT', key, file.sha256.toString('hex'), { headers, body }));
  }

  async open(key: string): Promise<Readable> {
    const answer = await this.call('GET', key, EMPTY);
    if (answer.statusCode === 200) return answer.body;
    await answer.body.dump();
    if (answer.statusCode === 404) throw new NoSuchBlobError();
    throw new Error(`the file store answered HTTP ${answer.statusCode}`);
  }

  async remove(key: string): Promise<void> {
    const answer = await this.call('DELETE', key, EMPTY);
    if (answer.statusCode === 404) await answer.body.dump();
    else await this.done(answer);
  }

  /** Ends the connections. */
  close(): Promise<void> {
    return this.pool.close();
  }

  private async call(
    method: 'PUT' | 'GET' | 'DELETE',
    key: string,
    contentSha256: string,
    more: { headers?: Record<string, string>; body?: Readable } = {},
  ): Promise<Dispatcher.ResponseData> {
    requireKey(key);
    const { endpoint, bucket, region, accessKeyId, secretAccessKey } = this.settings;
    const signed = await new AwsV4Signer({
      method,
      url: `${endpoint}/${bucket}/${key}`,
      headers: { 'x-amz-content-sha256': contentSha256 },
      service: 's3',
      region,
      accessKeyId,
      secretAccessKey,
    }).sign();
    return this.pool.request({
      method,
      path: signed.url.pathname,
      headers: { ...Object.fromEntries(signed.headers as unknown as Iterable<[string, string]>), ...more.headers },
      body: more.body ?? null,
    });
  }

  private async done(answer: Dispatcher.ResponseData): Promise<void> {
    await answer.body.dump();
    if (answer.statusCode >= 300) throw new Error(`the file store answered HTTP ${answer.statusCode}`);
  }
}
