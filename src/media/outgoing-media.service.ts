import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { AccountsService } from '../accounts/accounts.service.js';
import { classifyOutcome, type SendResult } from '../core/delivery/classify-outcome.js';
import { mediaIdsOf, withMetaIds } from '../core/media/media-references.js';
import { MediaClient } from '../meta/media-client.js';
import { BlobStore } from '../platform/blobs/blob-store.js';
import { Db } from '../platform/db/db.js';
import type { Queryable } from '../platform/db/queryable.js';
import { Runtime } from '../platform/runtime.js';
import { keyOf } from './media.service.js';
import { findSendable, forgetUploads, recordUpload, type SendableMedia } from './media.store.js';

/** A message that may name files. */
export interface MessageWithMedia {
  readonly phone_number_id: string;
  readonly type: string;
  readonly content: object;
}

/** Whether a message's files are at Meta: its content as Meta understands it, or what came of the attempt instead. */
export type Readiness =
  | { readonly kind: 'ready'; readonly content: object }
  | { readonly kind: 'not_ready'; readonly result: SendResult };

/** What is known of one file on one number. */
type Known =
  | { readonly kind: 'uploaded'; readonly metaId: string; readonly untilMs: number }
  | { readonly kind: 'refused'; readonly result: SendResult; readonly untilMs: number }
  | { readonly kind: 'pending'; readonly untilMs: number };

const DAY_MS = 86_400_000;

/** Meta keeps an uploaded file for 30 days; it is uploaded anew a day before, so that no message meets its end. */
const META_KEEPS_MS = 30 * DAY_MS;
const REFRESH_BEFORE_MS = DAY_MS;

/** For how long what the database said is believed: another process may learn that Meta lost a file. */
const BELIEVE_MS = 60_000;
/** A refusal is asked about again sooner, and an upload that failed is tried again after this. */
const REFUSED_MS = 10_000;
const TRY_AGAIN_MS = 5000;

/** Files that are remembered; beyond it the oldest is looked up again. */
const MOST_KNOWN = 10_000;

/** Our word for an attempt that was called off because its file is still on its way to Meta. */
export const MEDIA_PENDING = 'MEDIA_PENDING';

/**
 * Brings files to Meta before the messages that name them: once for each number and content, whatever the number of
 * messages and of copies of the file, and again before Meta forgets it. A message whose file is on its way is put back
 * and not waited for, so that text goes on.
 */
@Injectable()
export class OutgoingMediaService {
  private readonly known = new Map<string, Known>();
  private readonly looking = new Map<string, Promise<Known>>();
  /** By number and content, because two files can be the same. */
  private readonly uploading = new Map<string, Promise<void>>();
  private readonly listeners: ((phoneNumberId: string, isGood: boolean) => void)[] = [];
  private readonly results: Counter<'result'>;

  constructor(
    private readonly db: Db,
    private readonly blobs: BlobStore,
    private readonly client: MediaClient,
    private readonly accounts: AccountsService,
    private readonly runtime: Runtime,
  ) {
    this.results = runtime.metrics.counter('heliograph_media_to_meta_total', 'Files uploaded to Meta, by result.', [
      'result',
    ]);
  }

  /** Adds one who is told how files of a number fare at Meta: uploads, and what it reported of a file in a message. */
  listen(listener: (phoneNumberId: string, isGood: boolean) => void): void {
    this.listeners.push(listener);
  }

  /** The content of a message with the ids that Meta gave its files, or why it cannot go out now. */
  prepare(message: MessageWithMedia): Readiness | Promise<Readiness> {
    const ids = mediaIdsOf(message.type, message.content);
    return ids.length === 0 ? { kind: 'ready', content: message.content } : this.resolve(message, ids);
  }

  /** Meta could not use a file of a message (131052, 131053): it is uploaded again when it is next sent. */
  async forget(message: MessageWithMedia): Promise<void> {
    const ids = mediaIdsOf(message.type, message.content);
    if (ids.length === 0) return;
    for (const id of ids) this.known.delete(`${message.phone_number_id}/${id}`);
    this.tell(message.phone_number_id, false);
    await forgetUploads(this.db, message.phone_number_id, ids);
  }

  private async resolve(message: MessageWithMedia, ids: readonly string[]): Promise<Readiness> {
    const metaIds = new Map<string, string>();
    for (const id of ids) {
      const known = await this.look(message.phone_number_id, id);
      if (known.kind === 'refused') return { kind: 'not_ready', result: known.result };
      if (known.kind === 'pending') return { kind: 'not_ready', result: { kind: 'failure', code: MEDIA_PENDING } };
      metaIds.set(id, known.metaId);
    }
    return { kind: 'ready', content: withMetaIds(message.type, message.content, metaIds) };
  }

  /** From memory, else from the database; all who ask meanwhile share one look. */
  private async look(phoneNumberId: string, id: string): Promise<Known> {
    const key = `${phoneNumberId}/${id}`;
    const known = this.known.get(key);
    if (known !== undefined && known.untilMs > this.runtime.clock.monotonicMs()) return known;
    let looking = this.looking.get(key);
    if (looking === undefined) {
      looking = this.find(phoneNumberId, id).finally(() => this.looking.delete(key));
      this.looking.set(key, looking);
    }
    return looking;
  }

  private async find(phoneNumberId: string, id: string): Promise<Known> {
    const portfolioId = this.accounts.phoneNumber(phoneNumberId)?.portfolioId ?? '';
    const p = { portfolioId, phoneNumberId, ids: [id], marginMs: REFRESH_BEFORE_MS };
    const [media] = await findSendable(this.db, p);
    if (media === undefined || media.state !== 'stored' || media.sha256 === null) {
      const details = `Heliograph has no file ${id}: it was removed, or never uploaded.`;
      return this.remember(phoneNumberId, id, this.refused(refusal(details)));
    }
    if (media.meta_media_id !== null) {
      const forMs = Math.min(BELIEVE_MS, media.good_for_ms ?? 0);
      return this.remember(phoneNumberId, id, {
        kind: 'uploaded',
        metaId: media.meta_media_id,
        untilMs: this.inMs(forMs),
      });
    }
    // An upload may have ended while the database was asked: what it gave is in memory by then.
    const since = this.known.get(`${phoneNumberId}/${id}`);
    if (since?.kind === 'uploaded' && since.untilMs > this.runtime.clock.monotonicMs()) return since;
    this.upload(portfolioId, phoneNumberId, media);
    // Believed for no time at all: the next one to ask finds the upload done, or still under way.
    return { kind: 'pending', untilMs: 0 };
  }

  /** Begins an upload, unless one of the same content is under way. */
  private upload(portfolioId: string, phoneNumberId: string, media: SendableMedia): void {
    const key = `${phoneNumberId}/${media.sha256?.toString('hex')}/${media.mime_type}`;
    if (this.uploading.has(key)) return;
    const work = this.uploadNow(portfolioId, phoneNumberId, media)
      .catch((err: unknown) => {
        this.results.inc({ result: 'failed' });
        this.runtime.logger.error({ err }, 'a file could not be brought to Meta yet');
        this.remember(phoneNumberId, media.id, { kind: 'pending', untilMs: this.inMs(TRY_AGAIN_MS) });
      })
      .finally(() => this.uploading.delete(key));
    this.uploading.set(key, work);
  }

  private async uploadNow(portfolioId: string, phoneNumberId: string, media: SendableMedia): Promise<void> {
    const token = this.accounts.waba(this.accounts.phoneNumber(phoneNumberId)?.wabaId ?? '')?.accessToken;
    if (token === undefined) throw new Error('there is no access token for this number');
    const result = await this.client.upload(phoneNumberId, token, {
      mimeType: media.mime_type,
      filename: media.filename ?? 'file',
      sizeBytes: media.size_bytes ?? 0,
      open: () => this.blobs.open(keyOf({ portfolio_id: portfolioId, id: media.id })),
    });
    const metaMediaId = idIn(result);
    this.tell(phoneNumberId, metaMediaId !== null);
    if (metaMediaId === null) {
      if (classifyOutcome(result).kind !== 'rejected') throw new Error('Meta did not take the file');
      this.results.inc({ result: 'refused' });
      this.remember(phoneNumberId, media.id, this.refused(result));
      return;
    }
    this.results.inc({ result: 'uploaded' });
    const { sha256, mime_type: mimeType } = media;
    await recordUpload(this.db, {
      portfolioId,
      phoneNumberId,
      sha256: sha256 as Buffer,
      mimeType,
      metaMediaId,
      lifeMs: META_KEEPS_MS,
    });
    this.remember(phoneNumberId, media.id, { kind: 'uploaded', metaId: metaMediaId, untilMs: this.inMs(BELIEVE_MS) });
  }

  private remember(phoneNumberId: string, id: string, known: Known): Known {
    const key = `${phoneNumberId}/${id}`;
    this.known.delete(key);
    this.known.set(key, known);
    const [oldest] = this.known.keys();
    if (this.known.size > MOST_KNOWN && oldest !== undefined) this.known.delete(oldest);
    return known;
  }

  private refused(result: SendResult): Known {
    return { kind: 'refused', result, untilMs: this.inMs(REFUSED_MS) };
  }

  private inMs(ms: number): number {
    return this.runtime.clock.monotonicMs() + ms;
  }

  private tell(phoneNumberId: string, isGood: boolean): void {
    for (const listener of this.listeners) listener(phoneNumberId, isGood);
  }
}

/**
 * Forgets, in the caller's transaction, under which ids Meta has the files of some messages: the next message gets
 * another copy, once the worker of its number has looked again, which it does within a minute.
 */
export async function forgetMediaOf(tx: Queryable, messages: readonly MessageWithMedia[]): Promise<void> {
  for (const { phone_number_id, type, content } of messages) {
    const ids = mediaIdsOf(type, content);
    if (ids.length > 0) await forgetUploads(tx, phone_number_id, ids);
  }
}

/** The id in Meta's answer to an upload; null when it is not one. */
function idIn(result: SendResult): string | null {
  if (result.kind !== 'answer' || result.httpStatus >= 300) return null;
  const id = (result.body as { id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' && id !== '' ? id : null;
}

/** What Meta would say of a file that it cannot get, said by us before anything is sent. */
function refusal(details: string): SendResult {
  const error = { code: 131053, message: 'Media upload error', error_data: { messaging_product: 'whatsapp', details } };
  return { kind: 'answer', httpStatus: 400, body: { error } };
}
