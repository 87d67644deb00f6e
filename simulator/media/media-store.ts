import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createReadStream, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { Stateful } from '../state/stateful.js';

/** One uploaded or received medium. */
export interface Medium {
  readonly id: string;
  readonly phoneNumberId: string;
  readonly mimeType: string;
  /** Hex of the bytes; also the name of the file, so that equal files are kept once. */
  readonly sha256: string;
  readonly size: number;
  readonly expiresAtMs: number;
}

/** How long an id holds: uploads 30 days, those of webhooks 7 (cloud-api.md §2). */
export const MEDIA_LIFE_MS = { inbound: 7 * 86_400_000, uploaded: 30 * 86_400_000 } as const;

/** How long a download URL holds. */
export const URL_LIFE_MS = 5 * 60_000;

/** Bytes of a file being received; `finish` names it by its content. */
export interface Incoming {
  readonly size: number;
  write(bytes: Buffer): Promise<void>;
  finish(): Promise<{ readonly sha256: string; readonly size: number }>;
  discard(): Promise<void>;
}

const FIRST_ID = 1_037_543_291_543_636;
const ID_STEP = 7919;

interface SavedMedia {
  readonly media: Map<string, Medium>;
  readonly made: number;
}

/**
 * Media of all numbers: what is known of them is state, their bytes are files in a folder of the process and not part of a
 * snapshot. A snapshot restored in the same process finds the bytes of everything that has not been deleted since.
 */
export class MediaStore implements Stateful {
  private media = new Map<string, Medium>();
  private made = 0;
  private temporary = 0;
  private folderPath: string | undefined;
  private readonly secret = randomBytes(16);
  /** Told of every medium that comes in; the module that expires them replaces it. */
  onAdded: (medium: Medium) => void = () => undefined;

  get(id: string, atMs: number): Medium | undefined {
    const medium = this.media.get(id);
    return medium && medium.expiresAtMs > atMs ? medium : undefined;
  }

  add(medium: Omit<Medium, 'id'>): Medium {
    const added = { ...medium, id: String(FIRST_ID + ID_STEP * this.made++) };
    this.media.set(added.id, added);
    this.onAdded(added);
    return added;
  }

  /** Forgets a medium, and its bytes when no other has the same. */
  remove(id: string): void {
    const medium = this.media.get(id);
    if (!medium) return;
    this.media.delete(id);
    const isShared = [...this.media.values()].some(({ sha256 }) => sha256 === medium.sha256);
    if (!isShared) rmSync(this.fileOf(medium.sha256), { force: true });
  }

  /** Begins to receive a file; memory holds one chunk of it. */
  async receive(): Promise<Incoming> {
    const file = path.join(this.folder, `incoming-${this.temporary++}`);
    return new IncomingFile(file, await open(file, 'wx'), (sha256) => this.fileOf(sha256));
  }

  /** Keeps a small file at once, so that whoever needs its id within one instant of the clock has it. */
  put(bytes: Buffer): { readonly sha256: string; readonly size: number } {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const file = this.fileOf(sha256);
    if (!existsSync(file)) writeFileSync(file, bytes);
    return { sha256, size: bytes.length };
  }

  /** The bytes of a medium; undefined when they are gone. */
  read({ sha256 }: Medium): Readable | undefined {
    const file = this.fileOf(sha256);
    return existsSync(file) ? createReadStream(file) : undefined;
  }

  /** What proves that a URL was made here: covers the id and the second at which it ends. */
  seal(id: string, ext: string): string {
    return createHmac('sha256', this.secret).update(`${id}/${ext}`).digest('base64url').slice(0, 22);
  }

  /** Deletes all files. */
  close(): void {
    if (this.folderPath !== undefined) rmSync(this.folderPath, { recursive: true, force: true });
    this.folderPath = undefined;
  }

  reset(): void {
    this.media = new Map();
    this.made = 0;
  }

  save(): unknown {
    return { media: this.media, made: this.made } satisfies SavedMedia;
  }

  load(saved: unknown): void {
    const { media, made } = saved as SavedMedia;
    this.media = media;
    this.made = made;
  }

  private get folder(): string {
    this.folderPath ??= mkdtempSync(path.join(tmpdir(), 'simulator-media-'));
    return this.folderPath;
  }

  private fileOf(sha256: string): string {
    return path.join(this.folder, sha256);
  }
}

class IncomingFile implements Incoming {
  size = 0;
  private readonly hash = createHash('sha256');

  constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    private readonly fileOf: (sha256: string) => string,
  ) {}

  async write(bytes: Buffer): Promise<void> {
    this.size += bytes.length;
    this.hash.update(bytes);
    await this.handle.write(bytes);
  }

  async finish(): Promise<{ readonly sha256: string; readonly size: number }> {
    await this.handle.close();
    const sha256 = this.hash.digest('hex');
    await rename(this.path, this.fileOf(sha256));
    return { sha256, size: this.size };
  }

  async discard(): Promise<void> {
    await this.handle.close();
    await rm(this.path, { force: true });
  }
}
