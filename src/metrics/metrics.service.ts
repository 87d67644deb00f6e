import { Injectable } from '@nestjs/common';
import { AccountsService } from '../accounts/accounts.service.js';
import { GraphClient } from '../meta/graph-client.js';
import type { Job } from '../platform/jobs/job-runner.js';
import { Runtime } from '../platform/runtime.js';

/**
 * Reads throughput level and quality of every number from the Graph API: one call for all numbers of a WABA, because
 * each call counts against Meta's management budget (200 an hour, 5,000 for an active WABA).
 */
@Injectable()
export class MetricsService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly graph: GraphClient,
    private readonly runtime: Runtime,
  ) {}

  /** The jobs, for the runner. */
  jobs(): readonly Job[] {
    return [{ name: 'poll-throughput', everyMs: this.runtime.config.throughputPollMs, run: () => this.pollNumbers() }];
  }

  /** Polls every WABA once; one that fails does not keep the others from being read. */
  async pollNumbers(): Promise<void> {
    const { logger, metrics } = this.runtime;
    const polls = metrics.counter('heliograph_polls_total', 'Polls of a WABA’s numbers, by result.', ['result']);
    for (const waba of this.accounts.wabas()) {
      try {
        await this.accounts.recordPoll(waba.wabaId, await this.graph.listPhoneNumbers(waba.wabaId, waba.accessToken));
        polls.inc({ result: 'read' });
      } catch (err) {
        polls.inc({ result: 'failed' });
        logger.warn({ err, waba_id: waba.wabaId }, 'the numbers of a WABA could not be read');
      }
    }
  }
}
