import path from 'node:path';
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { fileTypeFromFile } from 'file-type';
import type { Counter } from 'prom-client';
import { GatewayError } from '../core/gateway-error.js';
import { judgeMedia, LARGEST_FILE } from '../core/media/media-types.js';
import { isStorableText } from '../core/text/well-formed.js';
import type { Tenant } from '../platform/auth/principal.js';
import { BlobStore, NoSuchBlobError } from '../platform/blobs/blob-store.js';
import { type Staged, stageFile } from '../platform/blobs/stage-file.js';
import { newId } from '../platform/clock/ids.js';
import { Db } from '../platform/db/db.js';
import type { UploadPart } from '../platform/http/multipart.js';
import { IdempotentCalls } from '../platform/idempotency/idempotent-calls.js';
import { Runtime } from '../platform/runtime.js';
import { expiredFile, InboundMediaService } from './inbound-media.service.js';
import type { MediaView } from './media.dto.js';
import { deleteMedia, findInboundMedia, findMedia, insertMedia, type MediaRow } from './media.store.js';

/** The bytes of a file with what it takes to hand them on. */
export interface MediaContent {
  readonly view: MediaView;
  readonly content: Readable;
}

interface ReceivedFile {
  readonly staged: Staged;
  readonly declared: string | null;
  readonly filename: string | null;
}

const LONGEST_FILENAME = 255;

/** What callers do with files: have them kept, read them, and have them removed. */
@Injectable()
export class MediaService {
  private readonly stagingFolder: string;
  private readonly uploads: Counter<'result'>;

  constructor(
    private readonly db: Db,
    private readonly blobs: BlobStore,
    private readonly inbound: InboundMediaService,
    private readonly calls: IdempotentCalls,
    runtime: Runtime,
  ) {
    this.stagingFolder = path.join(runtime.config.dataDir, 'media', 'incoming');
    this.uploads = runtime.metrics.counter('heliograph_media_uploads_total', 'Files from callers.', ['result']);
  }

  /**
   * Takes a file on: its bytes are in the store and its row is committed when this resolves. Streams: memory does not
   * grow with the file. With an idempotency key, the same file again gives the same answer and is not kept twice. Throws
   * `invalid_request` for what Meta would not take, `payload_too_large` beyond 100 MB.
   */
  async upload(tenant: Tenant, parts: AsyncIterable<UploadPart>, idempotencyKey: string | null): Promise<MediaView> {
    const file = await this.receive(parts);
    try {
      const view = await this.keep(tenant, file, idempotencyKey);
      this.uploads.inc({ result: 'stored' });
      return view;
    } catch (error) {
      this.uploads.inc({ result: 'refused' });
      throw error;
    } finally {
      await file.staged.discard();
    }
  }

  /** A file of the tenant's. */
  async get(tenant: Tenant, id: string): Promise<MediaView> {
    return toMediaView(await this.find(tenant, id));
  }

  /** A file that a person sent, by Meta's id of it: the one that webhooks and events have. */
  async getByMetaId(tenant: Tenant, metaMediaId: string): Promise<MediaView> {
    const row = await this.db.asTenant(tenant.portfolioId, (tx) =>
      findInboundMedia(tx, tenant.portfolioId, metaMediaId),
    );
    if (row === null) throw notFound();
    return toMediaView(row);
  }

  /** A file of the tenant's as it is once we have its bytes: those of a person's are fetched from Meta when that was not done before. */
  async getStored(tenant: Tenant, id: string): Promise<MediaView> {
    return toMediaView(await this.findStored(tenant, id));
  }

  /** Its bytes, fetched as `getStored` does. */
  async open(tenant: Tenant, id: string): Promise<MediaContent> {
    const row = await this.findStored(tenant, id);
    try {
      return { view: toMediaView(row), content: await this.blobs.open(keyOf(row)) };
    } catch (error) {
      if (error instanceof NoSuchBlobError) throw new GatewayError('not_found', 'The bytes of this file are gone.');
      throw error;
    }
  }

  /** Removes a file and its bytes. Messages that name it and are not sent yet will be rejected. */
  async remove(tenant: Tenant, id: string): Promise<void> {
    const row = await this.db.asTenant(tenant.portfolioId, (tx) => deleteMedia(tx, tenant.portfolioId, id));
    if (row === null) throw notFound();
    await this.blobs.remove(keyOf(row));
  }

  private async find(tenant: Tenant, id: string): Promise<MediaRow> {
    const row = await this.db.asTenant(tenant.portfolioId, (tx) => findMedia(tx, tenant.portfolioId, id));
    if (row === null) throw notFound();
    return row;
  }

  private async findStored(tenant: Tenant, id: string): Promise<MediaRow> {
    let row = await this.find(tenant, id);
    if (row.state === 'remote') {
      await this.inbound.require(tenant.portfolioId, id);
      row = await this.find(tenant, id);
    }
    if (row.state !== 'stored') throw expiredFile();
    return row;
  }

  private async receive(parts: AsyncIterable<UploadPart>): Promise<ReceivedFile> {
    let file: Omit<ReceivedFile, 'declared'> | null = null;
    let declared: string | null = null;
    let type: string | null = null;
    try {
      for await (const part of parts) {
        if (part.kind === 'field') {
          if (part.name === 'type') type = part.value;
          continue;
        }
        if (part.name !== 'file') throw invalidFile('the file must come in a part named file');
        declared = part.mimeType;
        const staged = await stageFile(part.content, this.stagingFolder, LARGEST_FILE);
        file = { staged, filename: storableName(part.filename) };
      }
    } catch (error) {
      await file?.staged.discard();
      throw error;
    }
    if (file === null) throw invalidFile('a part named file must be given');
    return { ...file, declared: type ?? declared };
  }

  private async keep(tenant: Tenant, file: ReceivedFile, idempotencyKey: string | null): Promise<MediaView> {
    const { staged, declared, filename } = file;
    const seen = (await fileTypeFromFile(staged.path))?.mime ?? null;
    const { sizeBytes, sha256 } = staged;
    const verdict = judgeMedia({ declared, seen, sizeBytes, isBinary: staged.head.includes(0) });
    if (verdict.problem !== undefined) throw invalidFile(verdict.problem);
    const id = newId();
    // The bytes first: a row without them would be a promise that cannot be kept, bytes without a row are only waste.
    await this.blobs.put(`${tenant.portfolioId}/${id}`, staged);
    const media = { id, kind: verdict.kind, mimeType: verdict.mimeType, sizeBytes, sha256, filename };
    const request = { sha256: sha256.toString('hex'), mime_type: verdict.mimeType, filename };
    const call = { tenant, operation: 'media.upload', key: idempotencyKey, request };
    let view: MediaView | null = null;
    try {
      view = await this.db.asTenant(tenant.portfolioId, (tx) =>
        this.calls.onceWithin(tx, call, async () => toMediaView(await insertMedia(tx, tenant.portfolioId, media))),
      );
      return view;
    } finally {
      if (view?.id !== id) await this.blobs.remove(`${tenant.portfolioId}/${id}`);
    }
  }
}

/** Under which key the store has a file's bytes. */
export function keyOf(row: { readonly portfolio_id: string; readonly id: string }): string {
  return `${row.portfolio_id}/${row.id}`;
}

/** Shows a file to its caller. */
export function toMediaView(row: MediaRow): MediaView {
  return {
    id: row.id,
    direction: row.direction,
    state: row.state,
    kind: row.kind,
    mime_type: row.mime_type,
    size_bytes: row.size_bytes,
    sha256: row.sha256?.toString('hex') ?? null,
    filename: row.filename,
    phone_number_id: row.phone_number_id,
    meta_media_id: row.meta_media_id,
    expires_at: row.expires_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  };
}

/** The last part of a path is a name; what cannot be stored or shown is none. */
function storableName(filename: string | null): string | null {
  const name = (filename ?? '').split(/[\\/]/).at(-1) ?? '';
  return name === '' || !isStorableText(name) ? null : name.slice(0, LONGEST_FILENAME);
}

function invalidFile(detail: string): GatewayError {
  return new GatewayError('invalid_request', detail, { errors: [{ pointer: '/file', detail }] });
}

function notFound(): GatewayError {
  return new GatewayError('not_found', 'You have no file with this id.');
}
