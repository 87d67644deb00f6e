import { AckPolicy, type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import { DEAD_LETTER_HEADERS } from './dead-letter-headers.js';

/** A dead letter as operators see it: no body. */
export interface DeadLetterEntry {
  /** Its sequence among the dead letters. */
  readonly sequence: number;
  readonly subject: string;
  readonly reason: string;
  readonly detail: string;
  readonly at: string;
}

/** What became of an attempt to move one. */
export type Moved = DeadLetterEntry & { readonly moved: boolean };

const BATCH = 256;

/** The dead letters of a stream that match a subject, the oldest first, and the way back. */
export class DeadLetterBox {
  constructor(
    private readonly connection: NatsConnection,
    private readonly stream: string,
    private readonly subjects: string,
  ) {}

  /** Those that are there now. */
  async *list(): AsyncGenerator<DeadLetterEntry> {
    for await (const letter of this.read()) yield entryOf(letter);
  }

  /**
   * Puts commands back under a credential, and then takes their dead letters away. `isWanted` chooses. The id that a
   * command had goes with it, so that moving it twice, after a crash in between, makes one message. Not moved is what
   * the stream takes for a repetition of what it got within 100 ms. Throws when the stream of commands is full.
   */
  async *move(authorization: string, isWanted: (entry: DeadLetterEntry) => boolean): AsyncGenerator<Moved> {
    const client = jetstream(this.connection);
    const manager = await jetstreamManager(this.connection);
    for await (const letter of this.read()) {
      const entry = entryOf(letter);
      if (!isWanted(entry)) continue;
      const back = headers();
      for (const name of letter.headers?.keys() ?? []) {
        if (/^(heliograph|nats)-/i.test(name)) continue;
        for (const value of letter.headers?.values(name) ?? []) back.append(name, value);
      }
      back.set('Authorization', authorization);
      const msgID = headerOf(letter, DEAD_LETTER_HEADERS.messageId);
      const { duplicate } = await client.publish(entry.subject, letter.data, { headers: back, msgID });
      if (!duplicate) await manager.streams.deleteMessage(this.stream, letter.seq, false);
      yield { ...entry, moved: !duplicate };
    }
  }

  /** Reads no further than what was there at the beginning: a command that dies again is not moved in circles. */
  private async *read(): AsyncGenerator<JsMsg> {
    const manager = await jetstreamManager(this.connection);
    const { name, num_pending } = await manager.consumers.add(this.stream, {
      ack_policy: AckPolicy.None,
      filter_subject: this.subjects,
      mem_storage: true,
    });
    const consumer = await jetstream(this.connection).consumers.get(this.stream, name);
    let left = num_pending;
    while (left > 0) {
      let got = 0;
      for await (const letter of await consumer.fetch({ max_messages: Math.min(BATCH, left), expires: 5000 })) {
        got += 1;
        yield letter;
      }
      if (got === 0) throw new Error(`${left} dead letters did not come`);
      left -= got;
    }
    await manager.consumers.delete(this.stream, name);
  }
}

function entryOf(letter: JsMsg): DeadLetterEntry {
  return {
    sequence: letter.seq,
    subject: headerOf(letter, DEAD_LETTER_HEADERS.subject),
    reason: headerOf(letter, DEAD_LETTER_HEADERS.reason),
    detail: headerOf(letter, DEAD_LETTER_HEADERS.detail),
    at: letter.time.toISOString(),
  };
}

function headerOf(letter: JsMsg, name: string): string {
  return letter.headers?.get(name) ?? '';
}
