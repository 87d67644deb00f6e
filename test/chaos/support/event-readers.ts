import { setTimeout as delay } from 'node:timers/promises';
import { type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { request } from 'undici';
import type { EventSeen } from '../checker/ledgers.js';

const STREAM = 'WA_EVT';

/** A consumer of events that keeps what it saw. */
export interface RunningReader {
  readonly name: string;
  readonly seen: readonly EventSeen[];
  /** Resolves when it has everything that there is now. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

interface EventJson {
  readonly id: string;
  readonly subject: string;
  readonly version: number;
  readonly type: string;
}

/** Reads `GET /v1/events` all the time with one cursor, as a consumer without a bus does. */
export class CursorReader implements RunningReader {
  readonly name = 'GET /v1/events';
  readonly seen: EventSeen[] = [];
  private after = '';
  private isStopped = false;
  private isEmpty = false;
  private readonly loop: Promise<void>;

  constructor(
    private readonly url: string,
    private readonly apiKey: string,
  ) {
    this.loop = this.run();
  }

  async caughtUp(): Promise<void> {
    // The first page after the question may have been asked for before it.
    for (let pages = 0; pages < 2; ) {
      this.isEmpty = false;
      while (!this.isEmpty && !this.isStopped) await delay(10);
      pages += 1;
    }
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.loop;
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      const count = await this.page().catch(() => -1);
      if (count === 0) this.isEmpty = true;
      await delay(count > 0 ? 5 : 20);
    }
  }

  private async page(): Promise<number> {
    const from = this.after === '' ? '' : `&after=${encodeURIComponent(this.after)}`;
    const answer = await request(`${this.url}/v1/events?limit=500${from}`, {
      headers: { authorization: `Bearer ${this.apiKey}` },
      signal: AbortSignal.timeout(4000),
    });
    const page = (await answer.body.json()) as { events: EventJson[]; next: string };
    if (answer.statusCode !== 200) return -1;
    this.seen.push(...page.events.map(toSeen));
    this.after = page.next;
    return page.events.length;
  }
}

/** Consumes the stream from its beginning. Begins as soon as the stream exists. */
export class StreamReader implements RunningReader {
  readonly name = 'JetStream';
  readonly seen: EventSeen[] = [];
  private last = 0;
  private isStopped = false;
  private connection: NatsConnection | null = null;
  private readonly loop: Promise<void>;

  constructor(private readonly url: string) {
    this.loop = this.run();
  }

  async caughtUp(): Promise<void> {
    if (this.connection === null) return;
    const manager = await jetstreamManager(this.connection);
    const info = await manager.streams.info(STREAM).catch(() => null);
    while (info !== null && this.last < info.state.last_seq && !this.isStopped) await delay(10);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.connection?.close();
    await this.loop;
  }

  private async run(): Promise<void> {
    this.connection = await connect({ servers: this.url, maxReconnectAttempts: -1 });
    const manager = await jetstreamManager(this.connection);
    while (!this.isStopped && (await manager.streams.info(STREAM).catch(() => null)) === null) await delay(50);
    if (this.isStopped) return;
    const consumer = await jetstream(this.connection).consumers.get(STREAM);
    try {
      for await (const message of await consumer.consume()) this.hear(message);
    } catch (error) {
      if (!this.isStopped) throw error;
    }
  }

  private hear(message: JsMsg): void {
    const header = (name: string) => message.headers?.get(name) ?? '';
    this.last = message.seq;
    this.seen.push({
      id: header('ce-id'),
      messageId: header('ce-subject'),
      version: Number(header('ce-sequence')),
      type: wordOf(header('ce-type')),
    });
  }
}

function toSeen(event: EventJson): EventSeen {
  return { id: event.id, messageId: event.subject, version: event.version, type: wordOf(event.type) };
}

/** `io.heliograph.message.delivered.v1` → `delivered` */
function wordOf(type: string): string {
  return type.split('.').at(-2) ?? type;
}
