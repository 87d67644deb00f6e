import { AccountsService } from '../../src/accounts/accounts.service.js';
import { ApiKeysService } from '../../src/accounts/api-keys.service.js';
import { BootstrapService } from '../../src/accounts/bootstrap.service.js';
import type { Clock } from '../../src/core/clock.js';
import { DeliveryService } from '../../src/messaging/delivery.service.js';
import { LaneKeeper } from '../../src/messaging/lane-keeper.js';
import { MessagingJobsService } from '../../src/messaging/messaging-jobs.service.js';
import { OutboxSignal } from '../../src/messaging/outbox-signal.js';
import { Settler } from '../../src/messaging/settler.js';
import { GraphClient } from '../../src/meta/graph-client.js';
import { KeyRing } from '../../src/platform/crypto/key-ring.js';
import { RateLimitService } from '../../src/rate-limit/rate-limit.service.js';
import { WebhookApplierWorker } from '../../src/webhooks/webhook-applier.worker.js';
import { WebhookJobsService } from '../../src/webhooks/webhook-jobs.service.js';
import { stopAtEnd } from './cleanup.js';
import { quiet, type TestDatabase } from './database.js';
import { aRuntime } from './runtime.js';

/** The services of one process over a database, wired by hand as Nest would, without loops, timers or a server. */
export class Services {
  readonly runtime;
  readonly keys;
  readonly accounts;
  readonly apiKeys;
  readonly bootstrap;
  readonly delivery;
  readonly settler;
  readonly limits;
  readonly messagingJobs;
  readonly webhookJobs;
  readonly applier;
  private readonly outbox = new OutboxSignal();

  constructor(
    readonly database: TestDatabase,
    settings: Readonly<Record<string, string>> = {},
  ) {
    const { db, url } = database;
    this.runtime = aRuntime({ DATABASE_URL: url, ...settings });
    const { config, clock, metrics } = this.runtime;
    const graph = new GraphClient(config);
    stopAtEnd('a Graph client', () => graph.onApplicationShutdown());
    this.keys = new KeyRing(config.encryptionKeys);
    this.accounts = new AccountsService(db, this.keys, quiet);
    this.apiKeys = new ApiKeysService(db, config, clock);
    this.bootstrap = new BootstrapService(db, this.keys, graph, this.apiKeys, this.accounts);
    this.delivery = new DeliveryService(this.outbox, this.runtime);
    this.settler = new Settler(db, this.outbox, this.runtime);
    this.limits = new RateLimitService(this.accounts, config, clock, metrics);
    this.messagingJobs = new MessagingJobsService(db, this.outbox, this.runtime);
    this.webhookJobs = new WebhookJobsService(db, this.delivery, this.runtime);
    this.applier = new WebhookApplierWorker(db, this.accounts, this.delivery, this.keys, this.runtime);
  }

  /** A keeper of lanes with a clock of its own; it leaves at the end of the file. */
  laneKeeper(clock: Clock): LaneKeeper {
    const { db } = this.database;
    const { limits, settler } = this;
    const keeper = new LaneKeeper(db, this.runtime.config, clock, quiet, limits, settler);
    stopAtEnd('a lane keeper', () => keeper.leave());
    return keeper;
  }

  /** Runs one of the scheduled jobs now. */
  async runJob(name: string): Promise<void> {
    const job = [...this.messagingJobs.all(), ...this.webhookJobs.all()].find((j) => j.name === name);
    if (job === undefined) throw new Error(`there is no job ${name}`);
    await job.run();
  }
}
