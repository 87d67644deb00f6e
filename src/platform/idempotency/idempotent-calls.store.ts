import { toJsonb } from '../db/jsonb.js';
import type { Queryable } from '../db/queryable.js';

/** A call under an idempotency key. The same key of another tenant or operation is another one. */
export interface KeyedCall {
  readonly portfolioId: string;
  readonly operation: string;
  readonly key: string;
  /** SHA-256 over what the request means. */
  readonly fingerprint: Buffer;
}

/** What is known of an earlier call under the same key. */
export interface KnownCall {
  readonly is_same: boolean;
  /** Null while it runs, or was broken off. */
  readonly answer: object | null;
}

/**
 * Claims a key for a run of `mostMs` at most; false when it is somebody else's. A call that was broken off, or whose end
 * nobody knows, is claimed again by the same request alone.
 */
export async function claimCall(q: Queryable, c: KeyedCall, runId: string, mostMs: number): Promise<boolean> {
  const claimed = await q.run(
    `insert into idempotency_keys as known (portfolio_id, operation, key, fingerprint, resource_id, running_until)
     values ($1, $2, $3, $4, $5, now() + $6 * interval '1 millisecond')
         on conflict (portfolio_id, operation, key) do update
        set resource_id = excluded.resource_id, running_until = excluded.running_until
      where known.running_until <= now() and known.fingerprint = excluded.fingerprint`,
    [c.portfolioId, c.operation, c.key, c.fingerprint, runId, mostMs],
  );
  return claimed > 0;
}

/**
 * Claims a key within the transaction that does what was asked for: nobody sees the claim before all of it is there.
 * Waits for another transaction that has claimed it; false when that was committed.
 */
export async function claimCallWithin(tx: Queryable, c: KeyedCall, runId: string): Promise<boolean> {
  const claimed = await tx.run(
    `insert into idempotency_keys (portfolio_id, operation, key, fingerprint, resource_id)
     values ($1, $2, $3, $4, $5)
         on conflict do nothing`,
    [c.portfolioId, c.operation, c.key, c.fingerprint, runId],
  );
  return claimed > 0;
}

/** The call that has the key of this one; null when none has (any more). */
export async function findCall(q: Queryable, c: KeyedCall): Promise<KnownCall | null> {
  const [row] = await q.rows<KnownCall>(
    `select fingerprint = $4 as is_same, answer from idempotency_keys
      where portfolio_id = $1 and operation = $2 and key = $3`,
    [c.portfolioId, c.operation, c.key, c.fingerprint],
  );
  return row ?? null;
}

/** Keeps the answer of a run. A run that took too long, so that another began, changes nothing. */
export async function keepAnswer(q: Queryable, c: KeyedCall, runId: string, answer: object): Promise<void> {
  await q.run(
    `update idempotency_keys set answer = $5, running_until = null
      where portfolio_id = $1 and operation = $2 and key = $3 and resource_id = $4`,
    [c.portfolioId, c.operation, c.key, runId, toJsonb(answer)],
  );
}

/** Gives up the key of a run that did nothing: it is free for any request. */
export async function dropCall(q: Queryable, c: KeyedCall, runId: string): Promise<void> {
  await q.run(
    `delete from idempotency_keys
      where portfolio_id = $1 and operation = $2 and key = $3 and resource_id = $4 and answer is null`,
    [c.portfolioId, c.operation, c.key, runId],
  );
}

/** Ends a run of which nobody knows what it did: the same request may run again at once, another one may not. */
export async function leaveCallOpen(q: Queryable, c: KeyedCall, runId: string): Promise<void> {
  await q.run(
    `update idempotency_keys set running_until = now()
      where portfolio_id = $1 and operation = $2 and key = $3 and resource_id = $4 and answer is null`,
    [c.portfolioId, c.operation, c.key, runId],
  );
}
