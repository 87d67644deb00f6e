import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { GatewayError } from '../../core/gateway-error.js';
import { callOf } from '../transport/wire-call.js';

/** What an idempotency key looks like, on every wire. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Reads an idempotency key: a quoted string as the IETF draft wants it for `Idempotency-Key`, or the bare text. Null
 * when absent. Throws `invalid_request` for an empty, overlong or non-ASCII one: ignoring it would send twice. `name`
 * is what the wire calls it.
 */
export function parseIdempotencyKey(header: string | string[] | undefined, name = 'Idempotency-Key'): string | null {
  if (header === undefined) return null;
  const text = typeof header === 'string' ? header.trim() : '';
  const key = /^"(.*)"$/.exec(text)?.[1] ?? text;
  if (IDEMPOTENCY_KEY.test(key)) return key;
  const detail = `${name} must be one value of 1 to 255 printable ASCII characters without blanks`;
  throw new GatewayError('invalid_request', detail, { errors: [{ pointer: `/${name}`, detail }] });
}

/** Gives a handler the call's idempotency key, or null. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | null => {
  const { idempotencyKey, idempotencyKeyName } = callOf(context);
  return parseIdempotencyKey(idempotencyKey, idempotencyKeyName);
});
