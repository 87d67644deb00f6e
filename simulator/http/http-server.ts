import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that has been read to its end, or whose body is left to its route. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** The body as text; '' when it is left in `stream`. */
  readonly body: string;
  /** The unread body, where the route asked for it; the route reads or destroys it. */
  readonly stream?: IncomingMessage;
}

/** Larger bodies are cut off; Meta's own bound is not published, and no message comes near. Snapshots may be larger. */
const LARGEST_BODY = 4 * 1024 * 1024;

/** Called when a request has been read whole, or its head when `readsStream` said so. */
export type Handler = (request: ReceivedRequest, res: ServerResponse) => void;

/** Says of a method and path whether the body is to be left unread. */
export type StreamChoice = (method: string, path: string) => boolean;

/** Plain HTTP, on the loopback interface unless told otherwise. */
export class HttpServer {
  private readonly server: Server;

  constructor(handler: Handler, readsStream: StreamChoice) {
    this.server = createServer((req, res) => receive(req, res, handler, readsStream));
    // Longer than any client keeps an idle connection, so that a reset is always a fault that was asked for.
    this.server.keepAliveTimeout = 600_000;
    this.server.on('clientError', (_error, socket) => socket.destroy());
  }

  /** Resolves with the port when the server takes connections. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => resolve((this.server.address() as AddressInfo).port));
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

function receive(req: IncomingMessage, res: ServerResponse, handler: Handler, readsStream: StreamChoice): void {
  const url = req.url ?? '/';
  const mark = url.indexOf('?');
  const method = req.method ?? 'GET';
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  const head = { method, path, query, headers: req.headers };
  req.on('error', () => res.destroy());
  if (readsStream(method, path)) {
    handler({ ...head, body: '', stream: req }, res);
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  req.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > LARGEST_BODY) req.destroy();
    else chunks.push(chunk);
  });
  req.on('end', () => handler({ ...head, body: Buffer.concat(chunks).toString('utf8') }, res));
}
