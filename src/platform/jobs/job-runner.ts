import { Injectable } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import type { Counter, Histogram } from 'prom-client';
import { jitter } from '../clock/ids.js';
import { Db, isTransient } from '../db/db.js';
import { Runtime } from '../runtime.js';
import { claimRun, endRun } from './jobs.store.js';

/** Something to be done again and again, by one replica at a time. */
export interface Job {
  readonly name: string;
  readonly everyMs: number;
  /** Does one round. Throwing is allowed: it is logged, and the next round comes as usual. */
  run(): Promise<void>;
}

/** A run that takes longer than this is taken for dead. */
const MOST_MS = 120_000;

/**
 * Runs scheduled jobs with one effective run per period over all replicas: every replica's timer fires, a row in the
 * database decides who works. Timers are jittered, so that replicas do not ask in step.
 */
@Injectable()
export class JobRunner {
  private readonly busy = new Set<string>();
  private readonly runs: Counter<'job' | 'result'>;
  private readonly seconds: Histogram<'job'>;
  private readonly jobs: Job[] = [];

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly db: Db,
    private readonly runtime: Runtime,
  ) {
    this.runs = runtime.metrics.counter('heliograph_job_runs_total', 'Runs of scheduled jobs, by result.', [
      'job',
      'result',
    ]);
    this.seconds = runtime.metrics.histogram('heliograph_job_seconds', 'Duration of scheduled jobs.', ['job']);
  }

  /** Adds a job. Two jobs of one name are a mistake and throw. */
  add(job: Job): void {
    if (this.jobs.some((known) => known.name === job.name)) throw new Error(`two jobs are called ${job.name}`);
    this.jobs.push(job);
  }

  /** Starts the timers; each job also runs once at once, if it is due. */
  start(): void {
    for (const job of this.jobs) {
      const timer = setInterval(() => void this.tick(job), job.everyMs * (0.9 + 0.2 * jitter()));
      this.scheduler.addInterval(job.name, timer);
      void this.tick(job);
    }
  }

  /** Stops the timers; a run in progress ends by itself. */
  stop(): void {
    for (const name of this.scheduler.getIntervals()) this.scheduler.deleteInterval(name);
  }

  private async tick(job: Job): Promise<void> {
    if (this.busy.has(job.name)) return;
    this.busy.add(job.name);
    try {
      // A little early is still due: timers of two replicas never meet exactly.
      const claim = { name: job.name, everyMs: job.everyMs * 0.8, mostMs: MOST_MS };
      if (!(await claimRun(this.db, claim))) return;
      const end = this.seconds.startTimer({ job: job.name });
      await job.run().finally(() => endRun(this.db, job.name));
      end();
      this.runs.inc({ job: job.name, result: 'done' });
    } catch (err) {
      this.runs.inc({ job: job.name, result: 'failed' });
      this.runtime.logger[isTransient(err) ? 'warn' : 'error']({ err, job: job.name }, 'a scheduled job failed');
    } finally {
      this.busy.delete(job.name);
    }
  }
}
