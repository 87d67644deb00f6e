import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { BlobStore, NoSuchBlobError, requireKey, type StagedFile } from './blob-store.js';

/** Files in a folder. Replicas share it, or need the S3 store instead. */
export class LocalBlobs extends BlobStore {
  constructor(private readonly folder: string) {
    super();
  }

  /** Moves the file into its place: it is there whole or not at all. The folder is on the same disk as the staging. */
  async put(key: string, file: StagedFile): Promise<void> {
    const target = this.placeOf(key);
    await mkdir(path.dirname(target), { recursive: true });
    await rename(file.path, target);
  }

  /** Opens it before anything is promised, so that a missing file is an error and not an empty answer. */
  async open(key: string): Promise<Readable> {
    const handle = await open(this.placeOf(key), 'r').catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new NoSuchBlobError() : error;
    });
    return handle.createReadStream();
  }

  async remove(key: string): Promise<void> {
    await rm(this.placeOf(key), { force: true });
  }

  private placeOf(key: string): string {
    requireKey(key);
    return path.join(this.folder, key);
  }
}
