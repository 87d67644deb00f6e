import { setTimeout as delay } from 'node:timers/promises';
import type { Connections } from './exchange.js';
import type { PreparedWebhook } from './webhook-bodies.js';

/** What came of a load. */
export interface LoadResult {
  readonly answered: number;
  /** Answers other than 200. */
  readonly refused: number;
  readonly seconds: number;
  /** Milliseconds per request, in the order of the answers. */
  readonly latenciesMs: Float64Array;
}

/**
 * Closed loop: every connection sends its next webhook as soon as the last one is answered. Measures what a server can
 * take at most.
 */
export async function asFastAsPossible(
  { lanes }: Connections,
  webhooks: readonly PreparedWebhook[],
): Promise<LoadResult> {
  const result = new Collected(webhooks.length);
  let next = 0;
  const run = async (lane: Connections['lanes'][number]) => {
    for (let i = next++; i < webhooks.length; i = next++) {
      const sentMs = performance.now();
      result.add(await lane(webhooks[i] as PreparedWebhook), sentMs);
    }
  };
  await Promise.all(lanes.map(run));
  return result.end();
}

/**
 * Open loop: webhooks are due evenly at `perSecond`, whatever the answers do. A latency counts from when the webhook was
 * due, so a server that stalls cannot hide it by slowing the load down ("coordinated omission").
 */
export async function atRate(
  { lanes }: Connections,
  webhooks: readonly PreparedWebhook[],
  perSecond: number,
): Promise<LoadResult> {
  const free = [...lanes];
  const late: number[] = [];
  const result = new Collected(webhooks.length);
  const startMs = performance.now();
  const dueMs = (i: number) => startMs + (i * 1000) / perSecond;
  const pending = new Set<Promise<void>>();
  let failure: unknown;
  const send = async (lane: Connections['lanes'][number], first: number) => {
    for (let i: number | undefined = first; i !== undefined; i = late.shift()) {
      result.add(await lane(webhooks[i] as PreparedWebhook), dueMs(i));
    }
    free.push(lane);
  };
  for (let i = 0; i < webhooks.length && failure === undefined; await delay(1)) {
    for (const nowMs = performance.now(); i < webhooks.length && dueMs(i) <= nowMs; i += 1) {
      const lane = free.pop();
      if (lane === undefined) {
        late.push(i);
        continue;
      }
      const one: Promise<void> = send(lane, i)
        .catch((error: unknown) => {
          failure = error;
        })
        .finally(() => pending.delete(one));
      pending.add(one);
    }
  }
  await Promise.all(pending);
  if (failure !== undefined) throw failure;
  return result.end();
}

class Collected {
  private answered = 0;
  private refused = 0;
  private readonly startMs = performance.now();
  private readonly latenciesMs: Float64Array;

  constructor(size: number) {
    this.latenciesMs = new Float64Array(size);
  }

  add(status: number, sinceMs: number): void {
    this.latenciesMs[this.answered++] = performance.now() - sinceMs;
    if (status !== 200) this.refused += 1;
  }

  end(): LoadResult {
    const seconds = (performance.now() - this.startMs) / 1000;
    return { answered: this.answered, refused: this.refused, seconds, latenciesMs: this.latenciesMs };
  }
}
