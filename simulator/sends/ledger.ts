import { close, createReadStream, fdatasync, ftruncateSync, openSync, readFileSync, write, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { Stateful } from '../state/stateful.js';

/** One fully received send, as docs/simulator.md describes it. */
export interface LedgerEntry {
  /** Epoch milliseconds of the arrival (request fully read), monotonic, microseconds after the point. */
  readonly at_ms: number;
  readonly phone_number_id: string;
  readonly to: string | null;
  readonly type: string | null;
  readonly biz_opaque_callback_data: string | null;
  /** `faulted` when a fault was applied, whatever its effect; `wamid` tells whether the platform accepted. */
  readonly outcome: 'accepted' | 'refused' | 'faulted';
  readonly fault?: string;
  /** Graph code of the answer, when it was an error. */
  readonly code?: number;
  /** Present if and only if the platform accepted the message, also when its answer was then lost. */
  readonly wamid?: string;
  /** Whether a complete answer was put on the wire; that the client read it cannot be known. */
  readonly answered: boolean;
  /** The request as parsed; its text when it was not JSON. */
  readonly body: unknown;
}

/** A line as read back: an entry and its number, which rises by one from 1. */
export type LedgerLine = LedgerEntry & { readonly seq: number };

const writeTo = promisify(write);
const syncData = promisify(fdatasync);
const closeFile = promisify(close);

/**
 * The simulator's memory of what reached it: append-only NDJSON, durable before anybody acts on it. Lines that
 * arrive while a sync runs share the next one (group commit), so the disk limits latency but not throughput.
 * An existing file is continued: a half-written last line (crash) is cut off, numbers go on.
 */
export class Ledger implements Stateful {
  private readonly fd: number;
  private seq: number;
  private waiting: string[] = [];
  private next: Promise<void> | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(readonly file: string) {
    this.fd = openSync(file, 'a+');
    const text = readFileSync(file);
    const end = text.lastIndexOf(10) + 1;
    if (end < text.length) ftruncateSync(this.fd, end);
    this.seq = text.subarray(0, end).reduce((lines, byte) => lines + (byte === 10 ? 1 : 0), 0);
  }

  /** Resolves when the line is on disk. Lines are written in the order of the calls. */
  append(entry: LedgerEntry): Promise<void> {
    this.waiting.push(`${JSON.stringify({ seq: ++this.seq, ...entry })}\n`);
    if (!this.next) {
      this.next = this.running.then(() => this.commit());
      this.running = this.next;
    }
    return this.next;
  }

  /** The number that the next line will have. */
  get nextSeq(): number {
    return this.seq + 1;
  }

  /** Resolves when everything appended so far is on disk. */
  async flush(): Promise<void> {
    await this.running;
  }

  /** The durable lines as a byte stream. */
  async stream(): Promise<Readable> {
    await this.flush();
    return createReadStream(this.file);
  }

  /** The durable lines, parsed; for tests, as it reads the whole file. */
  async lines(): Promise<LedgerLine[]> {
    await this.flush();
    return readFileSync(this.file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as LedgerLine);
  }

  /** Empties the file and starts numbering again. Nothing may be on its way to the file. */
  reset(): void {
    ftruncateSync(this.fd, 0);
    this.seq = 0;
  }

  save(): unknown {
    return { seq: this.seq, text: readFileSync(this.file) };
  }

  /** Takes back the lines of a snapshot. Nothing may be on its way to the file. */
  load(saved: unknown): void {
    const { seq, text } = saved as { seq: number; text: Buffer };
    ftruncateSync(this.fd, 0);
    writeSync(this.fd, text);
    this.seq = seq;
  }

  async close(): Promise<void> {
    await this.flush();
    await closeFile(this.fd);
  }

  private async commit(): Promise<void> {
    const lines = Buffer.from(this.waiting.join(''));
    this.waiting = [];
    this.next = undefined;
    for (let done = 0; done < lines.length; ) {
      done += (await writeTo(this.fd, lines, done, lines.length - done, null)).bytesWritten;
    }
    await syncData(this.fd);
  }
}
