import type { Queryable } from '../platform/db/queryable.js';
import type { PoolPlace } from './pool-senders.service.js';
import { keepPoolSenders } from './pool-senders.store.js';

/** A message as the caller gave it, ready to be stored. */
export interface NewMessage {
  readonly id: string;
  readonly phoneNumberId: string;
  /** The pool that chose the number; null when the sender named the number. */
  readonly pool: PoolPlace | null;
  readonly recipient: string;
  readonly recipientKind: 'phone' | 'bsuid' | 'group';
  readonly type: string;
  readonly content: object;
  readonly context: object | null;
  /** The Cloud API's own options beside the content, or null. */
  readonly envelope: object | null;
  /** 0 authentication, 1 utility, 2 marketing. */
  readonly priority: number;
  /** What it shares its number's rate by; empty for none. */
  readonly fairnessKey: string;
  readonly onUnknown: 'hold' | 'resend';
  readonly sendAt: Date | null;
  /** By how much it goes later than `sendAt`, in milliseconds; not at all when absent. */
  readonly spreadMs?: number;
  readonly expiresAt: Date | null;
  readonly callbackData: string | null;
  readonly metadata: object | null;
  readonly idempotencyKey: string | null;
  /** SHA-256 over the request's meaning. */
  readonly fingerprint: Buffer;
}

/** What came of storing one message. */
export type Acceptance =
  | { readonly kind: 'stored'; readonly id: string; readonly acceptedAt: Date; readonly state: 'queued' | 'scheduled' }
  | {
      readonly kind: 'known';
      readonly id: string;
      readonly acceptedAt: Date;
      readonly fingerprint: Buffer;
      /** The number that sends it; null when the message is kept no more. */
      readonly phoneNumberId: string | null;
    };

/** The operation's name in the table of idempotency keys. */
const OPERATION = 'messages.send';

/**
 * Stores a batch of messages of one portfolio with their idempotency keys, their first ledger entry and its place in
 * the outbox: one statement, so that either all of it exists or nothing does. A message whose key was used before is
 * not stored; its twin is named instead. Keys are claimed in order, so that two batches cannot wait for each other.
 */
export async function insertMessages(
  q: Queryable,
  portfolioId: string,
  messages: readonly NewMessage[],
  publish: boolean,
): Promise<Map<string, Acceptance>> {
  const column = <T>(of: (m: NewMessage) => T) => messages.map(of);
  const json = (value: object | null) => (value === null ? null : JSON.stringify(value));
  const stored = await q.rows<{ id: string; accepted_at: Date; state: 'queued' | 'scheduled' }>(
    `with input as (
       select * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::jsonb[],
                            $9::smallint[], $10::text[], $11::timestamptz[], $12::timestamptz[], $13::text[],
                            $14::jsonb[], $15::text[], $16::bytea[], $18::jsonb[], $19::uuid[],
                            $20::double precision[], $21::text[])
         as i (id, phone_number_id, recipient, recipient_kind, type, content, context, priority, on_unknown, send_at,
               expires_at, callback_data, metadata, key, fingerprint, envelope, pool_id,
               spread_ms, fairness_key)
     ), claimed as (
       insert into idempotency_keys (portfolio_id, operation, key, fingerprint, resource_id)
       select $1, '${OPERATION}', key, fingerprint, id from input where key is not null order by key
       on conflict do nothing
       returning resource_id
     ), accepted as (
       insert into messages (id, portfolio_id, phone_number_id, recipient, recipient_kind, type, content, context,
                             priority, on_unknown, send_at, expires_at, callback_data, metadata, envelope, state,
                             due_at, pool_id, fairness_key)
       select id, $1, phone_number_id, recipient, recipient_kind, type, content, context, priority, on_unknown,
              send_at, expires_at, callback_data, metadata, envelope,
              case when send_at > now() then 'scheduled' else 'queued' end,
              greatest(coalesce(send_at + spread_ms * interval '1 millisecond', now()), now()), pool_id, fairness_key
         from input
        where key is null or id in (select resource_id from claimed)
       returning id, accepted_at, state
     ), told as (
       insert into message_events (portfolio_id, aggregate_id, version, type, data, occurred_at)
       select $1, id, 1, state, '{}', accepted_at from accepted
       returning seq
     ), outbox as (
       insert into message_outbox (seq) select seq from told where $17
     )
     select id, accepted_at, state from accepted`,
    [
      portfolioId,
      column((m) => m.id),
      column((m) => m.phoneNumberId),
      column((m) => m.recipient),
      column((m) => m.recipientKind),
      column((m) => m.type),
      column((m) => JSON.stringify(m.content)),
      column((m) => json(m.context)),
      column((m) => m.priority),
      column((m) => m.onUnknown),
      column((m) => m.sendAt),
      column((m) => m.expiresAt),
      column((m) => m.callbackData),
      column((m) => json(m.metadata)),
      column((m) => m.idempotencyKey),
      column((m) => m.fingerprint),
      publish,
      column((m) => json(m.envelope)),
      column((m) => m.pool?.poolId ?? null),
      column((m) => m.spreadMs ?? 0),
      column((m) => m.fairnessKey),
    ],
  );
  const results = new Map<string, Acceptance>(
    stored.map((row) => [row.id, { kind: 'stored', id: row.id, acceptedAt: row.accepted_at, state: row.state }]),
  );
  await keepSendersOf(
    q,
    portfolioId,
    messages.filter((m) => results.has(m.id)),
  );
  const twins = messages.filter((m) => !results.has(m.id));
  if (twins.length > 0) await addTwins(q, portfolioId, twins, results);
  return results;
}

/** Whoever hears from a number of a pool for the first time hears from it again. */
async function keepSendersOf(q: Queryable, portfolioId: string, stored: readonly NewMessage[]): Promise<void> {
  const chosen = stored.flatMap(({ pool, phoneNumberId }) => (pool?.isNew ? [{ ...pool, phoneNumberId }] : []));
  if (chosen.length > 0) await keepPoolSenders(q, portfolioId, chosen);
}

async function addTwins(
  q: Queryable,
  portfolioId: string,
  twins: readonly NewMessage[],
  results: Map<string, Acceptance>,
): Promise<void> {
  const rows = await q.rows<{
    key: string;
    fingerprint: Buffer;
    resource_id: string;
    created_at: Date;
    phone_number_id: string | null;
  }>(
    `select k.key, k.fingerprint, k.resource_id, k.created_at, m.phone_number_id
       from idempotency_keys k
       left join messages m on m.id = k.resource_id
      where k.portfolio_id = $1 and k.operation = '${OPERATION}' and k.key = any($2)`,
    [portfolioId, twins.map((m) => m.idempotencyKey)],
  );
  const byKey = new Map(rows.map((row) => [row.key, row]));
  for (const twin of twins) {
    const row = byKey.get(twin.idempotencyKey ?? '');
    if (row === undefined) continue;
    results.set(twin.id, {
      kind: 'known',
      id: row.resource_id,
      acceptedAt: row.created_at,
      fingerprint: row.fingerprint,
      phoneNumberId: row.phone_number_id,
    });
  }
}

/** A message as it is read for callers. */
export interface MessageRow {
  readonly id: string;
  readonly phone_number_id: string;
  readonly pool_id: string | null;
  readonly recipient: string;
  readonly recipient_kind: 'phone' | 'bsuid' | 'group';
  readonly type: string;
  readonly content: object;
  readonly context: object | null;
  readonly envelope: object | null;
  readonly priority: number;
  /** Empty for none. */
  readonly fairness_key: string;
  readonly on_unknown: 'hold' | 'resend';
  readonly send_at: Date | null;
  /** When it is looked at next, while it waits. */
  readonly due_at: Date;
  readonly expires_at: Date | null;
  readonly callback_data: string | null;
  readonly metadata: object | null;
  readonly state: string;
  readonly status: string | null;
  readonly wamid: string | null;
  readonly accepted_at: Date;
  readonly submitted_at: Date | null;
  readonly held_at: Date | null;
  readonly sent_at: Date | null;
  readonly delivered_at: Date | null;
  readonly read_at: Date | null;
  readonly played_at: Date | null;
  readonly failed_at: Date | null;
  readonly no_status_at: Date | null;
  readonly inferred: boolean;
  readonly errors: readonly object[];
  readonly pricing: object | null;
  /** Since when its content is there no more; null while it is. */
  readonly content_erased_at: Date | null;
  readonly attempts: readonly AttemptRow[];
}

/** An attempt as it is read for callers; instants are ISO texts, because JSON built them. */
export interface AttemptRow {
  readonly number: number;
  readonly armed_at: string;
  readonly finished_at: string | null;
  readonly outcome: string | null;
  readonly evidence: string | null;
  readonly http_status: number | null;
  readonly error: object | null;
}

const MESSAGE_COLUMNS = `
  m.id, m.phone_number_id, m.pool_id, m.recipient, m.recipient_kind, m.type, m.content, m.context, m.envelope, m.priority,
  m.fairness_key, m.on_unknown, m.send_at, m.due_at, m.expires_at, m.callback_data, m.metadata, m.state, m.status, m.wamid, m.accepted_at, m.submitted_at,
  m.held_at, m.sent_at, m.delivered_at, m.read_at, m.played_at, m.failed_at, m.no_status_at, m.inferred, m.errors,
  m.pricing, m.content_erased_at,
  coalesce((select jsonb_agg(jsonb_build_object('number', a.number, 'armed_at', a.armed_at, 'finished_at', a.finished_at,
                                                'outcome', a.outcome, 'evidence', a.evidence,
                                                'http_status', a.http_status, 'error', a.error) order by a.number)
              from attempts a
             where a.message_id = m.id), '[]') as attempts`;

/** One message of a portfolio, or null. */
export async function findMessage(q: Queryable, portfolioId: string, id: string): Promise<MessageRow | null> {
  const [row] = await q.rows<MessageRow>(
    `select ${MESSAGE_COLUMNS} from messages m where m.portfolio_id = $1 and m.id = $2`,
    [portfolioId, id],
  );
  return row ?? null;
}

/** Which messages a list holds. */
export interface MessageFilter {
  readonly id?: string | null;
  readonly phoneNumberId: string | null;
  readonly state: string | null;
  readonly status: string | null;
  readonly wamid: string | null;
  /** Only messages older than this one: the list runs from the newest to the oldest. */
  readonly beforeId: string | null;
  readonly limit: number;
}

/** A page of a portfolio's messages, the newest first. Ids are UUIDv7, so their order is the order of creation. */
export function listMessages(q: Queryable, portfolioId: string, f: MessageFilter): Promise<MessageRow[]> {
  return q.rows<MessageRow>(
    `select ${MESSAGE_COLUMNS}
       from messages m
      where m.portfolio_id = $1
        and ($2::text is null or m.phone_number_id = $2)
        and ($3::text is null or m.state = $3)
        and ($4::text is null or m.status = $4)
        and ($5::text is null or m.wamid = $5)
        and ($6::uuid is null or m.id < $6)
        and ($8::uuid is null or m.id = $8)
      order by m.id desc
      limit $7`,
    [portfolioId, f.phoneNumberId, f.state, f.status, f.wamid, f.beforeId, f.limit, f.id ?? null],
  );
}

/**
 * Claims the key of a batch, and gives the fingerprint under which it is claimed: the caller's own, or that of the
 * batch that came with it before.
 */
export async function claimBatchKey(
  q: Queryable,
  p: { portfolioId: string; key: string; fingerprint: Buffer; id: string },
): Promise<Buffer> {
  const claimed = await q.run(
    `insert into idempotency_keys (portfolio_id, operation, key, fingerprint, resource_id)
     values ($1, 'messages.send_batch', $2, $3, $4)
     on conflict do nothing`,
    [p.portfolioId, p.key, p.fingerprint, p.id],
  );
  if (claimed > 0) return p.fingerprint;
  const [row] = await q.rows<{ fingerprint: Buffer }>(
    `select fingerprint from idempotency_keys
      where portfolio_id = $1 and operation = 'messages.send_batch' and key = $2`,
    [p.portfolioId, p.key],
  );
  return row?.fingerprint ?? p.fingerprint;
}

/** What some messages consist of, as they go to Meta. */
export function readContents(
  q: Queryable,
  ids: readonly string[],
): Promise<{ id: string; phone_number_id: string; type: string; content: object }[]> {
  return q.rows(`select id, phone_number_id, type, content from messages where id = any($1::uuid[])`, [ids]);
}

/** Tells whether a send under this idempotency key was taken on before. */
export async function isKeyKnown(tx: Queryable, portfolioId: string, key: string): Promise<boolean> {
  const rows = await tx.rows(`select 1 from idempotency_keys where portfolio_id = $1 and operation = $2 and key = $3`, [
    portfolioId,
    OPERATION,
    key,
  ]);
  return rows.length > 0;
}
