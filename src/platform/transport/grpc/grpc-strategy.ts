import {
  Server as GrpcServer,
  type handleUnaryCall,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { groupBy } from '../../../core/group-by.js';
import type { CallCounter } from '../answer-call.js';
import { codecOf } from '../json-codec.js';
import type { RpcMethod } from '../rpc-catalog.js';
import { toGatewayError } from '../to-gateway-error.js';
import { malformed, wireCallOf } from './call.js';
import { type Decoded, definitionOf } from './definition.js';
import { toGrpcError } from './status.js';
import { requestStream, responseStream } from './streams.js';

/** Largest message that is taken. JSON of the same meaning is larger, and REST takes 1 MB. */
const LARGEST_MESSAGE = 4 * 1024 * 1024;

/** Calls that one connection may have open: more wait at the client. */
const MOST_STREAMS = 1000;

/** How long open calls may finish once the server stops; a stream never would by itself. */
const GRACE_MS = 2000;

/** What the gRPC server is made of. */
export interface GrpcOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Take a free port, and say so, when this one is taken. */
  readonly orFreePort: boolean;
  readonly methods: readonly RpcMethod[];
  readonly counter: CallCounter;
  /** Adds what belongs to every gRPC server: health, reflection. */
  readonly addTo: (server: GrpcServer) => void;
}

/**
 * gRPC for Nest's handlers. Nest's own server would drop the bound port, know nothing of our JSON form, let the
 * framework's errors out as UNKNOWN, and wait for open streams for ever when it stops.
 */
export class GrpcStrategy extends Server implements CustomTransportStrategy {
  private server: GrpcServer | null = null;
  private boundPort = 0;

  constructor(private readonly options: GrpcOptions) {
    super();
  }

  /** The port that it listens on. */
  get port(): number {
    return this.boundPort;
  }

  /** Listens; a method of the protos without a handler is an error of ours, and said so here. */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      const server = new GrpcServer({
        'grpc.max_receive_message_length': LARGEST_MESSAGE,
        'grpc.max_concurrent_streams': MOST_STREAMS,
      });
      this.addServices(server);
      this.options.addTo(server);
      this.boundPort = await this.bind(server);
      this.server = server;
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Ends streams, lets calls finish for two seconds, then cuts what is left. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (server === null) return;
    await new Promise<void>((resolve) => {
      const cut = setTimeout(() => {
        server.forceShutdown();
        resolve();
      }, GRACE_MS);
      server.tryShutdown(() => {
        clearTimeout(cut);
        resolve();
      });
    });
  }

  /** Nest asks for it; there are no events to listen to. */
  on(): void {
    throw new Error('the gRPC server has no events');
  }

  /** The server of grpc-js, once it listens. */
  unwrap<T>(): T {
    return this.server as T;
  }

  private async bind(server: GrpcServer): Promise<number> {
    const { host, port, orFreePort } = this.options;
    try {
      return await bind(server, `${host}:${port}`);
    } catch (error) {
      if (!orFreePort || (error as { code?: string }).code !== 'EADDRINUSE') throw error;
      const free = await bind(server, `${host}:0`);
      this.logger.warn(`GRPC_PORT ${port} is in use by another program: gRPC is on port ${free}`);
      return free;
    }
  }

  private addServices(server: GrpcServer): void {
    const services = groupBy(this.options.methods, (method) => method.service);
    for (const methods of services.values()) {
      const definition: Record<string, ServiceDefinition[string]> = {};
      const implementation: UntypedServiceImplementation = {};
      for (const method of methods) {
        definition[method.method] = definitionOf(method);
        implementation[method.method] = this.serve(method, this.handlerOf(method));
      }
      server.addService(definition, implementation);
    }
  }

  private handlerOf({ path }: RpcMethod): MessageHandler {
    const handler = this.messageHandlers.get(path);
    if (handler === undefined) throw new Error(`${path} is in the protos and has no handler (@Rpc)`);
    return handler;
  }

  private serve(method: RpcMethod, handler: MessageHandler): UntypedServiceImplementation[string] {
    const { counter } = this.options;
    if (method.requestStream) return requestStream(method, handler, counter);
    return method.responseStream ? responseStream(method, handler, counter) : this.unary(method, handler);
  }

  private unary(method: RpcMethod, handler: MessageHandler): handleUnaryCall<Decoded, Buffer> {
    const { counter } = this.options;
    const codec = codecOf(method.response);
    const answer = async (call: ServerUnaryCall<Decoded, Buffer>): Promise<Buffer> => {
      const requestId = call.request.kind === 'message' ? call.request.requestId : undefined;
      const wireCall = wireCallOf(call.metadata, requestId);
      if (call.request.kind === 'malformed') throw counter.refused(wireCall, method.path, malformed());
      const result = await counter.answer(handler, call.request.data, wireCall, method.path);
      return codec.encode(result as Record<string, unknown>);
    };
    return (call, callback: sendUnaryData<Buffer>) => {
      answer(call).then(
        (bytes) => callback(null, bytes),
        (error: unknown) => callback(toGrpcError(toGatewayError(error))),
      );
    };
  }
}

/** Binds to an address, and says which setting is to blame when it is taken. */
function bind(server: GrpcServer, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error.message.includes('EADDRINUSE') ? taken(address) : error);
    });
  });
}

function taken(address: string): Error {
  const port = Number(address.split(':').at(-1));
  return Object.assign(new Error(`${address} is in use`), { code: 'EADDRINUSE', port, setting: 'GRPC_PORT' });
}
