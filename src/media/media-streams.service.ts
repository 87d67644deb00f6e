import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { GatewayError } from '../core/gateway-error.js';
import type { Tenant } from '../platform/auth/principal.js';
import { parseIdempotencyKey } from '../platform/http/idempotency-key.js';
import type { UploadPart } from '../platform/http/multipart.js';
import type { MediaIdParam, MediaView } from './media.dto.js';
import { MediaService } from './media.service.js';

/** A message of an upload that has not been read yet. */
export interface UploadMessage {
  /** Its data. Throws `invalid_request`. */
  readonly read: () => unknown;
}

/** A message of a download: first what the file is, then its bytes. */
export type DownloadMessage = { readonly media: MediaView } | { readonly file: Uint8Array };

/** What a message of an upload may hold; the protos have made sure of the types. */
interface UploadPiece {
  readonly idempotency_key?: string;
  readonly type?: string;
  readonly filename?: string;
  readonly file?: Uint8Array;
}

/** Longest type: an error repeats it, and gRPC has little room for errors. No type that can be sent comes near it. */
const LONGEST_TYPE = 255;

/** What only the first message says, with its name on gRPC. */
const ONCE = [
  ['idempotency_key', 'request_id'],
  ['type', 'type'],
  ['filename', 'filename'],
] as const;

/**
 * The bytes of files as streams of messages, for gRPC. Nothing is gathered: what has come goes to the disk before more
 * is read, and what is read of a file goes out before more is.
 */
@Injectable()
export class MediaStreamsService {
  constructor(private readonly media: MediaService) {}

  /** Takes a file on, by the rules and with the errors of `MediaService.upload`; what follows an error is not read. */
  async upload(tenant: Tenant, groups: AsyncIterable<readonly UploadMessage[]>): Promise<MediaView> {
    const pieces = piecesOf(groups);
    const { value: first } = await pieces.next();
    const key = parseIdempotencyKey(first?.idempotency_key, 'request_id');
    if ((first?.type?.length ?? 0) > LONGEST_TYPE) {
      throw invalid('/type', `type must have at most ${LONGEST_TYPE} characters`);
    }
    return this.media.upload(tenant, asForm(first ?? {}, pieces), key);
  }

  /** Gives a file, by the rules and with the errors of `MediaService.open`. */
  async *download(tenant: Tenant, { id }: MediaIdParam): AsyncGenerator<DownloadMessage> {
    const { view, content } = await this.media.open(tenant, id);
    try {
      yield { media: view };
      for await (const file of content) yield { file: file as Uint8Array };
    } finally {
      // Who hangs up before the first byte has not begun to read it, and would leave it open.
      content.destroy();
    }
  }
}

async function* piecesOf(groups: AsyncIterable<readonly UploadMessage[]>): AsyncGenerator<UploadPiece, undefined> {
  try {
    for await (const group of groups) for (const message of group) yield message.read() as UploadPiece;
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw new GatewayError('invalid_request', 'The upload broke off before its end.', { cause });
  }
  return undefined;
}

/** A form with one file, as REST has it. */
async function* asForm(first: UploadPiece, rest: AsyncIterable<UploadPiece>): AsyncGenerator<UploadPart> {
  const { type = null, filename = null } = first;
  const content = Readable.from(bytesOf(first, rest), { objectMode: false });
  yield { kind: 'file', name: 'file', filename, mimeType: type, content };
}

async function* bytesOf(first: UploadPiece, rest: AsyncIterable<UploadPiece>): AsyncGenerator<Uint8Array> {
  if (first.file !== undefined) yield first.file;
  for await (const piece of rest) {
    const again = ONCE.find(([field]) => piece[field] !== undefined);
    if (again !== undefined) throw invalid(`/${again[1]}`, `${again[1]} must be in the first message alone`);
    if (piece.file !== undefined) yield piece.file;
  }
}

function invalid(pointer: string, detail: string): GatewayError {
  return new GatewayError('invalid_request', detail, { errors: [{ pointer, detail }] });
}
