import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { canonicalJson } from '../core/canonical-json.js';
import { type FieldError, GatewayError, toProblem } from '../core/gateway-error.js';
import type { Tenant } from '../platform/auth/principal.js';
import { newId } from '../platform/clock/ids.js';
import { Db } from '../platform/db/db.js';
import { GatewayValidationPipe } from '../platform/http/validation.pipe.js';
import { Runtime } from '../platform/runtime.js';
import { toGatewayError } from '../platform/transport/to-gateway-error.js';
import { BatchItemDto, type BatchItemResult, type BatchView, MOST_PER_BATCH, type SendBatchDto } from './batch.dto.js';
import { inOrder } from './in-order.js';
import { claimBatchKey } from './messages.store.js';
import { MessagingService } from './messaging.service.js';

/** How a batch is to be taken. */
export interface BatchOptions {
  /** Names the batch: each message without a key of its own gets one that is derived from it. */
  readonly key: string | null;
  readonly validateOnly: boolean;
}

/** One message of a stream that has not been judged yet: parsed, or why it could not be. */
export interface StreamedItem {
  readonly index: number;
  readonly read: () => unknown;
}

/**
 * Messages of a stream that may be under way at once: as many as three commits take, so that some are read and judged
 * while others commit. Messages and not groups: with three groups at once, which are small over gRPC, PostgreSQL took
 * 59 µs of processor time for a message of StreamSend, and 24 with this.
 */
const MOST_UNDER_WAY = 1500;

/** Most messages that are answered together: their results stay below the 4 MB that clients take by default. */
export const MOST_PER_STREAM = 10_000;

/** Takes many messages at once; each is judged, stored and answered by itself. */
@Injectable()
export class BatchesService {
  /** The very rules of a single message, applied item by item, so that a bad one costs its neighbours nothing. */
  private readonly rules = new GatewayValidationPipe();
  private readonly items: Counter<'result'>;

  constructor(
    private readonly messaging: MessagingService,
    private readonly db: Db,
    private readonly runtime: Runtime,
  ) {
    this.items = runtime.metrics.counter('heliograph_batch_items_total', 'Messages that came in batches.', ['result']);
  }

  /**
   * Takes up to 1,000 messages; those accepted are durable when this resolves. Throws `invalid_request` when the batch
   * itself has no proper form, and `idempotency_mismatch` when its key came with another batch before.
   */
  async sendBatch(tenant: Tenant, body: unknown, key: string | null, validateOnly = false): Promise<BatchView> {
    const batch = readBatch(body);
    const options = { key, validateOnly: validateOnly || batch.validate_only === true };
    if (key !== null && !options.validateOnly) await this.claim(tenant, key, batch);
    const results = await this.sendGroup(
      tenant,
      batch.messages.map((item, index) => ({ index, read: () => item })),
      options,
    );
    return { results, ...countsOf(results) };
  }

  /**
   * Takes any number of messages as they come, in groups, and gives the results of each group in order, as soon as they
   * are there. No more than some 1,500 are in memory: who does not read the results is not read from either.
   */
  async *sendStream(
    tenant: Tenant,
    groups: AsyncIterable<readonly StreamedItem[]>,
    options: BatchOptions,
  ): AsyncGenerator<BatchItemResult[]> {
    yield* inOrder(groups, (group) => this.sendGroup(tenant, group, options), MOST_UNDER_WAY);
  }

  /**
   * Takes a stream of up to 10,000 messages and answers once for all of them. What follows is not read: the answer comes
   * then, and has no results for it.
   */
  async sendWhole(tenant: Tenant, groups: AsyncIterable<readonly StreamedItem[]>): Promise<BatchView> {
    const results: BatchItemResult[] = [];
    const options = { key: null, validateOnly: false };
    for await (const group of this.sendStream(tenant, upTo(MOST_PER_STREAM, groups), options)) results.push(...group);
    return { results, ...countsOf(results) };
  }

  /** Never rejects: each item's failure is its own result. */
  private async sendGroup(
    tenant: Tenant,
    items: readonly StreamedItem[],
    options: BatchOptions,
  ): Promise<BatchItemResult[]> {
    const results = await Promise.all(items.map((item) => this.sendOne(tenant, item, options)));
    for (const [result, count] of Object.entries(countsOf(results))) this.items.inc({ result }, count);
    return results;
  }

  private async sendOne(tenant: Tenant, item: StreamedItem, options: BatchOptions): Promise<BatchItemResult> {
    const { index } = item;
    try {
      const dto = await this.judge(item.read());
      if (options.validateOnly) dto.validate_only = true;
      return { index, ...(await this.messaging.acceptOne(tenant, dto, keyOf(dto, options.key, index))) };
    } catch (thrown) {
      const error = toGatewayError(thrown);
      if (error.code === 'internal') this.runtime.logger.error({ err: thrown }, 'a message of a batch failed');
      return { index, problem: toProblem(error) as NonNullable<BatchItemResult['problem']> };
    }
  }

  private async judge(item: unknown): Promise<BatchItemDto> {
    if (item === null || typeof item !== 'object' || Array.isArray(item))
      throw invalid('', 'a message must be an object');
    return (await this.rules.transform(item, { type: 'body', metatype: BatchItemDto })) as BatchItemDto;
  }

  private async claim(tenant: Tenant, key: string, batch: SendBatchDto): Promise<void> {
    const fingerprint = createHash('sha256').update(canonicalJson(batch.messages)).digest();
    const known = await this.db.asTenant(tenant.portfolioId, (tx) =>
      claimBatchKey(tx, { portfolioId: tenant.portfolioId, key, fingerprint, id: newId() }),
    );
    if (known.equals(fingerprint)) return;
    throw new GatewayError(
      'idempotency_mismatch',
      'This idempotency key came with another batch before. Use a new key for a new batch.',
    );
  }
}

async function* upTo(
  most: number,
  groups: AsyncIterable<readonly StreamedItem[]>,
): AsyncGenerator<readonly StreamedItem[]> {
  let left = most;
  for await (const group of groups) {
    yield group.slice(0, left);
    left -= group.length;
    if (left <= 0) return;
  }
}

function countsOf(results: readonly BatchItemResult[]): { accepted: number; valid: number; refused: number } {
  const refused = results.filter((r) => r.problem !== undefined).length;
  const valid = results.filter((r) => r.state === 'valid').length;
  return { accepted: results.length - refused - valid, valid, refused };
}

/** A blank cannot be part of a key that a caller gives, so derived keys meet nobody else's. */
function keyOf(dto: BatchItemDto, batchKey: string | null, index: number): string | null {
  return dto.idempotency_key ?? (batchKey === null ? null : `${batchKey} ${index}`);
}

function readBatch(body: unknown): SendBatchDto {
  if (body === null || typeof body !== 'object') throw invalid('', 'a batch must be an object with messages');
  const { messages, validate_only, ...rest } = body as Record<string, unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw invalid(`/${unknown}`, `property ${unknown} should not exist`);
  if (!Array.isArray(messages) || messages.length < 1 || messages.length > MOST_PER_BATCH) {
    throw invalid('/messages', `messages must be a list of 1 to ${MOST_PER_BATCH} messages; NDJSON takes any number`);
  }
  if (validate_only !== undefined && typeof validate_only !== 'boolean') {
    throw invalid('/validate_only', 'validate_only must be true or false');
  }
  return { messages, ...(validate_only === undefined ? {} : { validate_only }) };
}

function invalid(pointer: string, detail: string): GatewayError {
  const errors: FieldError[] = [{ pointer, detail }];
  return new GatewayError('invalid_request', detail, { errors });
}
