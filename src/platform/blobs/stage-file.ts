import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GatewayError } from '../../core/gateway-error.js';
import type { StagedFile } from './blob-store.js';

/** How much of a file's beginning is kept to see what it is: enough for a look at whether it is text. */
const HEAD_BYTES = 4096;

/** A staged file with its first bytes. */
export interface Staged extends StagedFile {
  readonly head: Buffer;
  /** Takes the file away, if nobody has moved it. */
  discard(): Promise<void>;
}

/**
 * Writes a stream to a file of its own in `folder`, as fast as the disk takes it, and hashes it on the way: memory
 * holds a few chunks, however large the file. Throws `payload_too_large` beyond `mostBytes`, and leaves nothing behind
 * when it throws.
 */
export async function stageFile(source: Readable, folder: string, mostBytes: number): Promise<Staged> {
  await mkdir(folder, { recursive: true });
  const place = path.join(folder, randomUUID());
  const meter = new Meter(mostBytes);
  const discard = () => rm(place, { force: true });
  try {
    await pipeline(source, meter, createWriteStream(place, { flags: 'wx' }));
  } catch (error) {
    await discard();
    throw error;
  }
  return { path: place, sizeBytes: meter.sizeBytes, sha256: meter.digest(), head: meter.head, discard };
}

/** Counts, hashes and passes on. */
class Meter extends Transform {
  sizeBytes = 0;
  head = Buffer.alloc(0);
  private readonly hash = createHash('sha256');

  constructor(private readonly mostBytes: number) {
    super();
  }

  digest(): Buffer {
    return this.hash.digest();
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: (error: Error | null, chunk?: Buffer) => void): void {
    this.sizeBytes += chunk.length;
    if (this.sizeBytes > this.mostBytes) {
      done(new GatewayError('payload_too_large', `A file must have at most ${this.mostBytes} bytes.`));
      return;
    }
    if (this.head.length < HEAD_BYTES) {
      this.head = Buffer.concat([this.head, chunk.subarray(0, HEAD_BYTES - this.head.length)]);
    }
    this.hash.update(chunk);
    done(null, chunk);
  }
}
