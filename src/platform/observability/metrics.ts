import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Buckets in seconds from a millisecond to a minute, dense around the documents' bounds (250 ms, 500 ms, 1 s). */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * The process's own metrics, in Prometheus' terms. One registry per service, so that two in one process do not share.
 * No label ever holds a phone number, wamid, recipient or message id.
 */
export class Metrics {
  readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** A count that only grows. Name ends in `_total`. */
  counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return this.known<Counter<L>>(name) ?? new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  /** A value that goes up and down. */
  gauge<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
    return this.known<Gauge<L>>(name) ?? new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  /**
   * A value that is asked for when somebody looks: the truth of this moment on whichever replica is asked. When it
   * cannot be had (the database is away), the other metrics are shown all the same.
   */
  measured<L extends string>(
    name: string,
    help: string,
    measure: (gauge: Gauge<L>) => Promise<void>,
    labelNames: readonly L[] = [],
  ): void {
    new Gauge<L>({
      name,
      help,
      labelNames,
      registers: [this.registry],
      async collect() {
        await measure(this).catch(() => this.reset());
      },
    });
  }

  /** Durations. Name ends in `_seconds`. */
  histogram<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Histogram<L> {
    return (
      this.known<Histogram<L>>(name) ??
      new Histogram({ name, help, labelNames, buckets: SECONDS, registers: [this.registry] })
    );
  }

  /** Everything in Prometheus' text format. */
  async text(): Promise<string> {
    return this.registry.metrics();
  }

  private known<M>(name: string): M | undefined {
    return this.registry.getSingleMetric(name) as M | undefined;
  }
}
