import { setTimeout as delay } from 'node:timers/promises';
import type { Crash, EventSeen, RoundLedgers } from '../checker/ledgers.js';
import { Crm } from './crm.js';
import type { Lease } from './gateway-process.js';
import { API_KEY, LANES, type Stack } from './stack.js';

/** Longest wait for everything to come to rest; what has not by then is for the checker. */
const REST_WITHIN_MS = 60_000;

/** Messages that allow a resend wait for a job that comes every few seconds; longer than this nobody waits for it. */
const RESEND_WITHIN_MS = 20_000;

/** Sweep and slack on top of the lease (design: 30 s lease, 40 s bound). */
const TAKE_OVER_SLACK_MS = 10_000;

/** What one replica may have on the way: 32 messages at 80 per second (design, I5), for all lanes. */
const MOST_IN_DOUBT_PER_CRASH = 32 * LANES.count;

/** What a round is about. */
export interface RoundOptions {
  readonly name: string;
  readonly lease: Lease;
  /** Every n-th message allows one resend; 0 for none. */
  readonly resendEvery: number;
  /** False where the simulator's faults let messages fail or stay at `sent`. */
  readonly everyMessageDelivered: boolean;
}

/** One round: its client, its crashes, and its ledgers at the end. */
export class Round {
  readonly crm: Crm;
  private readonly crashedAtMs: number[] = [];
  private readonly ledgerFrom: number;

  constructor(
    private readonly stack: Stack,
    private readonly options: RoundOptions,
  ) {
    const { name, resendEvery } = options;
    const campaign = { name, resendEvery, phoneNumberIds: stack.phoneNumberIds };
    this.crm = new Crm(stack.front.url, API_KEY, campaign);
    this.ledgerFrom = stack.simulator.ledgerSize();
  }

  /** With which every key of the round begins. */
  get name(): string {
    return this.options.name;
  }

  /** Writes down that a gateway was killed, or stopped for longer than its lease. */
  crashed(atMs: number): void {
    this.crashedAtMs.push(atMs);
  }

  /** Waits until nothing moves any more, and takes all ledgers. */
  async ledgers(): Promise<RoundLedgers> {
    await this.crm.settled();
    await this.crm.askAgain(10);
    await this.untilAtRest();
    const wire = this.stack.simulator.ledgerFrom(this.ledgerFrom);
    const messages = await this.crm.messages();
    const history = await this.history(messages.map((m) => m.id));
    const ids = new Set(messages.map((m) => m.id));
    await Promise.all(this.stack.readers.map((r) => r.caughtUp()));
    const readers = this.stack.readers.map(({ name, seen }) => ({
      name,
      seen: seen.filter((e) => ids.has(e.messageId)),
    }));
    await this.crm.close();
    return {
      commands: this.crm.commands(),
      wire,
      messages,
      history,
      readers,
      crashes: this.crashes(),
      promises: {
        mps: LANES.mps,
        mostInDoubtPerCrash: MOST_IN_DOUBT_PER_CRASH,
        takeOverWithinMs: this.options.lease.leaseMs + TAKE_OVER_SLACK_MS,
        everyMessageDelivered: this.options.everyMessageDelivered,
      },
    };
  }

  private crashes(): Crash[] {
    return this.crashedAtMs.map((atMs) => {
      const { gateways } = this.stack;
      if (gateways.some((g) => g.wasUpAt(atMs))) return { atMs, healedAtMs: atMs };
      const later = gateways.flatMap((g) => (g.readyAtMs !== null && g.readyAtMs > atMs ? [g.readyAtMs] : []));
      return { atMs, healedAtMs: Math.min(...later) };
    });
  }

  private async untilAtRest(): Promise<void> {
    const startMs = performance.now();
    for (let quiet = 0; quiet < 2; ) {
      const waitedMs = performance.now() - startMs;
      if (waitedMs > REST_WITHIN_MS) return;
      const moving = await this.moving(waitedMs < RESEND_WITHIN_MS);
      const isIdle = await this.stack.simulator.isIdle();
      quiet = moving === 0 && isIdle ? quiet + 1 : 0;
      await delay(50);
    }
  }

  private async moving(withResends: boolean): Promise<number> {
    const [row] = await this.stack.rows<{ moving: string }>(
      `select (select count(*) from messages where state in ('queued', 'scheduled', 'sending')
                  or ($1 and state = 'unknown' and on_unknown = 'resend' and attempt_no = 1))
            + (select count(*) from webhook_queue) + (select count(*) from message_outbox) as moving`,
      [withResends],
    );
    return Number(row?.moving);
  }

  private history(ids: readonly string[]): Promise<EventSeen[]> {
    return this.stack.rows<EventSeen>(
      `select id, aggregate_id as "messageId", version, type
         from message_events where aggregate_id = any($1::uuid[]) order by seq`,
      [ids],
    );
  }
}
