import { Injectable } from '@nestjs/common';
import { AccountsService, type PhoneNumber, type Waba } from '../accounts/accounts.service.js';
import { GraphClient, type GraphPhoneNumber, GraphRequestError } from '../meta/graph-client.js';
import type { Job } from '../platform/jobs/job-runner.js';
import { Runtime } from '../platform/runtime.js';
import { RateLimitService } from '../rate-limit/rate-limit.service.js';

/** Numbers read by a call of their own in one round, at most: the budget is 200 calls an hour. */
const SINGLE_READS = 2;

/**
 * Reads throughput level and quality of every number from the Graph API: one call for all numbers of a WABA, because
 * each call counts against Meta's management budget (200 an hour, 5,000 for an active WABA).
 */
@Injectable()
export class MetricsService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly graph: GraphClient,
    private readonly limits: RateLimitService,
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
        await this.accounts.recordPoll(waba.wabaId, await this.read(waba));
        this.limits.adapt();
        polls.inc({ result: 'read' });
      } catch (err) {
        polls.inc({ result: 'failed' });
        logger.warn({ err, waba_id: waba.wabaId }, 'the numbers of a WABA could not be read');
      }
    }
  }

  /** The list of the WABA, completed by single reads where it does not tell the throughput of a number of ours. */
  private async read(waba: Waba): Promise<GraphPhoneNumber[]> {
    const listed = await this.graph.listPhoneNumbers(waba.wabaId, waba.accessToken).catch((error: unknown) => {
      if (error instanceof GraphRequestError && error.answered) return [];
      throw error;
    });
    const told = new Set(listed.filter((n) => n.throughputLevel !== null).map((n) => n.phoneNumberId));
    const missing = this.accounts.numbersOfWaba(waba.wabaId).filter((n) => !told.has(n.phoneNumberId));
    const single = await Promise.all(
      oldestFirst(missing).map((n) => this.graph.readPhoneNumber(n.phoneNumberId, waba.accessToken)),
    );
    const read = single.filter((n) => n !== null);
    return [...listed.filter((n) => !read.some((one) => one.phoneNumberId === n.phoneNumberId)), ...read];
  }
}

/** Single reads of one round: all numbers never read, and of the others the two that were read longest ago. */
function oldestFirst(numbers: readonly PhoneNumber[]): readonly PhoneNumber[] {
  const age = (n: PhoneNumber) => n.polledAt?.getTime() ?? 0;
  const sorted = [...numbers].sort((a, b) => age(a) - age(b));
  return sorted.filter((n, i) => n.polledAt === null || i < SINGLE_READS);
}
