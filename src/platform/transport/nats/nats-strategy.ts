import { setTimeout as delay } from 'node:timers/promises';
import { connect, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { GatewayError } from '../../../core/gateway-error.js';
import { natsAddress } from '../../bus/nats-address.js';
import { newId } from '../../clock/ids.js';
import { within } from '../../lifecycle/worker-loop.js';
import type { Runtime } from '../../runtime.js';
import type { CallCounter } from '../answer-call.js';
import type { RpcMethod } from '../rpc-catalog.js';
import { toGatewayError } from '../to-gateway-error.js';
import { Endpoint, SERVICE_NAME, serveDiscovery } from './discovery.js';
import { readJsonObject, wireCallOf } from './nats-call.js';
import { respond, respondError } from './reply.js';

/** Replicas share the requests. */
const QUEUE = SERVICE_NAME;

/** Calls in hand at once; beyond it a caller is told to come back, so that memory stays bounded. */
const MOST_AT_ONCE = 5000;

/** How long a start waits for the bus: a service whose bus is away starts all the same. */
const FIRST_CONNECT_MS = 2000;

/** How long after a failure to connect it is tried again. */
const TRY_AGAIN_MS = 2000;

/** How long calls in hand may finish once the server stops. */
const GRACE_MS = 2000;

/** What the NATS server is made of. */
export interface NatsOptions {
  readonly url: string;
  readonly version: string;
  readonly methods: readonly RpcMethod[];
  readonly counter: CallCounter;
  readonly runtime: Runtime;
}

/**
 * Request and reply on NATS for Nest's handlers: plain JSON both ways. Nest's own server expects its envelope, takes a
 * plain request for an event and never answers it, and gives no answer at all to JSON that it cannot read.
 */
export class NatsStrategy extends Server implements CustomTransportStrategy {
  private connection: NatsConnection | null = null;
  private connecting: Promise<void> | null = null;
  private readonly closing = new AbortController();
  private readonly inHand = new Set<Promise<void>>();

  constructor(private readonly options: NatsOptions) {
    super();
  }

  /** Connects in the background and for as long as it takes; a start waits two seconds for it. */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      for (const method of this.unary()) this.handlerOf(method);
      this.connecting = this.connect();
      await within(this.connecting, FIRST_CONNECT_MS);
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Takes no more requests, answers those in hand, and closes the connection. */
  async close(): Promise<void> {
    this.closing.abort();
    const { connection } = this;
    this.connection = null;
    if (connection === null) return;
    // Draining ends the subscriptions first and the connection last; what is in hand can still be answered in between.
    const drained = connection.drain().catch(() => undefined);
    await within(
      Promise.allSettled([...this.inHand]).then(() => drained),
      GRACE_MS,
    );
    await connection.close();
  }

  private get closed(): boolean {
    return this.closing.signal.aborted;
  }

  /** Nest asks for it; there are no events to listen to. */
  on(): void {
    throw new Error('the NATS server has no events');
  }

  /** The connection, once there is one. */
  unwrap<T>(): T {
    return this.connection as T;
  }

  private async connect(): Promise<void> {
    try {
      const connection = await this.firstConnection();
      if (connection === null) return;
      this.connection = connection;
      this.subscribe(connection);
      await connection.flush();
    } catch (err) {
      this.options.runtime.logger.error({ err }, 'NATS requests are not served');
    }
  }

  /** Tries until it is there, or this server is closed: the client's own way to wait for it cannot be ended. */
  private async firstConnection(): Promise<NatsConnection | null> {
    const address = natsAddress(this.options.url);
    while (!this.closed) {
      try {
        const options = { name: 'heliograph-rpc', maxReconnectAttempts: -1, ignoreAuthErrorAbort: true };
        const connection = await connect({ ...address, ...options });
        if (!this.closed) return connection;
        await connection.close();
      } catch (err) {
        this.options.runtime.logger.debug({ err }, 'NATS is not there yet');
        await delay(TRY_AGAIN_MS, undefined, { signal: this.closing.signal }).catch(() => undefined);
      }
    }
    return null;
  }

  private subscribe(connection: NatsConnection): void {
    const endpoints = this.unary().map((method) => {
      const endpoint = new Endpoint(`${method.service}-${method.method}`, method.subject, QUEUE, { grpc: method.path });
      const handler = this.handlerOf(method);
      connection.subscribe(method.subject, {
        queue: QUEUE,
        callback: (error, message) => {
          if (error === null) this.take(message, endpoint, handler);
        },
      });
      return endpoint;
    });
    const { clock } = this.options.runtime;
    serveDiscovery(connection, { id: newId(), version: this.options.version, startedAt: clock.now(), endpoints });
  }

  private unary(): (RpcMethod & { readonly subject: string })[] {
    return this.options.methods.filter((m): m is RpcMethod & { readonly subject: string } => m.subject !== null);
  }

  private handlerOf({ path }: RpcMethod): MessageHandler {
    const handler = this.messageHandlers.get(path);
    if (handler === undefined) throw new Error(`${path} is in the protos and has no handler (@Rpc)`);
    return handler;
  }

  private take(message: Msg, endpoint: Endpoint, handler: MessageHandler): void {
    // Nobody waits for an answer, so nobody would learn of a refusal. Commands that nobody waits for have a stream.
    if (message.reply === undefined || message.reply === '') {
      this.options.counter.refused({ wire: 'nats' }, endpoint.subject, noReplySubject());
      return;
    }
    const work = this.answer(message, endpoint, handler).finally(() => this.inHand.delete(work));
    this.inHand.add(work);
  }

  private async answer(message: Msg, endpoint: Endpoint, handler: MessageHandler): Promise<void> {
    const { runtime } = this.options;
    const startedMs = runtime.clock.monotonicMs();
    const error = await this.handle(message, endpoint, handler).then(
      (answer) => respond(message, answer),
      (thrown: unknown) => {
        const refusal = toGatewayError(thrown);
        respondError(message, refusal);
        return refusal;
      },
    );
    const told = error === null ? null : { code: error.row.http, text: error.code };
    endpoint.count(runtime.clock.monotonicMs() - startedMs, told);
  }

  private async handle(message: Msg, endpoint: Endpoint, handler: MessageHandler): Promise<unknown> {
    const { counter } = this.options;
    const call = wireCallOf(message.headers);
    if (this.inHand.size >= MOST_AT_ONCE) throw counter.refused(call, endpoint.subject, tooMany());
    let data: object;
    try {
      data = readJsonObject(message.data);
    } catch (thrown) {
      throw counter.refused(call, endpoint.subject, toGatewayError(thrown));
    }
    return counter.answer(handler, data, call, endpoint.subject);
  }
}

function noReplySubject(): GatewayError {
  return new GatewayError('invalid_request', 'A request without a reply subject is not carried out.');
}

function tooMany(): GatewayError {
  return new GatewayError('unavailable', 'Too many requests are in hand.', { retryAfterMs: 1000 });
}
