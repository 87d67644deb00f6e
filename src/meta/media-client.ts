import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Dispatcher, Pool } from 'undici';
import type { SendResult } from '../core/delivery/classify-outcome.js';
import type { GatewayConfig } from '../platform/config/settings.js';
import { CONFIG } from '../platform/tokens.js';

/** A file to upload: its bytes are asked for when the connection is there. */
export interface OutgoingFile {
  readonly mimeType: string;
  readonly filename: string;
  readonly sizeBytes: number;
  readonly open: () => Promise<Readable>;
}

/** Uploads are few and long; they must not take the connections of sends. */
const CONNECTIONS = 16;
const UPLOAD_TIMEOUT_MS = 120_000;
const LARGEST_ANSWER = 1024 * 1024;

/** Talks to the Graph API about files. Like the Graph client it follows no redirect and never retries. */
@Injectable()
export class MediaClient implements OnApplicationShutdown {
  private readonly pool: Pool;
  private readonly root: string;

  constructor(@Inject(CONFIG) config: GatewayConfig) {
    const base = new URL(`${config.graphBaseUrl}/${config.graphApiVersion}`);
    this.root = base.pathname;
    this.pool = new Pool(base.origin, {
      connections: CONNECTIONS,
      keepAliveTimeout: 4000,
      keepAliveMaxTimeout: 4000,
      connect: { timeout: 3000 },
      headersTimeout: UPLOAD_TIMEOUT_MS,
      bodyTimeout: UPLOAD_TIMEOUT_MS,
      maxResponseSize: LARGEST_ANSWER,
    });
  }

  /** Uploads a file for a number, streamed (`POST /{phone_number_id}/media`). Never throws for what the network does. */
  async upload(phoneNumberId: string, accessToken: string, file: OutgoingFile): Promise<SendResult> {
    const form = formOf(file);
    const length = form.head.length + file.sizeBytes + form.tail.length;
    const content = await file.open();
    const body = Readable.from(around(form.head, content, form.tail), { objectMode: false });
    try {
      const answer = await this.pool.request({
        path: `${this.root}/${phoneNumberId}/media`,
        method: 'POST',
        headers: {
          authorization: `Bearer ${accessToken}`,
          'content-type': `multipart/form-data; boundary=${form.boundary}`,
          'content-length': String(length),
        },
        body,
      });
      return { kind: 'answer', httpStatus: answer.statusCode, body: await readJson(answer.body) };
    } catch (error) {
      return { kind: 'failure', code: (error as { code?: string }).code ?? 'UPLOAD_FAILED' };
    } finally {
      content.destroy();
    }
  }

  /** Ends the connections. */
  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }
}

interface Form {
  readonly boundary: string;
  readonly head: Buffer;
  readonly tail: Buffer;
}

function formOf(file: OutgoingFile): Form {
  const boundary = `heliograph-${randomBytes(16).toString('hex')}`;
  const field = (name: string, value: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  // A quote or a line break in a name would end its header.
  const filename = encodeURIComponent(file.filename).replaceAll("'", '%27');
  const head =
    field('messaging_product', 'whatsapp') +
    field('type', file.mimeType) +
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${filename}"\r\n` +
    `content-type: ${file.mimeType}\r\n\r\n`;
  return { boundary, head: Buffer.from(head), tail: Buffer.from(`\r\n--${boundary}--\r\n`) };
}

async function* around(head: Buffer, content: Readable, tail: Buffer): AsyncGenerator<Buffer> {
  yield head;
  for await (const chunk of content) yield chunk as Buffer;
  yield tail;
}

async function readJson(body: Dispatcher.ResponseData['body']): Promise<unknown> {
  const text = await body.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
