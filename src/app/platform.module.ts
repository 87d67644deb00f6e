import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { KeyRing } from '../platform/crypto/key-ring.js';
import type { Connections } from '../platform/db/connections.js';
import { Db } from '../platform/db/db.js';
import { IdempotentCalls } from '../platform/idempotency/idempotent-calls.js';
import { JobRunner } from '../platform/jobs/job-runner.js';
import { Readiness } from '../platform/lifecycle/readiness.js';
import { ReadyCheck } from '../platform/lifecycle/ready-check.js';
import { Metrics } from '../platform/observability/metrics.js';
import { Runtime } from '../platform/runtime.js';
import { CLOCK, CONFIG, INGEST_DB, LOGGER } from '../platform/tokens.js';

/** What exists before Nest does. */
export interface Foundation {
  readonly runtime: Runtime;
  readonly connections: Connections;
  readonly readiness: Readiness;
}

/** Gives every feature the process's settings, clock, log, metrics and database. */
@Global()
@Module({})
export class PlatformModule {
  /** Over a foundation that was laid before Nest starts. */
  static over({ runtime, connections, readiness }: Foundation): DynamicModule {
    const values = [
      { provide: Runtime, useValue: runtime },
      { provide: CONFIG, useValue: runtime.config },
      { provide: CLOCK, useValue: runtime.clock },
      { provide: LOGGER, useValue: runtime.logger },
      { provide: Metrics, useValue: runtime.metrics },
      { provide: Readiness, useValue: readiness },
      { provide: Db, useValue: connections.main },
      { provide: INGEST_DB, useValue: connections.ingest },
      { provide: KeyRing, useValue: new KeyRing(runtime.config.encryptionKeys) },
    ];
    return {
      module: PlatformModule,
      imports: [ScheduleModule.forRoot()],
      providers: [...values, JobRunner, IdempotentCalls, ReadyCheck],
      exports: [...values.map((v) => v.provide), JobRunner, IdempotentCalls, ReadyCheck],
    };
  }
}
