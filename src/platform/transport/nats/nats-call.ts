import { Match, type MsgHdrs } from '@nats-io/transport-node';
import { GatewayError } from '../../../core/gateway-error.js';
import type { WireCall } from '../wire-call.js';

/** What the headers of a NATS message say. Their names differ in case between clients, so they are matched without it. */
export function wireCallOf(headers: MsgHdrs | undefined): WireCall {
  const values = (name: string) => headers?.values(name, Match.IgnoreCase) ?? [];
  const keys = values('Nats-Msg-Id');
  return {
    wire: 'nats',
    authorization: values('Authorization').join(', ') || undefined,
    idempotencyKey: keys.length === 0 ? undefined : keys.length === 1 ? keys[0] : keys,
    idempotencyKeyName: 'Nats-Msg-Id',
  };
}

/** The body of a NATS message; an empty one stands for no fields. Throws `invalid_request` for what is no JSON object. */
export function readJsonObject(data: Uint8Array): object {
  if (data.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(data).toString('utf8'));
  } catch {
    value = undefined;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new GatewayError('invalid_request', 'The body must be a JSON object.');
}
