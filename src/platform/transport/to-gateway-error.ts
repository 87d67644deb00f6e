import { HttpException } from '@nestjs/common';
import { GatewayError, type GatewayErrorCode } from '../../core/gateway-error.js';
import { isTransient } from '../db/db.js';

const CODE_OF_HTTP: Readonly<Record<number, GatewayErrorCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  503: 'unavailable',
};

/** Makes any thrown thing one of our errors: the single place where that happens. */
export function toGatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  if (isTransient(thrown)) {
    return new GatewayError('unavailable', 'The database cannot be reached.', { retryAfterMs: 1000, cause: thrown });
  }
  const status = statusOf(thrown);
  if (status !== null && status >= 400 && status < 500) {
    // What a client got wrong before its request reached us: the framework's own sentence is about the request only.
    return new GatewayError(CODE_OF_HTTP[status] ?? 'invalid_request', (thrown as Error).message);
  }
  return new GatewayError('internal', 'This request failed on our side; the log has the cause.', { cause: thrown });
}

function statusOf(thrown: unknown): number | null {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const { statusCode } = (thrown ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : null;
}
