import type { Readable } from 'node:stream';

/** A file on this machine's disk that is to be kept: whole, hashed, and not in anybody's way. */
export interface StagedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: Buffer;
}

/** Thrown when the store does not hold what was asked for. */
export class NoSuchBlobError extends Error {
  constructor() {
    super('the file store does not hold this file');
    this.name = 'NoSuchBlobError';
  }
}

/** Keeps bytes under keys such as `portfolio/file`. What `put` resolved for, `open` gives until it is removed. */
export abstract class BlobStore {
  /** Keeps a staged file; its place on the disk may be taken over. The same key again replaces what was there. */
  abstract put(key: string, file: StagedFile): Promise<void>;

  /** The bytes from the beginning, read as fast as they are taken. Throws NoSuchBlobError. */
  abstract open(key: string): Promise<Readable>;

  /** Removes what is kept under a key, if anything is. */
  abstract remove(key: string): Promise<void>;
}

const KEY = /^[0-9a-f-]{1,64}(\/[0-9a-f-]{1,64})*$/;

/** Throws unless a key is made of ids: what comes from outside must not become a path. */
export function requireKey(key: string): void {
  if (!KEY.test(key)) throw new Error('a key of the file store is made of ids');
}
