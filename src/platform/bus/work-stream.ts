import {
  AckPolicy,
  type Consumer,
  type ConsumerConfig,
  DiscardPolicy,
  type JetStreamClient,
  type JsMsg,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { connect, type MsgHdrs, type NatsConnection, nanos } from '@nats-io/transport-node';
import { closeConnection } from './close-connection.js';
import { natsAddress } from './nats-address.js';

/** A work queue on JetStream and the stream for what cannot be worked off. */
export interface WorkStreamOptions {
  readonly url: string;
  readonly work: { readonly name: string; readonly subjects: string };
  readonly dead: { readonly name: string; readonly subjects: string };
  /** The consumer that all replicas share. */
  readonly durable: string;
  /** A stream that holds so much refuses more: its publisher is told, and nothing is dropped. */
  readonly maxBytes: number;
  readonly maxMessages: number;
}

/** Something for the dead letters. */
export interface DeadLetter {
  readonly subject: string;
  readonly headers: MsgHdrs;
  readonly data: Uint8Array;
  /** The stream drops a second one with the same id within two minutes: a burial that was not acknowledged is repeated. */
  readonly id: string;
}

/** What came of a pull. */
export interface Pulled {
  readonly taken: number;
  /** Messages in the stream that nobody has been given yet. */
  readonly waiting: number;
}

const DAY_MS = 86_400_000;

/**
 * The window in which the stream itself drops a repeated `Nats-Msg-Id`: the shortest that NATS allows. The stream does
 * not look at the subject, so with the usual two minutes one tenant's key would silently swallow another's command; and
 * it does not look at the body, so a key used twice would be a loss nobody is told of. The table of keys does both.
 */
const SHORTEST_WINDOW_MS = 100;

/** Room that a dead letter needs for its reason beside what its original had: four bytes a character, and some. */
const ROOM_FOR_REASON = 16_384;

/** How long whoever pulled something may take; longer than the group commit waits for a database that is away. */
const ACK_WAIT_MS = 30_000;

/** What may be in hand over all replicas: two pulls of each of four. */
const MOST_IN_HAND = 4000;

/** Shortest that the client lets a pull wait. A stop waits for it. */
const PULL_MS = 1000;

interface Open {
  readonly connection: NatsConnection;
  readonly client: JetStreamClient;
  readonly consumer: Consumer;
}

/**
 * Pulls from a JetStream work queue and buries what nobody can work off. Connects when first used, and anew, with
 * streams and consumer made again if need be, after anything failed.
 */
export class WorkStream {
  private open: Open | null = null;

  constructor(private readonly options: WorkStreamOptions) {}

  /**
   * Pulls up to `most` messages and gives each to `take` as it comes. Resolves, after a second without enough or with
   * all of them, when every `take` has. `take` acknowledges and must not reject.
   */
  async pull(most: number, take: (message: JsMsg) => Promise<void>): Promise<Pulled> {
    const { consumer } = await this.ready();
    const taken: Promise<void>[] = [];
    try {
      for await (const message of await consumer.fetch({ max_messages: most, expires: PULL_MS })) {
        taken.push(take(message));
      }
      await Promise.all(taken);
      // A pull from a stream that was wiped just ends without anything; this is what notices.
      const { num_pending: waiting } = await consumer.info();
      return { taken: taken.length, waiting };
    } catch (error) {
      await Promise.all(taken);
      await this.forget();
      throw error;
    }
  }

  /** Resolves when the dead letter is stored. Throws when it was not: the original then must not be acknowledged. */
  async bury({ subject, headers, data, id }: DeadLetter): Promise<void> {
    if (this.open === null) throw new Error('the connection that the original came by is closed');
    await this.open.client.publish(subject, data, { headers, msgID: id, timeout: 5000 });
  }

  /** Lets acknowledgements out and closes the connection. */
  async close(): Promise<void> {
    const { open } = this;
    this.open = null;
    if (open !== null) await closeConnection(open.connection);
  }

  private async forget(): Promise<void> {
    const { open } = this;
    this.open = null;
    await open?.connection.close().catch(() => undefined);
  }

  private async ready(): Promise<Open> {
    if (this.open !== null && !this.open.connection.isClosed()) return this.open;
    const connection = await connect({
      ...natsAddress(this.options.url),
      name: this.options.durable,
      maxReconnectAttempts: -1,
      timeout: 3000,
    });
    try {
      await ensureStreams(connection, this.options);
      const client = jetstream(connection);
      const consumer = await client.consumers.get(this.options.work.name, this.options.durable);
      this.open = { connection, client, consumer };
      return this.open;
    } catch (error) {
      await connection.close().catch(() => undefined);
      throw error;
    }
  }
}

/** Makes both streams and the consumer, or gives those that are there the limits of the settings. */
async function ensureStreams(connection: NatsConnection, options: WorkStreamOptions): Promise<void> {
  const manager = await jetstreamManager(connection);
  const limits = { max_bytes: options.maxBytes, max_msgs: options.maxMessages };
  const largest = connection.info?.max_payload ?? 1_048_576;
  const common = { ...limits, storage: StorageType.File, discard: DiscardPolicy.New };
  const streams: (Partial<StreamConfig> & { name: string })[] = [
    {
      ...common,
      name: options.work.name,
      subjects: [options.work.subjects],
      retention: RetentionPolicy.Workqueue,
      max_msg_size: largest - ROOM_FOR_REASON,
      duplicate_window: nanos(SHORTEST_WINDOW_MS),
    },
    {
      ...common,
      name: options.dead.name,
      subjects: [options.dead.subjects],
      retention: RetentionPolicy.Limits,
      max_age: nanos(30 * DAY_MS),
    },
  ];
  for (const stream of streams) {
    const known = await manager.streams.info(stream.name).catch(() => null);
    if (known === null) await manager.streams.add(stream);
    else if (known.config.max_bytes !== limits.max_bytes || known.config.max_msgs !== limits.max_msgs) {
      await manager.streams.update(stream.name, limits);
    }
  }
  const consumer: Partial<ConsumerConfig> = {
    durable_name: options.durable,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
    max_ack_pending: MOST_IN_HAND,
  };
  await manager.consumers.info(options.work.name, options.durable).catch(() => {
    return manager.consumers.add(options.work.name, consumer);
  });
}
