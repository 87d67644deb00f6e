import path from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type EmbeddedNats, startEmbeddedNats } from '../src/platform/embedded/embedded-nats.js';
import { freePort } from '../src/platform/embedded/free-port.js';
import {
  type AcceptLanes,
  commandLanes,
  grpcLanes,
  grpcRequest,
  grpcStream,
  httpLanes,
  httpRequest,
  natsLanes,
  natsRequest,
  ndjson,
  ndjsonLanes,
  type Prepare,
} from './accept-lanes.js';
import { acceptReport, type WireFigures } from './accept-report.js';
import { type Child, startServer } from './child.js';
import { closedLoop } from './closed-loop.js';
import type { AcceptOptions } from './command-line.js';
import { type Database, Gateway, startDatabase } from './gateway.js';
import { readCounter } from './histogram.js';
import { messagesFrom } from './messages.js';
import { programOf } from './paths.js';
import { ProcessorMeter } from './processor-time.js';
import type { Report } from './report.js';
import { GraphStub } from './stub.js';

const NUMBERS = 16;

/** Nothing is sent: a message that is due would make the worker of the commands compete with what is measured. */
const LATER = { send_at: '2126-12-01T09:00:00Z' };

const COMMANDS = 'JetStream command';

/** A way in: how many messages make a request, how many requests are under way, and what carries them. */
interface Way {
  readonly name: string;
  readonly perRequest: number;
  readonly prepare: Prepare;
  readonly open: () => Promise<AcceptLanes>;
  /** The floor that it is compared with. */
  readonly floor: string | null;
}

interface Bench {
  readonly options: AcceptOptions;
  readonly database: Database;
  readonly bare: Child & { readonly origin: string };
  readonly bus: { readonly url: string; readonly connection: NatsConnection };
  readonly gatewayOptions: Omit<Parameters<typeof Gateway.start>[0], 'roles'>;
  readonly say: (line: string) => void;
  readonly figures: Map<string, WireFigures>;
  made: number;
}

/**
 * Measures acceptance: messages over every wire, one by one and in batches, in a closed loop, beside a bare server that
 * parses them and inserts them and does nothing else. Rounds of all ways in turn.
 */
export async function benchAccept(options: AcceptOptions, say: (line: string) => void): Promise<Report> {
  const database = await startDatabase();
  const stub = await GraphStub.start({ latencyMs: 0, numbers: NUMBERS });
  const nats = await startEmbeddedNats({ storeDir: path.join(database.folder, 'nats'), path: process.env.PATH });
  const connection = await connect({ servers: nats.url });
  const bare = await startServer({ name: 'bare-acceptor', args: [programOf('bare-acceptor'), database.postgres.url] });
  const { profileFolder } = options;
  const common = { database, graphOrigin: stub.origin, graphConnections: 64, natsUrl: nats.url };
  const gatewayOptions = { ...common, grpcPort: await freePort(), profileFolder };
  const bus = { url: nats.url, connection };
  const bench: Bench = { options, database, bare, bus, gatewayOptions, say, figures: new Map(), made: 0 };
  try {
    // First, as long as there are no events of other rounds that its worker would have to publish meanwhile.
    if (COMMANDS.includes(options.only)) await measureCommands(bench);
    await measureRequests(bench);
    return acceptReport({ options, postgresql: database.postgres.version, figures: [...bench.figures.values()] });
  } finally {
    await stopAll(bare, nats, connection, stub, database);
  }
}

async function stopAll(
  bare: Child,
  nats: EmbeddedNats,
  connection: NatsConnection,
  stub: GraphStub,
  database: Database,
): Promise<void> {
  await connection.close();
  await bare.stop();
  await nats.stop();
  await stub.stop();
  await database.stop();
}

async function measureRequests(bench: Bench): Promise<void> {
  const gateway = await Gateway.start({ ...bench.gatewayOptions, roles: 'api' });
  try {
    const wanted = (way: Way) => way.floor === null || way.name.includes(bench.options.only);
    const ways = waysInto(bench, gateway).filter(wanted);
    for (const way of ways) await play(bench, gateway, way, 0.1, false);
    for (let round = 0; round < bench.options.rounds; round += 1) {
      for (const way of round % 2 === 0 ? ways : [...ways].reverse()) await play(bench, gateway, way, 1, true);
      bench.say(`round ${round + 1} of ${bench.options.rounds} done`);
    }
  } finally {
    await gateway.stop();
  }
}

function waysInto({ bare, bus, gatewayOptions }: Bench, gateway: Gateway): Way[] {
  const barePort = Number(new URL(bare.origin).port);
  const { port } = gateway;
  const grpc = gatewayOptions.grpcPort ?? 0;
  const http = (name: string, to: number, perRequest: number, width: number, floor: string | null): Way => ({
    name,
    perRequest,
    prepare: httpRequest(to),
    open: () => httpLanes(to, width),
    floor,
  });
  const way = (name: string, perRequest: number, prepare: Prepare, open: Way['open'], floor: string): Way => ({
    name,
    perRequest,
    prepare,
    open,
    floor,
  });
  const { connection } = bus;
  return [
    http('floor 1', barePort, 1, 256, null),
    http('floor 100', barePort, 100, 16, null),
    http('floor 1000', barePort, 1000, 8, null),
    http('REST', port, 1, 256, 'floor 1'),
    http('REST batch of 100', port, 100, 16, 'floor 100'),
    http('REST batch of 1,000', port, 1000, 8, 'floor 1000'),
    way('NDJSON, 5,000 lines', 5000, ndjson, () => ndjsonLanes(port, 4), 'floor 1000'),
    way('gRPC Send', 1, grpcRequest('Send'), () => grpcLanes(grpc, 256, 'Send'), 'floor 1'),
    way('gRPC BatchSend of 1,000', 1000, grpcRequest('BatchSend'), () => grpcLanes(grpc, 8, 'BatchSend'), 'floor 1000'),
    way('gRPC StreamSend of 5,000', 5000, grpcStream(), () => grpcLanes(grpc, 4, 'StreamSend'), 'floor 1000'),
    way('NATS request', 1, natsRequest, () => natsLanes(connection, 256, 'send'), 'floor 1'),
    way('NATS batch of 1,000', 1000, natsRequest, () => natsLanes(connection, 8, 'batch_send'), 'floor 1000'),
  ];
}

/** Plays one way once; single messages are fewer, because each takes longer. */
async function play(bench: Bench, gateway: Gateway, way: Way, share: number, counts: boolean): Promise<void> {
  const wanted = (bench.options.messages * share) / (way.perRequest === 1 ? 5 : 1);
  const messages = Math.max(1, Math.round(wanted / way.perRequest)) * way.perRequest;
  const requests = prepared(bench, way, messages);
  const lanes = await way.open();
  const before = await acceptedBy(gateway);
  const pids = { server: way.floor === null ? bench.bare.pid : gateway.pid, postgres: bench.database.postgres.pid };
  const meter = new ProcessorMeter(pids);
  const result = await closedLoop(lanes.lanes, requests);
  const us = meter.perUnit(messages);
  await lanes.close();
  const accepted = (await acceptedBy(gateway)) - before;
  if (way.floor !== null && accepted !== messages) throw new Error(`${way.name}: ${accepted} of ${messages} accepted`);
  if (counts) note(bench, way, { rate: messages / result.seconds, latenciesMs: [...result.latenciesMs], us });
}

function prepared(bench: Bench, way: Pick<Way, 'perRequest' | 'prepare'>, messages: number): Buffer[] {
  const all = [...messagesFrom(bench.made, messages, NUMBERS)].map((message) => ({ ...message, ...LATER }));
  bench.made += messages;
  return Array.from({ length: messages / way.perRequest }, (_, i) =>
    way.prepare(all.slice(i * way.perRequest, (i + 1) * way.perRequest)),
  );
}

const acceptedBy = async (gateway: Gateway) =>
  readCounter(await gateway.metrics(), 'heliograph_messages_accepted_total');

interface Played {
  readonly rate: number;
  readonly latenciesMs: readonly number[];
  readonly us: Readonly<Record<string, number>>;
}

function note({ figures }: Bench, { name, floor }: Pick<Way, 'name' | 'floor'>, played: Played): void {
  const known = figures.get(name) ?? { name, floor, rates: [], latenciesMs: [], us: {} };
  figures.set(name, {
    ...known,
    rates: [...known.rates, played.rate],
    latenciesMs: [...known.latenciesMs, ...played.latenciesMs],
    us: played.us,
  });
}

/** Durable commands: published as fast as the stream takes them, and measured until the last one is a message. */
async function measureCommands(bench: Bench): Promise<void> {
  const { connection } = bench.bus;
  const gateway = await Gateway.start({ ...bench.gatewayOptions, roles: 'all' });
  try {
    const manager = await jetstreamManager(connection);
    const waiting = async () => (await manager.streams.info('WA_CMD')).state.messages;
    await gateway.until(10_000, 'with its stream', () =>
      waiting().then(
        () => true,
        () => false,
      ),
    );
    for (let round = 0; round < bench.options.rounds; round += 1) {
      const messages = Math.ceil(bench.options.messages / 5);
      const requests = prepared(bench, { perRequest: 1, prepare: natsRequest }, messages);
      const { lanes } = await commandLanes(connection, 256);
      const before = await acceptedBy(gateway);
      const meter = new ProcessorMeter({ server: gateway.pid, postgres: bench.database.postgres.pid });
      const startMs = performance.now();
      const { latenciesMs } = await closedLoop(lanes, requests);
      await gateway.until(60_000, 'done', async () => (await acceptedBy(gateway)) - before >= messages, 20);
      const rate = (messages * 1000) / (performance.now() - startMs);
      const us = meter.perUnit(messages);
      note(bench, { name: COMMANDS, floor: 'floor 1' }, { rate, latenciesMs: [...latenciesMs], us });
    }
  } finally {
    await gateway.stop();
  }
}
