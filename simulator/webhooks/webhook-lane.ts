import { Pool } from 'undici';
import type { Random } from '../chance/random.js';
import type { Busy } from '../clock/busy.js';
import type { Clock } from '../clock/clock.js';
import type { WebhookFaults } from '../sends/faults.js';
import { Fifo } from '../structures/fifo.js';
import { type Delivery, redeliveryWaitMs, type WebhookCounts } from './delivery.js';
import { envelopeOf, sizeOf, type WrittenUpdate } from './envelope.js';
import { signatureOf } from './signature.js';
import type { WebhookSettings } from './webhook-settings.js';

/** How long an answer may take, in real time, before the delivery counts as failed. */
const ANSWER_WITHIN_MS = 20_000;

/** Within which the copy of a duplicated delivery follows. */
const COPY_WITHIN_MS = 5000;

/** Answers left unread of one POST at most, so that a share of 1 still comes to an end. */
const MOST_UNREAD = 50;

const HOUR_MS = 3_600_000;

interface Waiting {
  readonly update: WrittenUpdate;
  readonly dueAtMs: number;
}

/** The state of a lane as plain data. */
export interface SavedLane {
  readonly due: readonly Waiting[];
  readonly again: readonly Delivery[];
  readonly isRipening: boolean;
}

/** What lanes share. */
export interface LaneParts {
  readonly busy: Busy;
  readonly clock: Clock;
  readonly random: Random;
  readonly timeScale: number;
  readonly settings: WebhookSettings;
  readonly faults: () => WebhookFaults;
  /** Counts of all lanes; replaced as a whole by a reset. */
  readonly counts: () => WebhookCounts;
  readonly generation: () => number;
  readonly isPaused: () => boolean;
  /** Delivers in `waitMs` of platform time. */
  readonly deliverLater: (waitMs: number, delivery: Delivery) => void;
  /** Has the lane look again in `waitMs` whether a batch is ripe. */
  readonly lookAgain: (waitMs: number) => void;
}

/**
 * Deliveries to one callback until it answers 200, some at a time; a POST takes what is due when a connection is free.
 * Order is not kept, deliveries can repeat: as Meta's.
 */
export class WebhookLane {
  private readonly due = new Fifo<Waiting>();
  private readonly again = new Fifo<Delivery>();
  private pool: Pool | undefined;
  private path = '';
  private active = 0;
  private isRipening = false;

  constructor(
    private readonly parts: LaneParts,
    private readonly appSecret: string,
  ) {}

  get isOpen(): boolean {
    return this.pool !== undefined;
  }

  /** Delivers to `url` from now on, also what is waiting; undefined: nowhere. */
  open(url: string | undefined): void {
    void this.pool?.close();
    this.pool = undefined;
    if (url === undefined) return;
    const { origin, pathname, search } = new URL(url);
    this.path = pathname + search;
    this.pool = new Pool(origin, {
      connections: this.parts.settings.concurrency,
      headersTimeout: ANSWER_WITHIN_MS,
      bodyTimeout: ANSWER_WITHIN_MS,
    });
    this.pump();
  }

  /** Takes an update that is due. */
  put(update: WrittenUpdate): void {
    this.parts.counts().pending++;
    this.due.push({ update, dueAtMs: this.parts.clock() });
    this.pump();
  }

  /** Takes a delivery whose time has come. */
  redeliver(delivery: Delivery): void {
    this.again.push(delivery);
    this.pump();
  }

  /** A batch may be ripe now. */
  ripen(): void {
    this.isRipening = false;
    this.pump();
  }

  /** Starts as many POSTs as connections are free. */
  pump(): void {
    while (this.pool && !this.parts.isPaused() && this.active < this.parts.settings.concurrency) {
      const delivery = this.again.shift() ?? this.nextBatch();
      if (!delivery) return;
      this.active++;
      this.parts.busy.begin();
      void this.deliver(this.pool, delivery).finally(() => {
        this.active--;
        this.pump();
        this.parts.busy.end();
      });
    }
  }

  /** Forgets what is waiting. */
  clear(): void {
    this.due.clear();
    this.again.clear();
    this.isRipening = false;
  }

  save(): SavedLane {
    return { due: this.due.toArray(), again: this.again.toArray(), isRipening: this.isRipening };
  }

  /** What the snapshot had to deliver is delivered to the callback of now. */
  load({ due, again, isRipening }: SavedLane): void {
    this.clear();
    for (const waiting of due) this.due.push(waiting);
    for (const delivery of again) this.again.push({ ...delivery, generation: this.parts.generation() });
    this.isRipening = isRipening;
    this.pump();
  }

  async close(): Promise<void> {
    const { pool } = this;
    this.pool = undefined;
    await pool?.destroy();
  }

  /** A POST of what is due; undefined when nothing is, or when more may still join. */
  private nextBatch(): Delivery | undefined {
    const oldest = this.due.peek();
    if (!oldest) return undefined;
    const { batch_max, batch_wait_ms } = this.parts.faults();
    const nowMs = this.parts.clock();
    const waitMs = oldest.dueAtMs + batch_wait_ms - nowMs;
    if (this.due.length < batch_max && waitMs > 0) {
      this.lookAgain(waitMs);
      return undefined;
    }
    const updates: WrittenUpdate[] = [];
    for (let size = 0, next = this.due.peek(); next && updates.length < batch_max; next = this.due.peek()) {
      size += sizeOf(next.update);
      if (size > this.parts.settings.max_bytes && updates.length > 0) break;
      updates.push(next.update);
      this.due.shift();
    }
    const made = { body: envelopeOf(updates), updates: updates.length, isCopy: false, madeAtMs: nowMs, attempts: 0 };
    return { ...made, generation: this.parts.generation(), ...this.chances() };
  }

  private chances(): Pick<Delivery, 'unread' | 'copyAfterMs'> {
    const { random, faults, timeScale } = this.parts;
    const { answer_unread, duplicated } = faults();
    let unread = 0;
    while (unread < MOST_UNREAD && random.chance(answer_unread)) unread++;
    const copyAfterMs = random.chance(duplicated) ? random.between(0, COPY_WITHIN_MS) * timeScale : undefined;
    return { unread, copyAfterMs };
  }

  /** Looks again when a batch is ripe; one timer at a time, as every pump asks. */
  private lookAgain(waitMs: number): void {
    if (this.isRipening) return;
    this.isRipening = true;
    this.parts.lookAgain(waitMs);
  }

  private async deliver(pool: Pool, given: Delivery): Promise<void> {
    const counts = this.parts.counts();
    counts.posted++;
    const delivery = { ...given, attempts: given.attempts + 1 };
    const isAnswered = await this.post(pool, delivery);
    // A reset has forgotten it meanwhile.
    if (delivery.generation !== this.parts.generation()) return;
    if (isAnswered && delivery.unread === 0) this.acknowledge(delivery, counts);
    else this.deliverAgain({ ...delivery, unread: Math.max(0, delivery.unread - (isAnswered ? 1 : 0)) }, counts);
  }

  private acknowledge(delivery: Delivery, counts: WebhookCounts): void {
    counts.acknowledged++;
    counts.pending -= delivery.isCopy ? 1 : delivery.updates;
    if (!delivery.isCopy) counts.updates_acknowledged += delivery.updates;
    if (delivery.copyAfterMs === undefined) return;
    counts.duplicated++;
    counts.pending++;
    const copy = { ...delivery, isCopy: true, copyAfterMs: undefined, unread: 0, attempts: 0 };
    this.parts.deliverLater(delivery.copyAfterMs, copy);
  }

  private deliverAgain(delivery: Delivery, counts: WebhookCounts): void {
    const { timeScale, settings, clock } = this.parts;
    const waitMs = redeliveryWaitMs(delivery.attempts, timeScale);
    const untilMs = delivery.madeAtMs + settings.redelivery_hours * HOUR_MS * timeScale;
    if (timeScale > 0 && clock() + waitMs > untilMs) {
      counts.expired += delivery.updates;
      counts.pending -= delivery.isCopy ? 1 : delivery.updates;
      return;
    }
    counts.retried++;
    this.parts.deliverLater(waitMs, delivery);
  }

  private async post(pool: Pool, { body }: Delivery): Promise<boolean> {
    const bytes = Buffer.from(body, 'latin1');
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'facebookexternalua',
      'x-hub-signature-256': signatureOf(this.appSecret, bytes),
    };
    try {
      const answer = await pool.request({ path: this.path, method: 'POST', headers, body: bytes });
      await answer.body.dump();
      return answer.statusCode === 200;
    } catch {
      return false;
    }
  }
}
