import { Injectable } from '@nestjs/common';
import { AccountsService, type PhoneNumber, type Waba } from '../accounts/accounts.service.js';
import { GraphClient, type GraphPhoneNumber, GraphRequestError } from '../meta/graph-client.js';
import type { Job } from '../platform/jobs/job-runner.js';
import { Runtime } from '../platform/runtime.js';
import { WabaCallsService } from '../rate-limit/waba-calls.service.js';
import { NumberReadingsService } from './number-readings.service.js';

/** Numbers read by a call of their own in one round, at most: the budget is 200 calls an hour. */
const SINGLE_READS = 2;

/**
 * Reads throughput level and quality of every number from the Graph API: one call for all numbers of a WABA, because
 * each call counts against Meta's management budget (200 an hour, 5,000 for an active WABA), and gives way before that is used up.
 */
@Injectable()
export class MetricsService {
  private lastPoll: Promise<void> = Promise.resolve();
  private nextPoll: Promise<void> = Promise.resolve();
  /** Accounts that wait for the next poll. */
  private readonly asked = new Set<string>();

  constructor(
    private readonly accounts: AccountsService,
    private readonly graph: GraphClient,
    private readonly readings: NumberReadingsService,
    private readonly calls: WabaCallsService,
    private readonly runtime: Runtime,
  ) {}

  /** The jobs, for the runner. */
  jobs(): readonly Job[] {
    return [{ name: 'poll-throughput', everyMs: this.runtime.config.throughputPollMs, run: () => this.pollNumbers() }];
  }

  /** Polls every WABA once; one that fails does not keep the others from being read. */
  pollNumbers(): Promise<void> {
    return this.pollInTurn(this.accounts.wabas().map((waba) => waba.wabaId));
  }

  /**
   * Polls WABAs of which a webhook says that something has changed, so that their lanes follow within a second. The
   * webhook itself is not believed: it names the number as it is shown, and comes late and twice. What is asked for
   * while a poll is under way shares the next one, because each counts against Meta's budget.
   */
  pollNow(wabaIds: readonly string[]): Promise<void> {
    const isWaiting = this.asked.size > 0;
    for (const id of wabaIds) this.asked.add(id);
    if (!isWaiting) this.nextPoll = this.pollInTurn(this.asked);
    return this.nextPoll;
  }

  /** One poll after the other, so that what was read earlier never overwrites what was read later. */
  private pollInTurn(wabaIds: readonly string[] | Set<string>): Promise<void> {
    const turn = this.lastPoll.then(() => {
      const ids = [...wabaIds];
      if (wabaIds === this.asked) this.asked.clear();
      return this.poll(ids);
    });
    this.lastPoll = turn.catch(() => undefined);
    return turn;
  }

  private async poll(wabaIds: readonly string[]): Promise<void> {
    const { logger, metrics } = this.runtime;
    const polls = metrics.counter('heliograph_polls_total', 'Polls of a WABA’s numbers, by result.', ['result']);
    const mayAsk = await this.calls.mayAskAbout(wabaIds);
    for (const waba of wabaIds.flatMap((id) => this.accounts.waba(id) ?? [])) {
      if (!mayAsk.has(waba.wabaId)) {
        polls.inc({ result: 'gave_way' });
        continue;
      }
      try {
        const asOf = await this.readings.now();
        await this.readings.take(waba, await this.read(waba), asOf);
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
