import { Pool } from 'undici';
import { envelopeOf, type WebhookUpdate } from './envelope.js';
import type { WebhookFaults } from './faults.js';
import { Fifo } from './fifo.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';
import { signatureOf, toMetaJson } from './signature.js';

/** POSTs at a time; Meta delivers concurrently and so in no order (cloud-api.md §4.1). */
const CONCURRENCY = 16;

/** How long an answer may take before the delivery counts as failed. */
const ANSWER_WITHIN_MS = 20_000;

/** Waits before the second, third, … delivery; the last holds for all that follow. Chosen by us: Meta's is unpublished. */
const REDELIVERY_MS = [200, 1000, 3000, 6000, 12_000, 24_000, 48_000, 60_000] as const;

/** Floor of a redelivery's wait, so that a time scale of 0 does not spin. */
const SHORTEST_REDELIVERY_MS = 5;

/** Within which the copy of a duplicated delivery follows. */
const COPY_WITHIN_MS = 5000;

/** One POST: the bytes stay the same however often it is delivered, as Meta's do. */
interface Delivery {
  readonly body: Buffer;
  readonly signature: string;
  readonly updates: number;
  readonly isCopy: boolean;
  readonly generation: number;
  attempts: number;
}

interface Waiting {
  readonly update: WebhookUpdate;
  readonly dueAtMs: number;
}

/** What the webhook sender needs from the rest. */
export interface WebhookSenderParts {
  readonly scheduler: Scheduler;
  readonly clock: () => number;
  readonly random: Random;
  readonly appSecret: string;
  readonly timeScale: number;
  readonly faults: () => WebhookFaults;
  /** Whether the app is subscribed to this account. */
  readonly isSubscribed: (wabaId: string) => boolean;
}

/** Counts of deliveries; all are POSTs except `pending` and `dropped`, which are updates. */
export interface WebhookStats {
  readonly posted: number;
  readonly acknowledged: number;
  readonly retried: number;
  readonly duplicated: number;
  readonly updates_acknowledged: number;
  readonly pending: number;
  /** Not sent, for want of a callback or a subscription. */
  readonly dropped: number;
}

const NOTHING_YET = {
  posted: 0,
  acknowledged: 0,
  retried: 0,
  duplicated: 0,
  updates_acknowledged: 0,
  pending: 0,
  dropped: 0,
};

/**
 * Delivers updates to the callback until it answers 200, 16 POSTs at a time; a POST takes what is due when a
 * connection is free. Order is not kept, deliveries can repeat: as Meta's.
 */
export class WebhookSender {
  private readonly due = new Fifo<Waiting>();
  private readonly again = new Fifo<Delivery>();
  private pool: Pool | undefined;
  private path = '';
  private active = 0;
  private paused = false;
  private isRipening = false;
  private generation = 0;
  private counts = { ...NOTHING_YET };

  constructor(private readonly parts: WebhookSenderParts) {}

  get stats(): WebhookStats {
    return { ...this.counts };
  }

  /** Updates (and copies of POSTs) that are still to come or to be acknowledged. */
  get pending(): number {
    return this.counts.pending;
  }

  /** Sends to `url` from now on, also what is waiting. */
  setCallback(url: string | undefined): void {
    void this.pool?.close();
    this.pool = undefined;
    if (url === undefined) return;
    const { origin, pathname, search } = new URL(url);
    this.path = pathname + search;
    this.pool = new Pool(origin, {
      connections: CONCURRENCY,
      headersTimeout: ANSWER_WITHIN_MS,
      bodyTimeout: ANSWER_WITHIN_MS,
    });
    this.pump();
  }

  /** Makes the update due in `delayMs`. */
  schedule(update: WebhookUpdate, delayMs: number): void {
    this.counts.pending++;
    this.parts.scheduler.after(delayMs, () => {
      if (this.pool && this.parts.isSubscribed(update.wabaId)) {
        this.due.push({ update, dueAtMs: this.parts.clock() });
        this.pump();
      } else {
        this.counts.pending--;
        this.counts.dropped++;
      }
    });
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.pump();
  }

  /** Forgets what is to come; the answers of POSTs on their way are not counted any more. Ends a pause. */
  reset(): void {
    this.generation++;
    this.parts.scheduler.clear();
    this.due.clear();
    this.again.clear();
    this.paused = false;
    this.isRipening = false;
    this.counts = { ...NOTHING_YET };
  }

  async close(): Promise<void> {
    this.reset();
    const pool = this.pool;
    this.pool = undefined;
    await pool?.destroy();
  }

  private pump(): void {
    while (this.pool && !this.paused && this.active < CONCURRENCY) {
      const delivery = this.again.shift() ?? this.nextBatch();
      if (!delivery) return;
      this.active++;
      void this.deliver(this.pool, delivery).finally(() => {
        this.active--;
        this.pump();
      });
    }
  }

  /** A POST of what is due; undefined when nothing is, or when more may still join. */
  private nextBatch(): Delivery | undefined {
    const oldest = this.due.peek();
    if (!oldest) return undefined;
    const { batch_max, batch_wait_ms } = this.parts.faults();
    const waitMs = oldest.dueAtMs + batch_wait_ms - this.parts.clock();
    if (this.due.length < batch_max && waitMs > 0) {
      this.pumpAfter(waitMs);
      return undefined;
    }
    const updates: WebhookUpdate[] = [];
    while (updates.length < batch_max && this.due.length > 0) updates.push((this.due.shift() as Waiting).update);
    const body = Buffer.from(toMetaJson(envelopeOf(updates)), 'latin1');
    const signature = signatureOf(this.parts.appSecret, body);
    return { body, signature, updates: updates.length, isCopy: false, generation: this.generation, attempts: 0 };
  }

  /** Looks again when a batch is ripe; one timer at a time, as every pump asks. */
  private pumpAfter(waitMs: number): void {
    if (this.isRipening) return;
    this.isRipening = true;
    this.parts.scheduler.after(waitMs, () => {
      this.isRipening = false;
      this.pump();
    });
  }

  private async deliver(pool: Pool, delivery: Delivery): Promise<void> {
    this.counts.posted++;
    delivery.attempts++;
    const isAcknowledged = await this.post(pool, delivery);
    if (delivery.generation !== this.generation) return;
    if (!isAcknowledged || (!delivery.isCopy && this.parts.random.chance(this.parts.faults().answer_unread))) {
      this.deliverAgain(delivery);
      return;
    }
    this.counts.acknowledged++;
    this.counts.pending -= delivery.isCopy ? 1 : delivery.updates;
    this.counts.updates_acknowledged += delivery.isCopy ? 0 : delivery.updates;
    if (!delivery.isCopy && this.parts.random.chance(this.parts.faults().duplicated)) this.deliverCopy(delivery);
  }

  private async post(pool: Pool, { body, signature }: Delivery): Promise<boolean> {
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'facebookexternalua',
      'x-hub-signature-256': signature,
    };
    try {
      const answer = await pool.request({ path: this.path, method: 'POST', headers, body });
      await answer.body.dump();
      return answer.statusCode === 200;
    } catch {
      return false;
    }
  }

  private deliverAgain(delivery: Delivery): void {
    this.counts.retried++;
    const waitMs = REDELIVERY_MS[Math.min(delivery.attempts, REDELIVERY_MS.length) - 1] as number;
    this.queueLater(delivery, Math.max(SHORTEST_REDELIVERY_MS, waitMs * this.parts.timeScale));
  }

  private deliverCopy(delivery: Delivery): void {
    this.counts.duplicated++;
    this.counts.pending++;
    const waitMs = this.parts.random.between(0, COPY_WITHIN_MS) * this.parts.timeScale;
    this.queueLater({ ...delivery, isCopy: true, attempts: 0 }, waitMs);
  }

  private queueLater(delivery: Delivery, waitMs: number): void {
    this.parts.scheduler.after(waitMs, () => {
      this.again.push(delivery);
      this.pump();
    });
  }
}
