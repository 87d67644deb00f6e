import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

/** How a request ends. */
export type Reply =
  | { readonly kind: 'json'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'raw'; readonly status: number; readonly contentType: string; readonly text: string }
  | { readonly kind: 'bytes'; readonly contentType: string; readonly bytes: Buffer }
  | { readonly kind: 'stream'; readonly contentType: string; readonly from: Readable; readonly length?: number }
  /** No answer: the connection is closed, or reset so that the client sees ECONNRESET. */
  | { readonly kind: 'destroy'; readonly reset: boolean }
  /** Headers and the first half of the body, then the connection is closed. */
  | { readonly kind: 'truncated'; readonly body: unknown }
  /** No answer and no end: the connection stays open until somebody else closes it. */
  | { readonly kind: 'hang' };

/** A JSON answer. */
export const json = (body: unknown, status = 200): Reply => ({ kind: 'json', status, body });

type Headers = Readonly<Record<string, string>>;

/** Carries the reply out. Does nothing when the client has gone. */
export function writeReply(res: ServerResponse, reply: Reply, headers: Headers): void {
  if (res.destroyed || res.writableEnded) return;
  switch (reply.kind) {
    case 'json':
      end(res, reply.status, 'application/json; charset=UTF-8', JSON.stringify(reply.body), headers);
      return;
    case 'raw':
      end(res, reply.status, reply.contentType, reply.text, headers);
      return;
    case 'bytes':
      res.writeHead(200, { ...headers, 'content-type': reply.contentType, 'content-length': reply.bytes.length });
      res.end(reply.bytes);
      return;
    case 'stream':
      res.writeHead(200, {
        ...headers,
        'content-type': reply.contentType,
        ...(reply.length === undefined ? {} : { 'content-length': reply.length }),
      });
      reply.from.on('error', () => res.destroy()).pipe(res);
      return;
    case 'destroy':
      if (reply.reset) res.socket?.resetAndDestroy();
      else res.socket?.destroy();
      return;
    case 'truncated': {
      const bytes = Buffer.from(JSON.stringify(reply.body));
      res.writeHead(200, { ...headers, 'content-type': 'application/json', 'content-length': bytes.length });
      res.write(bytes.subarray(0, bytes.length >> 1), () => res.socket?.destroy());
      return;
    }
    case 'hang':
      return;
  }
}

function end(res: ServerResponse, status: number, contentType: string, text: string, headers: Headers): void {
  const bytes = Buffer.from(text);
  res.writeHead(status, { ...headers, 'content-type': contentType, 'content-length': bytes.length });
  res.end(bytes);
}
