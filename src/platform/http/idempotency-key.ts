import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../../core/gateway-error.js';

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Reads an `Idempotency-Key` header: a quoted string as the IETF draft wants it, or the bare text. Null when absent.
 * Throws `invalid_request` for an empty, overlong or non-ASCII one: ignoring it would send twice.
 */
export function parseIdempotencyKey(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  const text = typeof header === 'string' ? header.trim() : '';
  const key = /^"(.*)"$/.exec(text)?.[1] ?? text;
  if (KEY.test(key)) return key;
  const detail = 'Idempotency-Key must be one value of 1 to 255 printable ASCII characters without blanks';
  throw new GatewayError('invalid_request', detail, { errors: [{ pointer: '/Idempotency-Key', detail }] });
}

/** Gives a handler the request's idempotency key, or null. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | null =>
  parseIdempotencyKey(context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key']),
);
