import type { Answer, ApiClient } from '../api-client.js';
import { type CallOptions, metaOf, type Outcome } from './outcome.js';

/** Where an operation is on REST: `POST /v1/messages/{id}/cancel`. */
export type Route = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { pointer: string; detail: string }[];
  readonly retry_after_ms?: number;
  readonly meta?: object;
}

/** The REST interface with the data of an operation spread over path, query and body as its route wants. */
export class HttpWire {
  readonly name = 'HTTP';
  /** The answer to the call before, for who judges it by the OpenAPI document. */
  last: Answer = { status: 0, headers: {}, body: null };

  constructor(readonly api: ApiClient) {}

  /** Calls an operation. */
  async call(route: Route, data: object, options: CallOptions = {}): Promise<Outcome> {
    const [method = '', template = ''] = route.split(' ');
    const rest: Record<string, unknown> = { ...data };
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = String(rest[name] ?? '');
      delete rest[name];
      return encodeURIComponent(value);
    });
    const inQuery = method === 'GET' || method === 'DELETE';
    const query = inQuery ? queryOf(rest) : '';
    const answer = await this.api.call<Problem & Record<string, unknown>>(method, `${path}${query}`, {
      ...(inQuery || Object.keys(rest).length === 0 ? {} : { body: rest }),
      ...(options.authorization !== undefined ? { key: null } : options.key === undefined ? {} : { key: options.key }),
      headers: {
        ...(options.authorization === undefined ? {} : { authorization: options.authorization }),
        ...(options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }),
      },
    });
    this.last = answer;
    const { body } = answer;
    if (answer.status < 400) return { ok: true, value: body };
    return {
      ok: false,
      code: body.code,
      detail: body.detail,
      fields: body.errors ?? [],
      ...(body.retry_after_ms === undefined ? {} : { retryAfterMs: body.retry_after_ms }),
      ...metaOf(body.meta),
    };
  }
}

function queryOf(data: Record<string, unknown>): string {
  const pairs = Object.entries(data)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
