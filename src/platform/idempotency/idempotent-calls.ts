import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { canonicalJson } from '../../core/canonical-json.js';
import { GatewayError } from '../../core/gateway-error.js';
import type { Tenant } from '../auth/principal.js';
import { newId } from '../clock/ids.js';
import { Db } from '../db/db.js';
import type { Queryable } from '../db/queryable.js';
import { Runtime } from '../runtime.js';
import * as store from './idempotent-calls.store.js';

/** A call as its caller named it. */
export interface NamedCall {
  readonly tenant: Tenant;
  /** What is done, such as `templates.create`; the same word on every wire. */
  readonly operation: string;
  /** Null: the caller gave none, and every call stands for itself. */
  readonly key: string | null;
  /** What the request means, whichever wire it came on. */
  readonly request: unknown;
}

/** How soon a call that finds its twin running may ask again. */
const AGAIN_MS = 1000;

/**
 * Gives the same answer to the same call. Messages have a way of their own (`messages.store.ts`): they come by the
 * thousand, and one statement claims their keys and stores them.
 */
@Injectable()
export class IdempotentCalls {
  private readonly replayed: Counter;

  constructor(
    private readonly db: Db,
    private readonly runtime: Runtime,
  ) {
    this.replayed = runtime.metrics.counter(
      'heliograph_idempotent_replays_total',
      'Requests answered from an idempotency key.',
    );
  }

  /**
   * Does something whose effect is not in our database, and keeps the answer. Throws `idempotency_mismatch` when the key
   * came with another request, `already_running` while its twin runs.
   *
   * An error with which nothing was done frees the key. One that leaves open what was done (500 and above), and a
   * process that dies, leave the key to the same request: it is done again then (after a death once `mostMs` are over),
   * so `work` itself has to find what an earlier run did.
   */
  async once<T extends object>(call: NamedCall, mostMs: number, work: () => Promise<T>): Promise<T> {
    const keyed = keyedCall(call);
    if (keyed === null) return work();
    const runId = newId();
    if (!(await store.claimCall(this.db, keyed, runId, mostMs))) return this.known<T>(this.db, keyed);
    const answer = await work().catch(async (error: unknown) => {
      const end = leavesOpen(error) ? store.leaveCallOpen : store.dropCall;
      await end(this.db, keyed, runId).catch((err: unknown) => this.notWritten(err));
      throw error;
    });
    // Who asked has a right to the answer, kept or not: what was done is done.
    await store.keepAnswer(this.db, keyed, runId, answer).catch((err: unknown) => this.notWritten(err));
    return answer;
  }

  /**
   * Does something in the caller's transaction, which commits the effect, the key and the answer together: a twin waits
   * for its end. Throws `idempotency_mismatch`.
   */
  async onceWithin<T extends object>(tx: Queryable, call: NamedCall, work: () => Promise<T>): Promise<T> {
    const keyed = keyedCall(call);
    if (keyed === null) return work();
    const runId = newId();
    if (!(await store.claimCallWithin(tx, keyed, runId))) return this.known<T>(tx, keyed);
    const answer = await work();
    await store.keepAnswer(tx, keyed, runId, answer);
    return answer;
  }

  private async known<T extends object>(q: Queryable, call: store.KeyedCall): Promise<T> {
    const known = await store.findCall(q, call);
    if (known?.is_same === false) {
      throw new GatewayError(
        'idempotency_mismatch',
        'This idempotency key came with another request before. Use a new key for a new request.',
      );
    }
    if (known === null || known.answer === null) {
      throw new GatewayError('already_running', 'The same request under this idempotency key is not done yet.', {
        retryAfterMs: AGAIN_MS,
      });
    }
    this.replayed.inc();
    return known.answer as T;
  }

  private notWritten(err: unknown): void {
    this.runtime.logger.error({ err }, 'the end of a call under an idempotency key could not be written');
  }
}

function keyedCall({ tenant, operation, key, request }: NamedCall): store.KeyedCall | null {
  if (key === null) return null;
  const fingerprint = createHash('sha256').update(canonicalJson(request)).digest();
  return { portfolioId: tenant.portfolioId, operation, key, fingerprint };
}

function leavesOpen(error: unknown): boolean {
  return !(error instanceof GatewayError) || error.row.http >= 500;
}
