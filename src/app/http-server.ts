import type { DynamicModule } from '@nestjs/common';
import { type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { GatewayError } from '../core/gateway-error.js';
import { takeForms } from '../platform/http/multipart.js';
import { takeNdjson } from '../platform/http/ndjson.js';
import { sendProblem } from '../platform/http/problem.filter.js';
import { NestLogger } from '../platform/observability/logger.js';
import type { Runtime } from '../platform/runtime.js';
import { toGatewayError } from '../platform/transport/to-gateway-error.js';
import { serveOpenApi } from './openapi.js';

/** Largest JSON body of a call of ours. */
const LARGEST_JSON = 1024 * 1024;

/** A batch of 1,000 messages with every option of theirs; NDJSON is read as it comes and has no limit. */
const LARGEST_BATCH = 8 * 1024 * 1024;
const BATCHES = '/v1/messages/batch';

/** No path is longer: Node takes no more than 16 kB of request line and headers. */
const LONGEST_PATH = 16 * 1024;

/** How long a client may take to send its headers and its whole request. */
const TIMEOUTS = { headersMs: 10_000, requestMs: 30_000, checkEveryMs: 500 };

/** What the framework itself refuses (bad JSON, too large, no such type) looks like every other error of ours. */
class ProblemFastifyAdapter extends FastifyAdapter {
  /** Nest installs its own handler here, which would answer as plain JSON. */
  override setErrorHandler(): ReturnType<FastifyAdapter['setErrorHandler']> {
    return super.setErrorHandler((error, _request, reply) => sendProblem(reply as never, toGatewayError(error)));
  }
}

/** Makes the application with its HTTP server: created, not yet listening. */
export async function createHttpApp(module: Type | DynamicModule, runtime: Runtime): Promise<NestFastifyApplication> {
  const adapter = new ProblemFastifyAdapter({
    bodyLimit: LARGEST_JSON,
    requestTimeout: TIMEOUTS.requestMs,
    // Node looks for slow clients every 30 s unless it is told otherwise.
    http: { headersTimeout: TIMEOUTS.headersMs, connectionsCheckingInterval: TIMEOUTS.checkEveryMs },
    forceCloseConnections: 'idle',
    // The length of an id is the business of who reads it: the router's own refusal is no problem document.
    routerOptions: { maxParamLength: LONGEST_PATH, ignoreTrailingSlash: true },
    frameworkErrors: (_error: unknown, _request: unknown, reply: unknown) =>
      sendProblem(reply as never, malformedPath()),
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLogger(runtime.logger),
    abortOnError: false,
    // Nest's parsers would take forms as well; Fastify's own takes JSON and refuses `__proto__`.
    bodyParser: false,
  });
  if (runtime.config.corsOrigins.length > 0) app.enableCors({ origin: [...runtime.config.corsOrigins] });
  // Fastify takes plain text by default; ours is a JSON interface, and says so with 415.
  app.getHttpAdapter().getInstance().removeContentTypeParser('text/plain');
  takeEmptyBodies(app.getHttpAdapter().getInstance());
  takeBatches(app.getHttpAdapter().getInstance());
  takeForms(app.getHttpAdapter().getInstance() as never);
  serveOpenApi(app);
  await app.init();
  return app;
}

/** What the router cannot even decode, such as `%ff`. */
function malformedPath(): GatewayError {
  return new GatewayError('invalid_request', 'The path is not the percent-encoded UTF-8 that a URL consists of.');
}

/** Many clients name a content type whether they send anything or not; no body is then no error of theirs. */
function takeEmptyBodies(server: FastifyInstance): void {
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parseJson(request, body, done);
  });
}

function takeBatches(server: FastifyInstance): void {
  takeNdjson(server, [BATCHES]);
  server.addHook('onRoute', (route) => {
    if (route.url === BATCHES) route.bodyLimit = LARGEST_BATCH;
  });
}

/** Begins to listen and gives the port: the configured one, or the free one that was found for 0. */
export async function listen(app: NestFastifyApplication, runtime: Runtime): Promise<number> {
  await app.listen(runtime.config.httpPort, runtime.config.httpHost);
  return portOf(app);
}

function portOf(app: INestApplication): number {
  const address: unknown = app.getHttpServer().address();
  return (address as { port: number }).port;
}
