import {
  DiscardPolicy,
  type JetStreamClient,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '../observability/logger.js';
import { closeConnection } from './close-connection.js';
import { natsAddress } from './nats-address.js';

/** One message for the bus. */
export interface BusMessage {
  readonly subject: string;
  /** The stream drops a second message with the same id within its window. */
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const SECOND_NS = 1_000_000_000;
const DAY_NS = 86_400 * SECOND_NS;

/** A connection to NATS with one stream; it connects when first used and again after every loss. */
export class JetStreamBus {
  private connection: NatsConnection | null = null;
  private client: JetStreamClient | null = null;

  constructor(
    private readonly url: string,
    private readonly stream: { readonly name: string; readonly subjects: string },
    private readonly logger: Logger,
  ) {}

  /**
   * Publishes messages and waits until the stream has stored each. Gives the indexes of those that were not stored;
   * throws when the bus cannot be reached at all.
   */
  async publish(messages: readonly BusMessage[]): Promise<readonly number[]> {
    const client = await this.ready();
    const results = await Promise.allSettled(
      messages.map((m) => {
        const h = headers();
        for (const [name, value] of Object.entries(m.headers)) h.set(name, value);
        return client.publish(m.subject, m.body, { msgID: m.id, headers: h, timeout: 5000 });
      }),
    );
    const failed = results.flatMap((result, i) => (result.status === 'rejected' ? [i] : []));
    const first = results.find((result) => result.status === 'rejected');
    if (first !== undefined) {
      this.logger.warn(
        { err: first.reason, failed: failed.length },
        'events were not stored by the bus; they stay in the outbox',
      );
      // A stream that was wiped has to be made again.
      this.client = null;
    }
    return failed;
  }

  /** Closes the connection after what is under way. */
  async close(): Promise<void> {
    const { connection } = this;
    this.connection = null;
    this.client = null;
    if (connection !== null) await closeConnection(connection);
  }

  private async ready(): Promise<JetStreamClient> {
    if (this.connection === null || this.connection.isClosed()) {
      this.connection = await connect({
        ...natsAddress(this.url),
        name: 'heliograph',
        maxReconnectAttempts: -1,
        timeout: 3000,
      });
      this.client = null;
    }
    if (this.client === null) {
      await this.ensureStream(this.connection);
      this.client = jetstream(this.connection);
    }
    return this.client;
  }

  private async ensureStream(connection: NatsConnection): Promise<void> {
    const manager = await jetstreamManager(connection);
    const known = await manager.streams.info(this.stream.name).catch(() => null);
    if (known !== null) return;
    await manager.streams.add({
      name: this.stream.name,
      subjects: [this.stream.subjects],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      // A full stream refuses: the outbox then grows, and nothing is lost.
      discard: DiscardPolicy.New,
      max_age: 7 * DAY_NS,
      duplicate_window: 120 * SECOND_NS,
    });
    this.logger.info({ stream: this.stream.name }, 'made the event stream');
  }
}

/** Percent-encodes a header value as the CloudEvents binding for NATS asks: printable ASCII but blank, quote and percent stay. */
export function encodeHeaderValue(value: string): string {
  return value.toWellFormed().replace(/[^\x21\x23\x24\x26-\x7e]/gu, (c) => encodeURIComponent(c).replace(/^"$/, '%22'));
}
