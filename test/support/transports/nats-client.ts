import { connect, headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { LUCKY } from '../accounts.js';
import { stopAtEnd } from '../cleanup.js';
import { until } from '../until.js';
import { type CallOptions, metaOf, type Outcome } from './outcome.js';
import type { ProtoMethod } from './protos.js';

/** A plain NATS client: JSON in, JSON out. */
export class NatsWire {
  readonly name = 'NATS';

  private constructor(readonly connection: NatsConnection) {}

  /** Connects, and waits until somebody serves. */
  static async connect(url: string): Promise<NatsWire> {
    const connection = await connect({ servers: url });
    stopAtEnd('a NATS client', () => connection.close());
    await until(() => connection.request('$SRV.PING.heliograph', '', { timeout: 1000 }).catch(() => null), {
      withinMs: 15_000,
      what: 'the service on NATS',
    });
    return new NatsWire(connection);
  }

  /** Calls a method. */
  call(method: ProtoMethod, data: object, options: CallOptions = {}): Promise<Outcome> {
    return this.callRaw(method.subject, JSON.stringify(data), options);
  }

  /** Sends any payload to any subject. */
  async callRaw(subject: string, payload: string | Uint8Array, options: CallOptions = {}): Promise<Outcome> {
    return outcomeOf(
      await this.connection.request(subject, payload, { timeout: 20_000, headers: natsHeaders(options) }),
    );
  }
}

/** The headers of a request. */
export function natsHeaders({ key = LUCKY.keys.all, authorization, idempotencyKey }: CallOptions) {
  const h = headers();
  const credential = authorization ?? (key === null ? undefined : `Bearer ${key}`);
  if (credential !== undefined) h.set('Authorization', credential);
  if (idempotencyKey !== undefined) h.set('Nats-Msg-Id', idempotencyKey);
  return h;
}

interface Problem {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { pointer: string; detail: string }[];
  readonly retry_after_ms?: number;
  readonly meta?: object;
}

function outcomeOf(answer: Msg): Outcome {
  const error = answer.headers?.get('Nats-Service-Error-Code') ?? '';
  if (error === '') return { ok: true, value: answer.json() };
  const problem = answer.json<Problem>();
  if (String(problem.status) !== error) throw new Error(`the body says ${problem.status}, the header ${error}`);
  if ((answer.headers?.get('Nats-Service-Error') ?? '') === '')
    throw new Error('the header Nats-Service-Error is missing');
  return {
    ok: false,
    code: problem.code,
    detail: problem.detail,
    fields: problem.errors ?? [],
    ...(problem.retry_after_ms === undefined ? {} : { retryAfterMs: problem.retry_after_ms }),
    ...metaOf(problem.meta),
  };
}
