import type { DynamicModule } from '@nestjs/common';
import { type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { NestLogger } from '../platform/observability/logger.js';
import type { Runtime } from '../platform/runtime.js';
import { serveOpenApi } from './openapi.js';

/** Largest JSON body of a call of ours. */
const LARGEST_JSON = 1024 * 1024;

/** How long a client may take to send its headers and its whole request. */
const TIMEOUTS = { headersMs: 10_000, requestMs: 30_000, checkEveryMs: 500 };

/** Makes the application with its HTTP server: created, not yet listening. */
export async function createHttpApp(module: Type | DynamicModule, runtime: Runtime): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
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
