import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stopAtEnd } from './cleanup.js';

/** A file of a person's at Meta; the rest has a default that is as Meta does it. */
export interface FileAtMeta {
  readonly bytes: Buffer;
  /** The URL that Meta gives for it. */
  readonly url?: string;
  /** Answered to a question for the URL in its place. */
  readonly refusal?: { readonly status: number; readonly body: object };
  /** How often the bytes come; for large files. */
  readonly times?: number;
  /** Breaks off after the first piece. */
  readonly breaksOff?: boolean;
}

let ids = 700_000_000_000_000 + (randomBytes(4).readUInt32BE() >>> 1);

/** The part of Meta that has people's files: their URLs at the Graph API, and the bytes behind them. */
export class MetaFiles {
  /** The credentials with which bytes were asked for, by id. */
  readonly downloads: { readonly id: string; readonly authorization: string | undefined }[] = [];
  private readonly files = new Map<string, FileAtMeta>();

  private constructor(readonly url: string) {}

  /** Starts it; it stops at the end of the file. */
  static async start(): Promise<MetaFiles> {
    let files: MetaFiles | undefined;
    const server = createServer((request, response) => {
      files?.answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stopAtEnd('the files at Meta', async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    files = new MetaFiles(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return files;
  }

  /** Has a file there, and gives its id. */
  add(file: FileAtMeta): string {
    const id = String(ids++);
    this.files.set(id, file);
    return id;
  }

  /** Puts another in place of a file. */
  replace(id: string, file: FileAtMeta): void {
    this.files.set(id, file);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '', this.url);
    const [, where, id = ''] = /^\/(v[\d.]+|bytes)\/(\d+)$/.exec(pathname) ?? [];
    const file = this.files.get(id);
    const json = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (file === undefined) {
      json(400, {
        error: { code: 100, error_subcode: 33, type: 'GraphMethodException', message: 'Unsupported get request.' },
      });
    } else if (where === 'bytes') {
      this.downloads.push({ id, authorization: request.headers.authorization });
      await giveBytes(file, response);
    } else if (file.refusal !== undefined) {
      json(file.refusal.status, file.refusal.body);
    } else {
      json(200, {
        messaging_product: 'whatsapp',
        url: file.url ?? `${this.url}/bytes/${id}`,
        id,
        file_size: sizeOf(file),
      });
    }
  }
}

/** The hash of all of a file, as webhooks have it. */
export function hashOf(file: FileAtMeta): string {
  const hash = createHash('sha256');
  for (let i = 0; i < (file.times ?? 1); i += 1) hash.update(file.bytes);
  return hash.digest('base64');
}

function sizeOf({ bytes, times = 1 }: FileAtMeta): number {
  return bytes.length * times;
}

async function giveBytes(file: FileAtMeta, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': sizeOf(file) });
  if (file.breaksOff === true) {
    response.write(file.bytes.subarray(0, 1), () => response.destroy());
    return;
  }
  for (let i = 0; i < (file.times ?? 1); i += 1) {
    if (!response.write(file.bytes)) await new Promise((resolve) => response.once('drain', resolve));
  }
  response.end();
}
