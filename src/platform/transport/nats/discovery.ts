import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';

/** Name of our service on NATS. */
export const SERVICE_NAME = 'heliograph';

/** What may be asked of a service (NATS ADR-32). */
const VERBS = ['PING', 'INFO', 'STATS'] as const;

/** One subject that is served, and what has come of it since the start. */
export class Endpoint {
  private requests = 0;
  private errors = 0;
  private lastError = '';
  private busyNs = 0;

  constructor(
    readonly name: string,
    readonly subject: string,
    readonly queue: string,
    readonly metadata: Readonly<Record<string, string>>,
  ) {}

  /** Counts one answer. */
  count(ms: number, error: { readonly code: number; readonly text: string } | null): void {
    this.requests += 1;
    this.busyNs += Math.round(ms * 1_000_000);
    if (error === null) return;
    this.errors += 1;
    this.lastError = `${error.code}:${error.text}`;
  }

  /** As `$SRV.INFO` shows it. */
  get info(): object {
    return { name: this.name, subject: this.subject, queue_group: this.queue, metadata: this.metadata };
  }

  /** As `$SRV.STATS` shows it; times in nanoseconds. */
  get stats(): object {
    return {
      name: this.name,
      subject: this.subject,
      queue_group: this.queue,
      num_requests: this.requests,
      num_errors: this.errors,
      last_error: this.lastError,
      processing_time: this.busyNs,
      average_processing_time: this.requests === 0 ? 0 : Math.round(this.busyNs / this.requests),
    };
  }
}

/** A service as it presents itself. */
export interface ServiceDescription {
  /** Of this instance. */
  readonly id: string;
  readonly version: string;
  readonly startedAt: Date;
  readonly endpoints: readonly Endpoint[];
}

/**
 * Answers `$SRV.PING`, `$SRV.INFO` and `$SRV.STATS`, for all services, for ours, and for this instance (NATS ADR-32).
 * Every instance answers, so there is no queue group.
 */
export function serveDiscovery(connection: NatsConnection, service: ServiceDescription): Subscription[] {
  const identity = { name: SERVICE_NAME, id: service.id, version: service.version, metadata: {} };
  const answers: Record<(typeof VERBS)[number], () => object> = {
    PING: () => ({ type: 'io.nats.micro.v1.ping_response', ...identity }),
    INFO: () => ({
      type: 'io.nats.micro.v1.info_response',
      ...identity,
      description: "Gateway to Meta's WhatsApp Cloud API",
      endpoints: service.endpoints.map((e) => e.info),
    }),
    STATS: () => ({
      type: 'io.nats.micro.v1.stats_response',
      ...identity,
      started: service.startedAt.toISOString(),
      endpoints: service.endpoints.map((e) => e.stats),
    }),
  };
  return VERBS.flatMap((verb) => {
    const callback = (error: Error | null, message: Msg) => {
      if (error === null) message.respond(JSON.stringify(answers[verb]()));
    };
    const base = `$SRV.${verb}`;
    return [base, `${base}.${SERVICE_NAME}`, `${base}.${SERVICE_NAME}.${service.id}`].map((subject) =>
      connection.subscribe(subject, { callback }),
    );
  });
}
