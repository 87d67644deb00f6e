import path from 'node:path';
import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { AccountsService } from '../accounts/accounts.service.js';
import { GatewayError } from '../core/gateway-error.js';
import { InboundMediaClient, type NoFile } from '../meta/inbound-media-client.js';
import { BlobStore } from '../platform/blobs/blob-store.js';
import { type Staged, stageFile } from '../platform/blobs/stage-file.js';
import { Db } from '../platform/db/db.js';
import type { Queryable } from '../platform/db/queryable.js';
import { inBatches } from '../platform/jobs/in-batches.js';
import type { Job } from '../platform/jobs/job-runner.js';
import { Runtime } from '../platform/runtime.js';
import * as store from './inbound-media.store.js';

export type { NewInboundMedia } from './inbound-media.store.js';

const SECOND = 1000;
const HOUR = 3_600_000;

/** How long Meta keeps what people send (Meta, "Media": ids of webhooks hold 7 days). */
const META_KEEPS_MS = 7 * 24 * HOUR;

/** Files of one round of the job, some at a time; fewer than a round may take in its two minutes when Meta is slow. */
const ROUND = { files: 20, atOnce: 4, heldMs: 5 * 60_000, mostMs: 15_000 };

const EXPIRED_BATCH = 5000;

/** Each costs a call of the file store. */
const REMOVED_BATCH = 200;

/** Errors of this machine's disk, as opposed to those of the network. */
const DISK_TROUBLE: ReadonlySet<string> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EROFS',
  'EACCES',
  'EPERM',
  'ENOENT',
  'EMFILE',
  'EIO',
]);

/** What came of fetching a file. */
type Fetched = 'stored' | NoFile | 'wrong_hash' | 'removed' | 'failed';

/** Files that people sent: written down as they are heard of, and fetched from Meta on demand or by policy. */
@Injectable()
export class InboundMediaService {
  private readonly stagingFolder: string;
  private readonly results: Counter<'result'>;
  private readonly bytes: Counter;
  private readonly fetching = new Map<string, Promise<Fetched>>();

  constructor(
    private readonly db: Db,
    private readonly blobs: BlobStore,
    private readonly client: InboundMediaClient,
    private readonly accounts: AccountsService,
    private readonly runtime: Runtime,
  ) {
    this.stagingFolder = path.join(runtime.config.dataDir, 'media', 'incoming');
    const { metrics } = runtime;
    this.results = metrics.counter('heliograph_inbound_media_total', 'Files of people fetched, by result.', ['result']);
    this.bytes = metrics.counter('heliograph_inbound_media_bytes_total', 'Bytes of files of people, fetched and kept.');
  }

  /** Writes files down in the caller's transaction. Nothing is fetched here: a webhook must not wait for it. */
  heard(tx: Queryable, files: readonly store.NewInboundMedia[]): Promise<void> {
    return store.insertInboundMedia(tx, files, META_KEEPS_MS);
  }

  /**
   * Has the bytes of a file in the store when it resolves. Throws `wrong_state` where settings do not allow that,
   * `not_found` when Meta has it no more, `meta_refused` and `meta_unavailable` when it cannot be had.
   */
  async require(portfolioId: string, id: string): Promise<void> {
    const row = await store.findRemote(this.db, portfolioId, id);
    if (row === null) return;
    const { inboundMedia, inboundMediaMaxBytes } = this.runtime.config;
    if (inboundMedia === 'never') {
      throw new GatewayError('wrong_state', 'Files of people are not fetched here: INBOUND_MEDIA is never.');
    }
    const fetched = await this.fetch(row);
    if (fetched !== 'stored') throw refusal(fetched, inboundMediaMaxBytes);
  }

  /** The jobs, for the runner. */
  jobs(): readonly Job[] {
    const expire: Job = { name: 'expire-inbound-media', everyMs: HOUR, run: () => this.expire() };
    if (this.runtime.config.inboundMedia !== 'always') return [expire];
    return [expire, { name: 'fetch-inbound-media', everyMs: 5 * SECOND, run: () => this.fetchDue() }];
  }

  /** Fetches what is due, round after round, until nothing is or the time of a run is over. */
  async fetchDue(): Promise<void> {
    const untilMs = this.runtime.clock.monotonicMs() + ROUND.mostMs;
    do {
      const rows = await store.claimRemote(this.db, { limit: ROUND.files, heldMs: ROUND.heldMs });
      const next = rows.values();
      const worker = async () => {
        for (const row of next) await this.fetchOrPutOff(row);
      };
      await Promise.all(Array.from({ length: ROUND.atOnce }, worker));
      if (rows.length < ROUND.files) return;
    } while (this.runtime.clock.monotonicMs() < untilMs);
  }

  private async expire(): Promise<void> {
    const { clock, config } = this.runtime;
    await inBatches(clock, EXPIRED_BATCH, (most) => store.expireRemote(this.db, most));
    await inBatches(clock, REMOVED_BATCH, async (most) => {
      const old = await store.findOldInbound(this.db, config.inboundRetentionDays, most);
      await this.forget(old);
      return old.length;
    });
  }

  /** Removes files of people: the bytes first, because bytes without a row would stay for ever. */
  async forget(files: readonly { readonly id: string; readonly portfolio_id: string }[]): Promise<void> {
    for (const { id, portfolio_id } of files) await this.blobs.remove(`${portfolio_id}/${id}`);
    await store.deleteInbound(
      this.db,
      files.map((file) => file.id),
    );
  }

  private async fetchOrPutOff(row: store.RemoteMediaRow): Promise<void> {
    const fetched = await this.fetch(row).catch((err: unknown): Fetched => {
      this.runtime.logger.error({ err }, 'a file of a person could not be kept');
      return 'failed';
    });
    if (fetched !== 'stored' && fetched !== 'gone') await store.putOff(this.db, row.portfolio_id, row.id);
  }

  /** All who want a file meanwhile share one download. */
  private fetch(row: store.RemoteMediaRow): Promise<Fetched> {
    const under = this.fetching.get(row.id);
    if (under !== undefined) return under;
    const work = this.fetchNow(row).finally(() => this.fetching.delete(row.id));
    this.fetching.set(row.id, work);
    return work.then(
      (result) => {
        this.results.inc({ result });
        return result;
      },
      (error: unknown) => {
        this.results.inc({ result: 'failed' });
        throw error;
      },
    );
  }

  private async fetchNow(row: store.RemoteMediaRow): Promise<Fetched> {
    const { portfolio_id: portfolioId, id } = row;
    const number = this.accounts.phoneNumber(row.phone_number_id);
    const accessToken = this.accounts.waba(number?.wabaId ?? '')?.accessToken;
    const file = row.is_expired
      ? ({ problem: 'gone' } as const)
      : accessToken === undefined || number?.portfolioId !== portfolioId
        ? ({ problem: 'refused' } as const)
        : await this.client.open({
            metaMediaId: row.meta_media_id,
            phoneNumberId: row.phone_number_id,
            accessToken,
            mostBytes: this.runtime.config.inboundMediaMaxBytes,
          });
    if (file.problem !== undefined) {
      if (file.problem === 'gone') await store.markExpired(this.db, portfolioId, id);
      return file.problem;
    }
    const staged = await this.stage(file.content);
    if (typeof staged === 'string') return staged;
    try {
      return await this.keep(row, staged, file.sha256);
    } finally {
      await staged.discard();
    }
  }

  private async stage(content: Parameters<typeof stageFile>[0]): Promise<Staged | 'too_large' | 'unanswered'> {
    try {
      return await stageFile(content, this.stagingFolder, this.runtime.config.inboundMediaMaxBytes);
    } catch (error) {
      if (error instanceof GatewayError) return 'too_large';
      // A full disk is ours, a stream that broke off is not.
      if (DISK_TROUBLE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      return 'unanswered';
    }
  }

  /** The webhook was signed by Meta, so its hash is the one that counts; without one that of the Graph API does. */
  private async keep(row: store.RemoteMediaRow, staged: Staged, told: string | null): Promise<Fetched> {
    const { portfolio_id: portfolioId, id } = row;
    const expected = row.sha256?.toString('hex') ?? told;
    if (expected !== null && expected !== staged.sha256.toString('hex')) return 'wrong_hash';
    const { sizeBytes, sha256 } = staged;
    const key = `${portfolioId}/${id}`;
    await this.blobs.put(key, staged);
    if (!(await store.markStored(this.db, { portfolioId, id, sizeBytes, sha256 }))) {
      await this.blobs.remove(key);
      return 'removed';
    }
    this.bytes.inc(sizeBytes);
    return 'stored';
  }
}

/** What a caller reads of a file that cannot be had. */
export function expiredFile(): GatewayError {
  return new GatewayError(
    'not_found',
    'Meta has this file no more: it keeps what people send for 7 days, and it was not fetched in that time.',
  );
}

function refusal(why: Exclude<Fetched, 'stored'>, mostBytes: number): GatewayError {
  switch (why) {
    case 'gone':
      return expiredFile();
    case 'removed':
      return new GatewayError('not_found', 'You have no file with this id.');
    case 'too_large':
      return new GatewayError(
        'wrong_state',
        `The file has more than the ${mostBytes} bytes of INBOUND_MEDIA_MAX_BYTES.`,
      );
    case 'foreign_host':
      return new GatewayError(
        'meta_refused',
        'Meta names a host for this file that INBOUND_MEDIA_HOSTS does not; the access token does not go there.',
      );
    case 'wrong_hash':
      return new GatewayError(
        'meta_unavailable',
        'What Meta gave is not the file that the webhook told of: its SHA-256 is another one. It was not kept.',
      );
    case 'refused':
      return new GatewayError('meta_refused', 'Meta does not give this file to the access token of its account.');
    default:
      return new GatewayError('meta_unavailable', 'Meta did not give the file; ask again later.');
  }
}
