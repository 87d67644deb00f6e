import type { Metadata } from '@grpc/grpc-js';
import { GatewayError } from '../../../core/gateway-error.js';
import type { WireCall } from '../wire-call.js';

/** What a call over gRPC says besides its data. */
export function wireCallOf(metadata: Metadata, requestId: string | undefined, ended?: AbortSignal): WireCall {
  // Joined, so that a client which sends two credentials is taken for none of them.
  const authorization = metadata.get('authorization').join(', ');
  return {
    wire: 'grpc',
    authorization: authorization === '' ? undefined : authorization,
    idempotencyKey: requestId,
    idempotencyKeyName: 'request_id',
    ...(ended === undefined ? {} : { ended }),
  };
}

/** The refusal of bytes that are no message of their type. */
export function malformed(): GatewayError {
  return new GatewayError('invalid_request', 'The request is not a message of its type; see the protos.');
}
