import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { AccountsService, type PhoneNumber, type Waba } from '../accounts/accounts.service.js';
import { GraphClient, type GraphPhoneNumber, GraphRequestError } from '../meta/graph-client.js';
import type { Job } from '../platform/jobs/job-runner.js';
import { SharedRun } from '../platform/lifecycle/shared-run.js';
import { Runtime } from '../platform/runtime.js';
import { WabaCallsService } from '../rate-limit/waba-calls.service.js';
import { NumberReadingsService } from './number-readings.service.js';

/** Numbers read by a call of their own in one round, at most: the budget is 200 calls an hour. */
const SINGLE_READS = 2;

/** WABAs of one round that are read at the same time, so that one whose answer is late holds up few of the others. */
const AT_ONCE = 8;

/**
 * Reads throughput level and quality of every number from the Graph API: one call for all numbers of a WABA, because
 * each call counts against Meta's management budget (200 an hour, 5,000 for an active WABA), and gives way before that
 * is used up.
 */
@Injectable()
export class MetricsService {
  private readonly polls: Counter<'result'>;
  /** The readings that webhooks ask for, by WABA. */
  private readonly asked = new Map<string, SharedRun>();

  constructor(
    private readonly accounts: AccountsService,
    private readonly graph: GraphClient,
    private readonly readings: NumberReadingsService,
    private readonly calls: WabaCallsService,
    private readonly runtime: Runtime,
  ) {
    this.polls = runtime.metrics.counter('heliograph_polls_total', 'Polls of a WABA’s numbers, by result.', ['result']);
  }

  /** The jobs, for the runner. */
  jobs(): readonly Job[] {
    return [{ name: 'poll-throughput', everyMs: this.runtime.config.throughputPollMs, run: () => this.pollNumbers() }];
  }

  /** Polls every WABA once; one that fails does not keep the others from being read. */
  async pollNumbers(): Promise<void> {
    const wabas = this.accounts.wabas();
    const mayAsk = await this.calls.mayAskAbout(wabas.map((waba) => waba.wabaId));
    const left = wabas.values();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const waba of left) await this.poll(waba, mayAsk);
      }),
    );
  }

  /**
   * Polls WABAs of which a webhook says that something has changed, so that their lanes follow within a second: beside
   * a poll that is under way, whose answer may be older than the news and is then left out. The webhook itself is not
   * believed: it names the number as it is shown, and comes late and twice. What is asked for while such a poll of the
   * WABA is under way shares the next one, because each counts against Meta's budget. Never rejects: the next round
   * comes.
   */
  async pollNow(wabaIds: readonly string[]): Promise<void> {
    await Promise.all(wabaIds.map((id) => this.runOf(id).begin()));
  }

  private runOf(wabaId: string): SharedRun {
    const run = this.asked.get(wabaId) ?? new SharedRun(() => this.pollOne(wabaId));
    this.asked.set(wabaId, run);
    return run;
  }

  private async pollOne(wabaId: string): Promise<void> {
    const waba = this.accounts.waba(wabaId);
    if (waba === undefined) return;
    try {
      await this.poll(waba, await this.calls.mayAskAbout([wabaId]));
    } catch (err) {
      this.failed(waba, err);
    }
  }

  private async poll(waba: Waba, mayAsk: ReadonlySet<string>): Promise<void> {
    if (!mayAsk.has(waba.wabaId)) {
      this.polls.inc({ result: 'gave_way' });
      return;
    }
    try {
      const asOf = await this.readings.now();
      await this.readings.take(waba, await this.read(waba), asOf);
      this.polls.inc({ result: 'read' });
    } catch (err) {
      this.failed(waba, err);
    }
  }

  private failed(waba: Waba, err: unknown): void {
    this.polls.inc({ result: 'failed' });
    this.runtime.logger.warn({ err, waba_id: waba.wabaId }, 'the numbers of a WABA could not be read');
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
