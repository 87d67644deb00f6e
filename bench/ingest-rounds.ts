import { setTimeout as delay } from 'node:timers/promises';
import { type Generator, openConnections } from './exchange.js';
import { between, type Histogram, quantile, readHistogram, shareWithin, totalOf } from './histogram.js';
import type { IngestBench } from './ingest-bench.js';
import { asFastAsPossible, atRate, type LoadResult } from './load.js';
import { ProcessorMeter } from './processor-time.js';
import { type PreparedWebhook, webhooksFor } from './webhook-bodies.js';

/** One round: the same webhooks to the floor and to the gateway. */
export interface Round {
  readonly generator: Generator;
  readonly floor: LoadResult;
  readonly real: LoadResult;
  /** Until the afterwards of the gateway was over too. */
  readonly wholeSeconds: number;
  readonly floorUs: Readonly<Record<string, number>>;
  readonly realUs: Readonly<Record<string, number>>;
}

/** How to play a round. */
export interface RoundPlan {
  readonly messages: number;
  readonly generator: Generator;
  /** Every other round begins with the gateway, so that neither side always comes first. */
  readonly gatewayFirst: boolean;
  /** What the gateway's part ends with, besides the last answer. */
  readonly afterwards: () => Promise<void>;
}

/** Plays one round, as fast as possible on each side. */
export async function playRound(bench: IngestBench, plan: RoundPlan): Promise<Round> {
  const { gateway, bare, database } = bench;
  const { generator } = plan;
  const webhooks = webhooksFor(bench.unused.splice(0, plan.messages), `127.0.0.1:${gateway.port}`);
  const playFloor = async () => {
    const meter = new ProcessorMeter({ bare: bare.pid });
    const floor = await play(bench, bare.port, generator, webhooks);
    return { floor, floorUs: meter.perUnit(webhooks.length) };
  };
  const playReal = async () => {
    const meter = new ProcessorMeter({ gateway: gateway.pid, postgres: database.postgres.pid });
    const startMs = performance.now();
    bench.owed += webhooks.length;
    const real = await play(bench, gateway.port, generator, webhooks);
    await plan.afterwards();
    return { real, wholeSeconds: (performance.now() - startMs) / 1000, realUs: meter.perUnit(webhooks.length) };
  };
  if (!plan.gatewayFirst) return { generator, ...(await playFloor()), ...(await playReal()) };
  const real = await playReal();
  return { generator, ...(await playFloor()), ...real };
}

async function play(bench: IngestBench, port: number, generator: Generator, webhooks: readonly PreparedWebhook[]) {
  const connections = await openConnections(generator, port, bench.options.connections);
  const result = await asFastAsPossible(connections, webhooks);
  await connections.close();
  return result;
}

/** What came of the steady rate. */
export interface Steady {
  readonly load: LoadResult;
  /** Share of the webhooks applied within 200 ms of their receipt, by the gateway's own histogram. */
  readonly appliedWithin200Ms: number;
  readonly appliedP99Ms: number;
  readonly us: Readonly<Record<string, number>>;
}

/** Gives all that is left at the steady rate. */
export async function holdRate(bench: IngestBench): Promise<Steady> {
  const { gateway, options, database } = bench;
  const webhooks = webhooksFor(bench.unused.splice(0), `127.0.0.1:${gateway.port}`);
  bench.say(`${options.perSecond} webhooks per second for ${options.seconds} s …`);
  const before = await readApplied(bench);
  const meter = new ProcessorMeter({ gateway: gateway.pid, postgres: database.postgres.pid });
  const connections = await openConnections('lean', gateway.port, options.steadyConnections);
  const load = await atRate(connections, webhooks, options.perSecond);
  await connections.close();
  bench.owed += webhooks.length;
  let during = between(before, await readApplied(bench));
  for (let tries = 0; totalOf(during) < webhooks.length && tries < 300; tries += 1) {
    await delay(100);
    during = between(before, await readApplied(bench));
  }
  const us = meter.perUnit(webhooks.length);
  return { load, us, appliedWithin200Ms: shareWithin(during, 0.2), appliedP99Ms: quantile(during, 0.99) * 1000 };
}

async function readApplied({ gateway }: IngestBench): Promise<Histogram> {
  return readHistogram(await gateway.metrics(), 'heliograph_webhook_applied_seconds');
}
