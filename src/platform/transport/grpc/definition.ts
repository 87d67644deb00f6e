import type { MethodDefinition } from '@grpc/grpc-js';
import { codecOf } from '../json-codec.js';
import type { RpcMethod } from '../rpc-catalog.js';

/** A request as it came: its data with the idempotency key taken out, or word that it is no such message. */
export type Decoded =
  | { readonly kind: 'message'; readonly data: Record<string, unknown>; readonly requestId: string | undefined }
  | { readonly kind: 'malformed' };

/**
 * How grpc-js reads and writes a method. Reading never throws, because what is thrown here becomes INTERNAL; writing
 * takes bytes, so that whatever goes wrong with an answer goes wrong where it can still be answered.
 */
export function definitionOf(method: RpcMethod): MethodDefinition<Decoded, Buffer> {
  const codec = codecOf(method.request);
  const decode = (bytes: Buffer): Decoded => {
    try {
      const { request_id: requestId, ...data } = codec.decode(bytes);
      if (Array.isArray(data.messages)) data.messages = data.messages.map(nameKey);
      return { kind: 'message', data, requestId: requestId as string | undefined };
    } catch {
      return { kind: 'malformed' };
    }
  };
  return {
    path: method.path,
    originalName: method.method,
    requestStream: method.requestStream,
    responseStream: method.responseStream,
    requestDeserialize: decode,
    responseSerialize: (bytes) => bytes,
    // The other direction belongs to clients; a server has no use for it.
    requestSerialize: () => Buffer.alloc(0),
    responseDeserialize: (bytes) => bytes,
  };
}

/** What gRPC calls the `request_id` of a message among many, JSON calls its `idempotency_key`: this renames it. */
export function nameKey(message: Record<string, unknown>): Record<string, unknown> {
  // Most messages have none, and a copy of each of 20,000 a second costs more than the look.
  if (message.request_id === undefined) return message;
  const { request_id: key, ...rest } = message;
  return { ...rest, idempotency_key: key };
}
