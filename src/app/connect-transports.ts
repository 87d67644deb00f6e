import type { Server as GrpcServer } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { PROTO_ROOT } from '../contracts/protos.js';
import { SETTINGS } from '../platform/config/settings.js';
import { Readiness } from '../platform/lifecycle/readiness.js';
import { ReadyCheck } from '../platform/lifecycle/ready-check.js';
import type { Runtime } from '../platform/runtime.js';
import { CallCounter } from '../platform/transport/answer-call.js';
import { GrpcStrategy } from '../platform/transport/grpc/grpc-strategy.js';
import { addHealth } from '../platform/transport/grpc/health.js';
import { NatsStrategy } from '../platform/transport/nats/nats-strategy.js';
import { loadRpcCatalog, protoFiles, type RpcMethod } from '../platform/transport/rpc-catalog.js';

/** Version of the contract on NATS, which has to be a semantic one (NATS ADR-32). */
const CONTRACT_VERSION = '1.0.0';

/** The port that gRPC has by default. */
const DEFAULT_PORT = Number(SETTINGS.grpcPort.fallback);

/** The wires besides HTTP, as they were started. */
export interface Transports {
  readonly grpcPort: number;
}

/**
 * Connects gRPC, and NATS where there is a bus, to the handlers of the application, and begins to listen. Guards, pipes
 * and filters are the application's own: one authentication, one validation and one error table on every wire. They
 * stop with the application.
 */
export async function connectTransports(app: NestFastifyApplication, runtime: Runtime): Promise<Transports> {
  const { config, metrics } = runtime;
  const methods = loadRpcCatalog();
  const counter = new CallCounter(metrics);
  const grpc = new GrpcStrategy({
    host: config.httpHost,
    port: config.grpcPort,
    // Several of them on a developer's machine are a matter of course, and few think of a second port for each.
    orFreePort: config.environment === 'development' && config.grpcPort === DEFAULT_PORT,
    methods,
    counter,
    addTo: (server) => addWellKnownServices(server, app, methods, config.environment !== 'production'),
  });
  app.connectMicroservice({ strategy: grpc }, { inheritAppConfig: true });
  if (config.natsUrl !== undefined) {
    const nats = new NatsStrategy({ url: config.natsUrl, version: CONTRACT_VERSION, methods, counter, runtime });
    app.connectMicroservice({ strategy: nats }, { inheritAppConfig: true });
  }
  await app.startAllMicroservices();
  return { grpcPort: grpc.port };
}

/** `grpc.health.v1.Health`, for the whole server and each service, and reflection where people develop. */
function addWellKnownServices(
  server: GrpcServer,
  app: NestFastifyApplication,
  methods: readonly RpcMethod[],
  reflection: boolean,
): void {
  const services = new Set(methods.map((m) => m.path.split('/')[1] as string));
  addHealth(server, services, { readiness: app.get(Readiness), check: app.get(ReadyCheck) });
  if (!reflection) return;
  const definitions = loadSync(protoFiles(), { keepCase: true, includeDirs: [PROTO_ROOT] });
  new ReflectionService(definitions).addToServer(server);
}
