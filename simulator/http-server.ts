import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that has been read to its end. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Larger requests are cut off; Meta's own bound is not published, and no message comes near. */
const LARGEST_BODY = 4 * 1024 * 1024;

export type Handler = (request: ReceivedRequest, res: ServerResponse) => void;

/** Plain HTTP on the loopback interface; `handler` is called when a request has been read whole. */
export class HttpServer {
  private readonly server: Server;

  constructor(handler: Handler) {
    this.server = createServer((req, res) => receive(req, res, handler));
    // Longer than any client keeps an idle connection, so that a reset is always a fault that was asked for.
    this.server.keepAliveTimeout = 600_000;
    this.server.on('clientError', (_error, socket) => socket.destroy());
  }

  /** Resolves with the port when the server takes connections. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  /** Stops at once; open connections are cut. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

function receive(req: IncomingMessage, res: ServerResponse, handler: Handler): void {
  const chunks: Buffer[] = [];
  let size = 0;
  req.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > LARGEST_BODY) req.destroy();
    else chunks.push(chunk);
  });
  req.on('error', () => res.destroy());
  req.on('end', () => {
    const url = req.url ?? '/';
    const mark = url.indexOf('?');
    handler(
      {
        method: req.method ?? 'GET',
        path: mark < 0 ? url : url.slice(0, mark),
        query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
        headers: req.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      },
      res,
    );
  });
}
