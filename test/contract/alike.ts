import { expect } from '@jest/globals';
import type { Route } from '../support/transports/http-client.js';
import { type CallOptions, type Outcome, sameOnAllWires } from '../support/transports/outcome.js';
import type { ThreeWires } from '../support/transports/three-wires.js';

/** An operation by its names on the wires. */
export interface Operation {
  readonly name: string;
  readonly route: Route;
}

/** How a number stands. */
export const STATE: Operation = {
  name: 'RateLimitService.GetRateLimits',
  route: 'GET /v1/rate_limits/{phone_number_id}',
};
/** Whether messages would go. */
export const CHECK: Operation = { name: 'RateLimitService.Check', route: 'POST /v1/rate_limits/check' };
/** Why a message waits. */
export const EXPLAIN: Operation = { name: 'MessagingService.Explain', route: 'GET /v1/messages/{id}/explain' };

/** What another moment changes, as the calls lie a moment apart. */
const OF_A_MOMENT = ['until', 'estimated_at', 'resets_at', 'position', 'current_mps'];

/** Limits that count what was sent a moment ago; the others stand as they are. */
const COUNTED = ['throughput', 'calls', 'management_calls', 'warm_up'];

/** An answer without what another moment changes: only that it is said remains. */
function withoutMoments(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMoments);
  if (typeof value !== 'object' || value === null) return value;
  const { limit, allowed } = value as { limit?: unknown; allowed?: unknown };
  if (allowed !== undefined && COUNTED.includes(String(limit))) return { limit };
  const told = (key: string, child: unknown) =>
    OF_A_MOMENT.includes(key) && child !== null ? 'of a moment' : withoutMoments(child);
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, told(key, child)]));
}

/** Calls an operation on every wire, holds that all say the same, and gives what they say. */
export async function alike(
  wires: ThreeWires,
  operation: Operation,
  data: object,
  options: CallOptions = {},
): Promise<Outcome> {
  const { http, grpc, nats } = await wires.callAll(
    operation,
    () => data,
    () => options,
  );
  const told = (o: Outcome | null) => (o?.ok === true ? withoutMoments(sameOnAllWires(o.value)) : o);
  expect({ grpc: told(grpc), nats: told(nats) }).toEqual({ grpc: told(http), nats: told(http) });
  return http;
}

/** The same, for calls that succeed: the answer itself. */
export async function answerAlike(...call: Parameters<typeof alike>): Promise<object> {
  const outcome = await alike(...call);
  return outcome.ok ? outcome.value : outcome;
}
