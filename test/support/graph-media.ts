import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { stopAtEnd } from './cleanup.js';

/** A file that reached Meta. */
export interface UploadedFile {
  readonly phoneNumberId: string;
  readonly id: string;
  readonly mimeType: string;
  readonly filename: string;
  readonly bytes: Buffer;
}

/** What Graph is to answer to uploads in place of an id. */
export interface UploadRefusal {
  readonly status: number;
  readonly body: object;
}

/**
 * The media part of the Graph API in front of another: takes uploads itself and passes everything else on. Reads the
 * form with the platform's own parser, so that what we write by hand is checked by somebody else's reading.
 */
export class GraphMedia {
  readonly uploads: UploadedFile[] = [];
  /** Answered to uploads while it is set. */
  refusal: UploadRefusal | null = null;

  private constructor(
    readonly url: string,
    private readonly behind: string | null,
  ) {}

  /** Starts one; it stops at the end of the file. */
  static async start(behind: string | null = null): Promise<GraphMedia> {
    let media: GraphMedia | undefined;
    const server = createServer((request, response) => {
      media?.answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stopAtEnd('the media part of Graph', async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    media = new GraphMedia(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, behind);
    return media;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const upload = /^\/v[\d.]+\/(\d+)\/media$/.exec(request.url ?? '');
    if (request.method === 'POST' && upload !== null) {
      const { status, body } = await this.takeUpload(upload[1] as string, request);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return;
    }
    const passed = await fetch(`${this.behind}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
      ...(request.method === 'GET' ? {} : { body: await textOf(request) }),
    });
    response.writeHead(passed.status, { 'content-type': 'application/json' }).end(await passed.text());
  }

  private async takeUpload(phoneNumberId: string, request: IncomingMessage): Promise<UploadRefusal> {
    const form = await new Response(Readable.toWeb(request) as ReadableStream, {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    }).formData();
    if (this.refusal !== null) return this.refusal;
    const file = form.get('file');
    const isWhole =
      form.get('messaging_product') === 'whatsapp' && file instanceof File && form.get('type') === file.type;
    if (!isWhole) return { status: 400, body: { error: { code: 100, message: '(#100) Invalid parameter' } } };
    const id = String(5_000_000_000_000 + this.uploads.length);
    const bytes = Buffer.from(await file.arrayBuffer());
    this.uploads.push({ phoneNumberId, id, mimeType: file.type, filename: file.name, bytes });
    return { status: 200, body: { id } };
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
