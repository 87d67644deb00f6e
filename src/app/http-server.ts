import type { DynamicModule } from '@nestjs/common';
import { type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { sendProblem, toGatewayError } from '../platform/http/problem.filter.js';
import { NestLogger } from '../platform/observability/logger.js';
import type { Runtime } from '../platform/runtime.js';
import { serveOpenApi } from './openapi.js';

/** Largest JSON body of a call of ours. */
const LARGEST_JSON = 1024 * 1024;

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
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
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
  serveOpenApi(app);
  await app.init();
  return app;
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
