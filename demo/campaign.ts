import { setTimeout as delay } from 'node:timers/promises';
import type { FaultLevel } from './command-line.js';
import type { Gateway } from './gateway.js';
import { PAGE_SIZE } from './gateway.js';
import { MessageBoard } from './message-board.js';
import type { Platform } from './platform.js';
import type { ProgressView } from './progress-view.js';
import { type Plan, sendMessages } from './send-messages.js';
import { Settling } from './settling.js';
import { type Summary, summarise } from './summary.js';
import type { AcceptedPost, GatewayMessage, LedgerLine } from './wire.js';

/** One run: what to send, between whom, and where to show it. */
export interface CampaignOptions {
  readonly gateway: Gateway;
  readonly platform: Platform;
  readonly plan: Plan;
  readonly mps: number;
  readonly faults: FaultLevel;
  readonly view: ProgressView;
  readonly signal: AbortSignal;
}

/** What a run came to. */
export interface CampaignResult {
  readonly summary: Summary;
  /** Whether every message was final and the platform had nothing left to tell before the time was over. */
  readonly settled: boolean;
  /** Messages that were not final at the end. */
  readonly open: number;
  readonly messages: readonly GatewayMessage[];
  readonly ledger: readonly LedgerLine[];
}

/** Requests to the gateway at a time. */
const CONCURRENCY = 32;
const POLL_EVERY_MS = 200;
/** Beyond the time that the sending itself must take: webhooks, their redelivery, resends. */
const SETTLE_WITHIN_MS = 60_000;

/** How long a run may take: half as much again as its throughput demands, and a minute for the statuses. */
export function timeLimitMs(messages: number, mps: number): number {
  // A number above 80 that is not yet known as HIGH starts at 80; the gateway may also be slower than 1000 on small machines.
  const expectedMps = Math.min(mps, 100);
  return SETTLE_WITHIN_MS + (messages / expectedMps) * 1500;
}

/** Sends the plan's messages, follows them to their end, and compares the two sides. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { gateway, platform, plan } = options;
  const run = new Run(options, await lastCursor(gateway));
  const startedAtMs = Date.now();
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const following = run.follow(signal, timeLimitMs(plan.messages, options.mps));
  try {
    await Promise.race([run.send(signal), following]);
    const { settled, open } = await following;
    const messages = await gateway.messages(run.accepted.map(({ id }) => id));
    const ledger = await platform.ledger();
    const evidence = { requested: plan.messages, accepted: run.accepted, messages, ledger, startedAtMs };
    return { summary: summarise(evidence), settled, open, messages, ledger };
  } finally {
    stop.abort();
    await following.catch(() => undefined);
  }
}

/** A kept database has the events of earlier runs: this run begins after them. */
async function lastCursor(gateway: Gateway): Promise<string | null> {
  let cursor: string | null = null;
  for (;;) {
    const page = await gateway.events(cursor);
    if (page.events.length > 0) cursor = page.next;
    if (page.events.length < PAGE_SIZE) return cursor;
  }
}

class Run {
  readonly accepted: AcceptedPost[] = [];
  private readonly board: MessageBoard;
  private readonly settling = new Settling();
  private allPosted = false;

  constructor(
    private readonly options: CampaignOptions,
    private cursor: string | null,
  ) {
    this.board = new MessageBoard(options.plan.messages);
  }

  async send(signal: AbortSignal): Promise<void> {
    const { gateway, plan } = this.options;
    await sendMessages({
      plan,
      post: (body, key) => gateway.post(body, key),
      onAccepted: (accepted) => {
        this.accepted.push(accepted);
        this.board.accept(accepted.id);
      },
      concurrency: CONCURRENCY,
      giveUpAfterMs: SETTLE_WITHIN_MS,
      signal,
    });
    this.allPosted = true;
  }

  async follow(signal: AbortSignal, withinMs: number): Promise<{ settled: boolean; open: number }> {
    const { view } = this.options;
    const endAtMs = performance.now() + withinMs;
    // Only faults make messages that stop at `sent`; without them such a message is a webhook that we lost.
    const sentIsFinal = this.options.faults !== 'none';
    for (;;) {
      const news = await this.readEvents();
      const nowMs = performance.now();
      view.show(this.board.progress(), nowMs);
      const open = this.board.open(sentIsFinal);
      const idle = this.allPosted && open === 0 && (await this.options.platform.isIdle());
      const settled = this.settling.look({ nowMs, allPosted: this.allPosted, open, idle, news });
      if (settled || nowMs > endAtMs) {
        view.finish(this.board.progress(), nowMs);
        return { settled, open };
      }
      await delay(POLL_EVERY_MS, undefined, { signal });
    }
  }

  private async readEvents(): Promise<boolean> {
    let news = false;
    for (;;) {
      const page = await this.options.gateway.events(this.cursor);
      if (page.events.length === 0) return news;
      news = true;
      for (const event of page.events) this.board.add(event);
      this.cursor = page.next;
      if (page.events.length < PAGE_SIZE) return news;
    }
  }
}
