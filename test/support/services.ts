import path from 'node:path';
import { AccountsService } from '../../src/accounts/accounts.service.js';
import { ApiKeysService } from '../../src/accounts/api-keys.service.js';
import { BootstrapService } from '../../src/accounts/bootstrap.service.js';
import type { Clock } from '../../src/core/clock.js';
import { InboundMediaService } from '../../src/media/inbound-media.service.js';
import { ConsentService } from '../../src/messaging/consent.service.js';
import { DeliveryService } from '../../src/messaging/delivery.service.js';
import { LaneKeeper } from '../../src/messaging/lane-keeper.js';
import { MessagingJobsService } from '../../src/messaging/messaging-jobs.service.js';
import { OutboxSignal } from '../../src/messaging/outbox-signal.js';
import { Settler } from '../../src/messaging/settler.js';
import { GraphClient } from '../../src/meta/graph-client.js';
import { InboundMediaClient } from '../../src/meta/inbound-media-client.js';
import { TemplatesClient } from '../../src/meta/templates-client.js';
import { LocalBlobs } from '../../src/platform/blobs/local-blobs.js';
import { KeyRing } from '../../src/platform/crypto/key-ring.js';
import { FailedMediaService } from '../../src/rate-limit/failed-media.service.js';
import { LateRefusalsService } from '../../src/rate-limit/late-refusals.service.js';
import { LimitsService } from '../../src/rate-limit/limits.service.js';
import { MarketingCapsService } from '../../src/rate-limit/marketing-caps.service.js';
import { MessagingLimitService } from '../../src/rate-limit/messaging-limit.service.js';
import { PersonHoldsService } from '../../src/rate-limit/person-holds.service.js';
import { RateLimitService } from '../../src/rate-limit/rate-limit.service.js';
import { StopsService } from '../../src/rate-limit/stops.service.js';
import { WabaCallsService } from '../../src/rate-limit/waba-calls.service.js';
import { TemplateDirectoryService } from '../../src/templates/template-directory.service.js';
import { TemplateListsService } from '../../src/templates/template-lists.service.js';
import { TemplateSyncService } from '../../src/templates/template-sync.service.js';
import { NewsApplier } from '../../src/webhooks/news-applier.js';
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
  readonly stops;
  readonly messaging;
  readonly caps;
  readonly wabaCalls;
  readonly limits;
  readonly messagingJobs;
  readonly webhookJobs;
  readonly applier;
  readonly inboundMedia;
  /** Where files are kept. */
  readonly blobs;
  readonly templates;
  readonly templateLists;
  readonly templateSync;
  private readonly outbox = new OutboxSignal();

  constructor(
    readonly database: TestDatabase,
    settings: Readonly<Record<string, string>> = {},
  ) {
    const { db, url } = database;
    this.runtime = aRuntime({ DATABASE_URL: url, ...settings });
    const { config, clock } = this.runtime;
    const graph = new GraphClient(config);
    stopAtEnd('a Graph client', () => graph.onApplicationShutdown());
    this.keys = new KeyRing(config.encryptionKeys);
    this.accounts = new AccountsService(db, this.keys, quiet);
    this.apiKeys = new ApiKeysService(db, config, clock);
    this.bootstrap = new BootstrapService(db, this.keys, graph, this.apiKeys, this.accounts, this.runtime);
    this.settler = new Settler(db, this.outbox, this.runtime);
    this.stops = new StopsService(db, this.accounts, this.runtime);
    this.messaging = new MessagingLimitService(db, this.accounts, this.stops, this.runtime);
    this.caps = new MarketingCapsService(db, this.accounts, this.stops, this.runtime);
    this.wabaCalls = new WabaCallsService(db, this.accounts, graph, this.runtime);
    this.delivery = new DeliveryService(
      this.outbox,
      this.messaging,
      new FailedMediaService(this.runtime),
      new LateRefusalsService(this.stops, this.runtime),
      this.runtime,
    );
    this.limits = new RateLimitService(this.accounts, this.stops, db, this.runtime);
    this.messagingJobs = new MessagingJobsService(db, this.outbox, this.runtime);
    this.webhookJobs = new WebhookJobsService(db, this.delivery, this.runtime);
    const { accounts, runtime } = this;
    this.templates = new TemplateDirectoryService(db, accounts, runtime);
    this.templateLists = new TemplateListsService(db, this.templates, this.stops);
    this.templateSync = new TemplateSyncService(
      db,
      accounts,
      new TemplatesClient(graph),
      this.templateLists,
      this.wabaCalls,
      runtime,
    );
    const files = new InboundMediaClient(config);
    stopAtEnd('a media client', () => files.onApplicationShutdown());
    this.blobs = new LocalBlobs(path.join(config.dataDir, 'media'));
    this.inboundMedia = new InboundMediaService(db, this.blobs, files, accounts, runtime);
    this.applier = new WebhookApplierWorker(
      db,
      this.accounts,
      this.delivery,
      new NewsApplier(new ConsentService(runtime), this.templateSync, this.messaging, this.stops, this.inboundMedia),
      this.keys,
      this.runtime,
    );
  }

  /** A keeper of lanes with a clock of its own; it leaves at the end of the file. */
  laneKeeper(clock: Clock): LaneKeeper {
    const { db } = this.database;
    const { limits, settler } = this;
    const keeper = new LaneKeeper(db, this.runtime.config, clock, quiet, limits, settler);
    stopAtEnd('a lane keeper', () => keeper.leave());
    return keeper;
  }

  /** What callers ask about limits. */
  asked(): LimitsService {
    const { accounts, stops, messaging, caps, wabaCalls, runtime } = this;
    const { db } = this.database;
    const people = new PersonHoldsService(db, messaging, caps, runtime);
    return new LimitsService(db, accounts, stops, people, wabaCalls, runtime);
  }

  /** Runs one of the scheduled jobs now. */
  async runJob(name: string): Promise<void> {
    const job = [...this.messagingJobs.all(), ...this.webhookJobs.all(), ...this.inboundMedia.jobs()].find(
      (j) => j.name === name,
    );
    if (job === undefined) throw new Error(`there is no job ${name}`);
    await job.run();
  }
}
