import { once } from 'node:events';
import type {
  handleClientStreamingCall,
  handleServerStreamingCall,
  ServerErrorResponse,
  ServerWritableStream,
} from '@grpc/grpc-js';
import type { MessageHandler } from '@nestjs/microservices';
import type { CallCounter } from '../answer-call.js';
import { codecOf } from '../json-codec.js';
import type { RpcMethod } from '../rpc-catalog.js';
import { toGatewayError } from '../to-gateway-error.js';
import { malformed, wireCallOf } from './call.js';
import { type Decoded, nameKey } from './definition.js';
import { readGroups } from './read-groups.js';
import { toGrpcError } from './status.js';

/** Most requests of a stream that are handed on together. */
const PER_GROUP = 500;

/** One request of a stream that has not been judged yet. */
export interface StreamedRequest {
  /** Its place in the stream, from 0. */
  readonly index: number;
  /** Its data, under the names that JSON has for them. Throws `invalid_request`. */
  readonly read: () => unknown;
}

/**
 * Serves a method whose requests are a stream. Its handler's data is an async iterable of groups of StreamedRequest,
 * which it reads at its own pace; what it answers is sent at once, whether the stream has ended or not.
 */
export function requestStream(
  method: RpcMethod,
  handler: MessageHandler,
  counter: CallCounter,
): handleClientStreamingCall<Decoded, Buffer> {
  const codec = codecOf(method.response);
  return (call, callback) => {
    const wireCall = wireCallOf(call.metadata, undefined, endOf(call));
    counter
      .answer(handler, requestsOf(readGroups<Decoded>(call, PER_GROUP)), wireCall, method.path)
      .then((answer) => codec.encode(answer as Record<string, unknown>))
      .then(
        (bytes) => callback(null, bytes),
        (error: unknown) => callback(toGrpcError(toGatewayError(error))),
      );
  };
}

async function* requestsOf(groups: AsyncIterable<Decoded[]>): AsyncGenerator<StreamedRequest[]> {
  let index = 0;
  for await (const group of groups) {
    yield group.map((decoded) => ({ index: index++, read: () => dataOf(decoded) }));
  }
}

function dataOf(decoded: Decoded): unknown {
  if (decoded.kind === 'malformed') throw malformed();
  const { data, requestId } = decoded;
  return requestId === undefined ? data : nameKey({ ...data, request_id: requestId });
}

/**
 * Serves a method whose answers are a stream: what its handler gives is sent as fast as the client reads. The signal
 * `ended` of the call tells the handler that nobody listens any more.
 */
export function responseStream(
  method: RpcMethod,
  handler: MessageHandler,
  counter: CallCounter,
): handleServerStreamingCall<Decoded, Buffer> {
  const codec = codecOf(method.response);
  return (call) => {
    const ended = endOf(call);
    const answer = async (): Promise<void> => {
      const { request } = call;
      const wireCall = wireCallOf(call.metadata, request.kind === 'message' ? request.requestId : undefined, ended);
      if (request.kind === 'malformed') throw counter.refused(wireCall, method.path, malformed());
      const send = (value: unknown) => write(call, codec.encode(value as Record<string, unknown>), ended);
      await counter.answerAll(handler, request.data, wireCall, method.path, send);
    };
    answer().then(
      () => call.end(),
      // The error's own path in grpc-js: the status is taken from it, and the call ends.
      (error: unknown) => call.emit('error', toGrpcError(toGatewayError(error)) as ServerErrorResponse),
    );
  };
}

async function write(call: ServerWritableStream<Decoded, Buffer>, bytes: Buffer, ended: AbortSignal): Promise<void> {
  if (!call.write(bytes)) await once(call, 'drain', { signal: ended });
}

/** Fires when the client hung up, its deadline passed or the server cut the call off. */
function endOf(call: { once(event: 'cancelled', listener: () => void): unknown }): AbortSignal {
  const controller = new AbortController();
  call.once('cancelled', () => controller.abort());
  return controller.signal;
}
