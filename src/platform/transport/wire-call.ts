import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../auth/principal.js';

/** The wires on which operations are offered. */
export type Wire = 'http' | 'grpc' | 'nats';

/** What a call says besides its data, the same on every wire. */
export interface WireCall {
  readonly wire: Wire;
  /** The credential as it was given: header or metadata `authorization`. */
  readonly authorization: string | undefined;
  /** The idempotency key as it was given. */
  readonly idempotencyKey: string | string[] | undefined;
  /** What the wire calls that key. */
  readonly idempotencyKeyName: 'Idempotency-Key' | 'request_id' | 'Nats-Msg-Id';
  /** Of a call that may last: fires when nobody waits for answers any more. */
  readonly ended?: AbortSignal;
  /** Whom it speaks for; set by the guard. */
  principal?: Principal;
}

/** HTTP requests are the framework's own objects: what we know of them stands beside them. */
const ofRequest = new WeakMap<object, WireCall>();

/** The call that a guard, pipe or parameter is asked about. */
export function callOf(context: ExecutionContext): WireCall {
  if (context.getType() === 'rpc') return context.switchToRpc().getContext<WireCall>();
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const known = ofRequest.get(request);
  if (known !== undefined) return known;
  const call: WireCall = {
    wire: 'http',
    authorization: request.headers.authorization,
    idempotencyKey: request.headers['idempotency-key'],
    idempotencyKeyName: 'Idempotency-Key',
  };
  ofRequest.set(request, call);
  return call;
}

/** For calls that end by their answer. */
const NEVER = new AbortController().signal;

/** Gives a handler the signal that nobody waits for its answers any more. */
export const CallEnd = createParamDecorator(
  (_: unknown, context: ExecutionContext): AbortSignal => callOf(context).ended ?? NEVER,
);
