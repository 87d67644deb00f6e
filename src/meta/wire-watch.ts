import { Client, type Dispatcher } from 'undici';

/** Who wants to know when a request is on the wire. */
export interface WireWatch {
  /**
   * Asked when the connection is there, right before the first byte: true lets it out, false calls the request off.
   * `isFirst`: nothing was written on this connection before, and the far side may not have taken it up yet.
   */
  mayWrite(isFirst: boolean): boolean;
  /** The first byte of the answer was read. */
  answered(): void;
}

/** A request, with what its connection tells of itself. */
interface RequestOnConnection {
  /** The connection that the request goes out on; set by `watchedClient`. */
  connection?: { isNew: boolean };
}

/** The answer to a request, whole. */
export interface WholeAnswer {
  readonly httpStatus: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** The error of a request that its watch called off: nothing of it was written. */
export class CalledOffError extends Error {
  readonly code = 'LEASE_LOST';

  constructor() {
    super('the request was called off before its first byte');
    this.name = 'CalledOffError';
  }
}

/** Makes the connections of a pool; each tells the requests that go out on it whether they are its first (`factory` of a pool). */
export function watchedClient(origin: URL, options: object): Dispatcher {
  const client = new Client(origin, options);
  const connection = { isNew: true };
  client.on('connect', () => {
    connection.isNew = true;
  });
  const dispatch = client.dispatch.bind(client);
  client.dispatch = (request, handler) => {
    (request as RequestOnConnection).connection = connection;
    return dispatch(request, handler);
  };
  return client;
}

/**
 * Sends a request on a pool of watched clients and reads its answer, which must be small. The watch is asked when its first
 * byte may go out, and told when the answer comes in: around the promise of a request lie a connection being made, a body
 * being read and a busy event loop, tens of milliseconds that a limiter would count wrongly. Rejects when the request was
 * called off, found nobody, or its answer broke off.
 *
 * A handler of its own, because `request` makes a stream of each body: that and arrays written anew (`array-literal.ts`) took a
 * sixth off the worker's time for a message (docs/performance.md).
 */
export function exchange(
  pool: Dispatcher,
  options: Dispatcher.DispatchOptions,
  watch?: WireWatch,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) =>
    pool.dispatch(options, new Exchange({ resolve, reject }, options as RequestOnConnection, watch)),
  );
}

class Exchange implements Dispatcher.DispatchHandler {
  private httpStatus = 0;
  private headers: WholeAnswer['headers'] = {};
  private readonly chunks: Buffer[] = [];

  constructor(
    private readonly promise: { resolve(answer: WholeAnswer): void; reject(error: Error): void },
    private readonly request: RequestOnConnection,
    private readonly watch: WireWatch | undefined,
  ) {}

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { connection } = this.request;
    // undici looks whether it was aborted between this call and its first write.
    if (this.watch?.mayWrite(connection?.isNew ?? true) === false) controller.abort(new CalledOffError());
    else if (connection !== undefined) connection.isNew = false;
  }

  onResponseStart(_: Dispatcher.DispatchController, httpStatus: number, headers: WholeAnswer['headers']): void {
    this.watch?.answered();
    this.httpStatus = httpStatus;
    this.headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    const { httpStatus, headers, chunks } = this;
    const whole = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    this.promise.resolve({ httpStatus, headers, body: whole.toString() });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.promise.reject(error);
  }
}
