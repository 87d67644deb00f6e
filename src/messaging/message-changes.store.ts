import type { AttemptError, OutcomeKind } from '../core/delivery/classify-outcome.js';
import { type DeliveryStatus, rankOf } from '../core/delivery/delivery-status.js';
import {
  type AttemptRecord,
  type Evidence,
  isAwaitingStatus,
  type Learned,
  type MessageRecord,
  type MessageState,
} from '../core/delivery/message-lifecycle.js';
import { groupBy } from '../core/group-by.js';
import type { MetaErrorReport } from '../core/meta-errors/meta-error-report.js';
import { toJsonb } from '../platform/db/jsonb.js';
import type { Queryable } from '../platform/db/queryable.js';
import { learnFromRefusals } from './refusal-lessons.store.js';

/** A message that this transaction holds locked. */
export interface LockedMessage {
  readonly id: string;
  readonly portfolioId: string;
  readonly phoneNumberId: string;
  readonly recipient: string;
  readonly recipientKind: 'phone' | 'bsuid' | 'group';
  readonly type: string;
  /** Version of its latest ledger entry. */
  readonly version: number;
  readonly record: MessageRecord;
}

/** Locked messages, and the database's time, which is the only one that state is judged by. */
export interface Locked {
  readonly now: Date;
  readonly messages: readonly LockedMessage[];
}

interface LockedRow {
  readonly now: Date;
  readonly id: string;
  readonly portfolio_id: string;
  readonly phone_number_id: string;
  readonly recipient: string;
  readonly recipient_kind: 'phone' | 'bsuid' | 'group';
  readonly type: string;
  readonly state: MessageState;
  readonly on_unknown: 'hold' | 'resend';
  readonly attempt_no: number;
  readonly retries: number;
  readonly wamid: string | null;
  readonly other_wamids: readonly string[];
  readonly wa_id: string | null;
  readonly status: DeliveryStatus | null;
  readonly submitted_at: Date | null;
  readonly held_at: Date | null;
  readonly sent_at: Date | null;
  readonly delivered_at: Date | null;
  readonly read_at: Date | null;
  readonly played_at: Date | null;
  readonly failed_at: Date | null;
  readonly no_status_at: Date | null;
  readonly inferred: boolean;
  readonly errors: MetaErrorReport[];
  readonly pricing: object | null;
  readonly conversation: object | null;
  readonly version: number;
}

interface AttemptStateRow {
  readonly message_id: string;
  readonly number: number;
  readonly outcome: OutcomeKind | null;
  readonly evidence: Evidence | null;
  readonly wamid: string | null;
  readonly http_status: number | null;
  readonly error: AttemptError | null;
}

/**
 * Locks messages by id or wamid, with their attempts. Always in the order of their ids: two transactions that lock
 * overlapping sets then wait for each other instead of deadlocking.
 */
export async function lockMessages(
  tx: Queryable,
  by: {
    readonly ids: readonly string[];
    readonly wamids?: readonly string[];
    /** Of which messages the attempts matter; without it, of all. */
    readonly withAttempts?: (message: { id: string; state: MessageState; wamid: string | null }) => boolean;
  },
): Promise<Locked> {
  const ids = await idsOf(tx, by);
  const rows = await tx.rows<LockedRow>(
    `select id, portfolio_id, phone_number_id, recipient, recipient_kind, type, state, on_unknown, attempt_no, retries,
            wamid, other_wamids, wa_id, status, submitted_at, held_at, sent_at, delivered_at, read_at, played_at, failed_at, no_status_at,
            inferred, errors, pricing, conversation, version, clock_timestamp() as now
       from messages
      where id = any($1::uuid[])
      order by id
        for update`,
    [ids],
  );
  const attempts = await attemptsOf(tx, rows.filter(by.withAttempts ?? (() => true)));
  const byMessage = groupBy(attempts, (row) => row.message_id);
  return { now: rows[0]?.now ?? new Date(0), messages: rows.map((row) => toLocked(row, byMessage.get(row.id) ?? [])) };
}

/** One probe per message: with `= any()` a young table's statistics lead to a scan of all of it. */
async function attemptsOf(tx: Queryable, rows: readonly LockedRow[]): Promise<AttemptStateRow[]> {
  if (rows.length === 0) return [];
  return tx.rows<AttemptStateRow>(
    `select a.message_id, a.number, a.outcome, a.evidence, a.wamid, a.http_status, a.error
       from unnest($1::uuid[]) as wanted (id)
      cross join lateral (select * from attempts where message_id = wanted.id offset 0) a`,
    [rows.map((row) => row.id)],
  );
}

async function idsOf(tx: Queryable, by: { ids: readonly string[]; wamids?: readonly string[] }): Promise<string[]> {
  if (by.wamids === undefined || by.wamids.length === 0) return [...new Set(by.ids)];
  const found = await tx.rows<{ id: string }>(`select id from messages where wamid = any($1)`, [by.wamids]);
  return [...new Set([...by.ids, ...found.map((row) => row.id)])];
}

/** A locked message and what was learned about it, in the order in which it was learned. */
export interface Change {
  readonly before: LockedMessage;
  readonly learned: Learned;
}

/**
 * Writes what was learned: the messages, their attempts, the ledger and its outbox. All of it commits with the
 * caller's transaction or none of it does. Nothing is written for a message that learned nothing.
 */
export async function writeChanges(tx: Queryable, changes: readonly Change[], publish: boolean): Promise<void> {
  const changed = changes.filter((c) => c.learned.message !== c.before.record || c.learned.events.length > 0);
  if (changed.length === 0) return;
  await updateMessages(tx, changed);
  await updateAttempts(tx, changed);
  await updateAwaiting(tx, changed);
  await appendEvents(tx, changed, publish);
  await learnFromRefusals(tx, changed, publish);
}

async function updateMessages(tx: Queryable, changes: readonly Change[]): Promise<void> {
  const column = <T>(of: (m: MessageRecord, c: Change) => T) => changes.map((c) => of(c.learned.message, c));
  const time = (name: DeliveryStatus) => column((m) => m.delivery.times[name] ?? null);
  await tx.run(
    `update messages m
        set state = n.state, wamid = n.wamid, other_wamids = case when n.other_wamids is null then '{}'
                                else array(select json_array_elements_text(n.other_wamids)) end,
            wa_id = n.wa_id, status = n.status, status_rank = n.status_rank,
            submitted_at = n.submitted_at, held_at = n.held_at, sent_at = n.sent_at, delivered_at = n.delivered_at,
            read_at = n.read_at, played_at = n.played_at, failed_at = n.failed_at, no_status_at = n.no_status_at,
            inferred = n.inferred, errors = n.errors, pricing = n.pricing, conversation = n.conversation,
            retries = n.retries, version = n.version, updated_at = now(),
            due_at = case when n.due_in_ms is null then m.due_at
                          else clock_timestamp() + n.due_in_ms * interval '1 millisecond' end
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::timestamptz[],
                   $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[],
                   $13::timestamptz[], $14::timestamptz[], $15::boolean[], $16::jsonb[], $17::jsonb[], $18::jsonb[],
                   $19::integer[], $20::integer[], $21::double precision[], $22::json[])
         as n (id, state, wamid, wa_id, status, status_rank, submitted_at, held_at, sent_at, delivered_at, read_at,
               played_at, failed_at, no_status_at, inferred, errors, pricing, conversation, retries, version, due_in_ms,
               other_wamids)
      where m.id = n.id`,
    [
      changes.map((c) => c.before.id),
      column((m) => m.state),
      column((m) => m.wamid),
      column((m) => m.waId),
      column((m) => m.delivery.status),
      column((m) => rankOf(m.delivery.status)),
      column((m) => m.submittedAt),
      time('held'),
      time('sent'),
      time('delivered'),
      time('read'),
      time('played'),
      time('failed'),
      column((m) => m.noStatusAt),
      column((m) => m.inferred),
      column((m) => toJsonb(m.delivery.errors)),
      column((m) => toJsonb(m.delivery.pricing)),
      column((m) => toJsonb(m.delivery.conversation)),
      column((m) => m.retries),
      column((_, c) => c.before.version + c.learned.events.length),
      column((_, c) => c.learned.dueInMs),
      // Lists of different lengths do not make an array of PostgreSQL's, so each travels as JSON.
      column((m) => (m.otherWamids.length === 0 ? null : JSON.stringify(m.otherWamids))),
    ],
  );
}

/** Keeps the list of messages that Meta took and has not reported on. */
async function updateAwaiting(tx: Queryable, changes: readonly Change[]): Promise<void> {
  const turned = changes.filter((c) => isAwaitingStatus(c.before.record) !== isAwaitingStatus(c.learned.message));
  const [begun, ended] = [
    turned.filter((c) => isAwaitingStatus(c.learned.message)),
    turned.filter((c) => isAwaitingStatus(c.before.record)),
  ];
  if (begun.length > 0) {
    await tx.run(
      `insert into messages_awaiting_status (message_id, submitted_at)
       select * from unnest($1::uuid[], $2::timestamptz[])
       on conflict do nothing`,
      [begun.map((c) => c.before.id), begun.map((c) => c.learned.message.submittedAt)],
    );
  }
  if (ended.length > 0) {
    await tx.run(`delete from messages_awaiting_status where message_id = any($1::uuid[])`, [
      ended.map((c) => c.before.id),
    ]);
  }
}

/** Writes the attempts whose fate became known; those of other messages of the batch are left alone. */
async function updateAttempts(tx: Queryable, changes: readonly Change[]): Promise<void> {
  const settled = changes.flatMap((c) =>
    c.learned.message.attempts
      .filter((a) => !c.before.record.attempts.includes(a))
      .map((a) => ({ id: c.before.id, a })),
  );
  if (settled.length === 0) return;
  const column = <T>(of: (a: AttemptRecord) => T) => settled.map(({ a }) => of(a));
  await tx.run(
    `update attempts a
        set outcome = n.outcome, evidence = n.evidence, wamid = n.wamid, http_status = n.http_status, error = n.error,
            finished_at = coalesce(a.finished_at, clock_timestamp())
       from unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::jsonb[])
         as n (message_id, number, outcome, evidence, wamid, http_status, error)
      where a.message_id = n.message_id and a.number = n.number`,
    [
      settled.map(({ id }) => id),
      column((a) => a.number),
      column((a) => a.outcome),
      column((a) => a.evidence),
      column((a) => a.wamid),
      column((a) => a.httpStatus),
      column((a) => toJsonb(a.error)),
    ],
  );
}

/**
 * Appends to the ledger. An entry's place in the cursor order is its transaction, but a transaction can be older than
 * one that it waited for: then it takes the place of the message's latest entry, so that versions rise for every reader.
 */
async function appendEvents(tx: Queryable, changes: readonly Change[], publish: boolean): Promise<void> {
  const entries = changes.flatMap((c) =>
    c.learned.events.map((event, i) => ({ message: c.before, version: c.before.version + 1 + i, event })),
  );
  if (entries.length === 0) return;
  await tx.run(
    `with told as (
       insert into message_events (portfolio_id, aggregate_id, version, type, data, occurred_at, tx)
       select n.portfolio_id, n.aggregate_id, n.version, n.type, n.data, n.occurred_at,
              greatest(pg_current_xact_id(),
                       (select known.tx from message_events known
                         where known.aggregate_id = n.aggregate_id and known.version = n.known_version))
         from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::jsonb[], $6::timestamptz[], $8::integer[])
           as n (portfolio_id, aggregate_id, version, type, data, occurred_at, known_version)
       returning seq
     )
     insert into message_outbox (seq) select seq from told where $7`,
    [
      entries.map((e) => e.message.portfolioId),
      entries.map((e) => e.message.id),
      entries.map((e) => e.version),
      entries.map((e) => e.event.type),
      entries.map((e) => toJsonb(e.event.data)),
      entries.map((e) => e.event.occurredAt),
      publish,
      entries.map((e) => e.message.version),
    ],
  );
}

function toLocked(row: LockedRow, attempts: readonly AttemptStateRow[]): LockedMessage {
  const times = {
    accepted: row.submitted_at,
    held: row.held_at,
    sent: row.sent_at,
    delivered: row.delivered_at,
    read: row.read_at,
    played: row.played_at,
    failed: row.failed_at,
  };
  return {
    id: row.id,
    portfolioId: row.portfolio_id,
    phoneNumberId: row.phone_number_id,
    recipient: row.recipient,
    recipientKind: row.recipient_kind,
    type: row.type,
    version: row.version,
    record: {
      state: row.state,
      onUnknown: row.on_unknown,
      attemptNo: row.attempt_no,
      retries: row.retries,
      wamid: row.wamid,
      otherWamids: row.other_wamids,
      waId: row.wa_id,
      submittedAt: row.submitted_at,
      noStatusAt: row.no_status_at,
      inferred: row.inferred,
      delivery: {
        status: row.status,
        times: Object.fromEntries(Object.entries(times).filter(([, at]) => at !== null)) as Record<
          DeliveryStatus,
          Date
        >,
        errors: row.errors,
        pricing: row.pricing,
        conversation: row.conversation,
      },
      attempts: attempts.map((a) => ({
        number: a.number,
        outcome: a.outcome,
        evidence: a.evidence,
        wamid: a.wamid,
        httpStatus: a.http_status,
        error: a.error,
      })),
    },
  };
}
