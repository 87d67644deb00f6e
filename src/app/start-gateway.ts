import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccountsService } from '../accounts/accounts.service.js';
import { BootstrapService } from '../accounts/bootstrap.service.js';
import { InboundMediaService } from '../media/inbound-media.service.js';
import { MessagingJobsService } from '../messaging/messaging-jobs.service.js';
import { MessagingWorkersService } from '../messaging/messaging-workers.service.js';
import { PoolFailOverService } from '../messaging/pool-fail-over.service.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { systemClock } from '../platform/clock/system-clock.js';
import type { GatewayConfig } from '../platform/config/settings.js';
import { openConnections } from '../platform/db/connections.js';
import { migrate } from '../platform/db/migrate.js';
import { JobRunner } from '../platform/jobs/job-runner.js';
import { Readiness } from '../platform/lifecycle/readiness.js';
import { type WorkerLoop, within } from '../platform/lifecycle/worker-loop.js';
import { CrashPoints } from '../platform/observability/crash-points.js';
import { createLogger } from '../platform/observability/logger.js';
import { Metrics } from '../platform/observability/metrics.js';
import { Runtime } from '../platform/runtime.js';
import { RateLimitService } from '../rate-limit/rate-limit.service.js';
import { RateLimitJobsService } from '../rate-limit/rate-limit-jobs.service.js';
import { TemplateDirectoryService } from '../templates/template-directory.service.js';
import { TemplateSyncService } from '../templates/template-sync.service.js';
import { WebhookJobsService } from '../webhooks/webhook-jobs.service.js';
import { WebhookWorkersService } from '../webhooks/webhook-workers.service.js';
import { connectTransports } from './connect-transports.js';
import { GatewayModule } from './gateway.module.js';
import { createHttpApp, listen } from './http-server.js';
import type { Foundation } from './platform.module.js';

/** A gateway that runs. */
export interface RunningGateway {
  /** Port of REST and webhooks. */
  readonly httpPort: number;
  /** Port of gRPC. */
  readonly grpcPort: number;
  /** Stops taking work, finishes what has begun (bounded by SHUTDOWN_TIMEOUT_MS), and closes everything. */
  stop(): Promise<void>;
}

/** How often accounts are read again, so that changes on another replica arrive. */
const REFRESH_MS = 5000;

/** How often it is read what changed of templates: a paused one must not be accepted for long. */
const REFRESH_TEMPLATES_MS = 1000;

/**
 * Starts the roles of a configuration whose DATABASE_URL is set: migrates, bootstraps, listens, and begins the loops
 * and jobs of a worker. Every role serves the same routes, so that each can be asked for its health and metrics; a
 * worker is simply not put behind the load balancer. When a step fails, what was begun is closed again.
 */
export async function startGateway(given: GatewayConfig): Promise<RunningGateway> {
  const config = given.natsUrl === 'off' ? { ...given, natsUrl: undefined } : given;
  const logger = createLogger(config);
  const runtime = new Runtime(config, systemClock, logger, new Metrics(), new CrashPoints(config.crashAt));
  const url = config.databaseUrl ?? '';
  const applied = await migrate(url, logger);
  if (applied > 0) logger.info({ migrations: applied }, 'the database is up to date');
  const connections = await openConnections({ url, poolSize: config.databasePoolSize }, logger);
  const readiness = new Readiness();
  let app: NestFastifyApplication | undefined;
  try {
    app = await createHttpApp(GatewayModule.over({ runtime, connections, readiness }), runtime);
    await app.get(AccountsService).refresh();
    if (config.bootstrapFile !== undefined) await app.get(BootstrapService).applyFile(config.bootstrapFile);
    await app.get(TemplateDirectoryService).refresh();
    const { grpcPort } = await connectTransports(app, runtime);
    const httpPort = await listen(app, runtime);
    const work = config.roles === 'api' ? null : startWork(app);
    const refreshing = [refreshAccounts(app, runtime), refreshTemplates(app, runtime)];
    readiness.markReady();
    const ports = { http_port: httpPort, grpc_port: grpcPort };
    logger.info({ ...ports, roles: config.roles, bus: runtime.publishesEvents ? 'on' : 'off' }, 'ready');
    return { httpPort, grpcPort, stop: () => stopGateway({ app, work, refreshing, runtime, connections, readiness }) };
  } catch (error) {
    await app?.close().catch(() => undefined);
    await connections.close();
    throw error;
  }
}

interface Begun extends Foundation {
  readonly app: NestFastifyApplication | undefined;
  readonly work: { stop(): Promise<void> } | null;
  readonly refreshing: readonly NodeJS.Timeout[];
}

/** Workers first, while their database and the webhooks still answer; connections last. */
async function stopGateway({ app, work, refreshing, runtime, connections, readiness }: Begun): Promise<void> {
  readiness.markDraining();
  refreshing.forEach(clearInterval);
  if (work !== null && !(await within(work.stop(), runtime.config.shutdownTimeoutMs))) {
    runtime.logger.warn('stopped before everything had finished');
  }
  if (app !== undefined) await within(app.close(), 3000);
  await within(connections.close(), 2000);
  runtime.logger.info('stopped');
}

function refreshAccounts(app: NestFastifyApplication, runtime: Runtime): NodeJS.Timeout {
  const [accounts, limits] = [app.get(AccountsService), app.get(RateLimitService)];
  return setInterval(() => {
    accounts.refreshIfChanged().then(
      (changed) => (changed ? limits.adapt() : undefined),
      (err: unknown) => runtime.logger.warn({ err }, 'accounts could not be read again'),
    );
  }, REFRESH_MS);
}

function refreshTemplates(app: NestFastifyApplication, runtime: Runtime): NodeJS.Timeout {
  const templates = app.get(TemplateDirectoryService);
  return setInterval(() => {
    templates.refresh().catch((err: unknown) => runtime.logger.warn({ err }, 'changes of templates could not be read'));
  }, REFRESH_TEMPLATES_MS);
}

function startWork(app: NestFastifyApplication): { stop(): Promise<void> } {
  const jobs = app.get(JobRunner);
  const all = [
    app.get(MessagingJobsService).all(),
    app.get(PoolFailOverService).jobs(),
    app.get(WebhookJobsService).all(),
    app.get(MetricsService).jobs(),
    app.get(TemplateSyncService).jobs(),
    app.get(RateLimitJobsService).jobs(),
    app.get(InboundMediaService).jobs(),
  ];
  for (const job of all.flat()) jobs.add(job);
  const loops: readonly WorkerLoop[] = [
    ...app.get(MessagingWorkersService).loops(),
    ...app.get(WebhookWorkersService).loops(),
  ];
  for (const loop of loops) loop.start();
  jobs.start();
  return {
    stop: async () => {
      jobs.stop();
      await Promise.allSettled(loops.map((loop) => loop.stop()));
    },
  };
}
