import type { Queryable } from '../platform/db/queryable.js';

/** An entry of the ledger with what its reader needs of the message. */
export interface EventRow {
  readonly seq: number;
  readonly tx: string;
  readonly id: string;
  readonly portfolio_id: string;
  readonly aggregate: string;
  readonly aggregate_id: string;
  readonly version: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly occurred_at: Date;
  readonly recorded_at: Date;
  readonly phone_number_id: string | null;
  readonly recipient: string | null;
  readonly recipient_kind: 'phone' | 'bsuid' | 'group' | null;
  readonly callback_data: string | null;
  readonly metadata: object | null;
}

const EVENT_COLUMNS = `
  e.seq, e.tx::text as tx, e.id, e.portfolio_id, e.aggregate, e.aggregate_id, e.version, e.type, e.data, e.occurred_at,
  e.recorded_at, m.phone_number_id, m.recipient, m.recipient_kind, m.callback_data, m.metadata`;

/** The history of one aggregate, oldest first. */
export function listEventsOf(q: Queryable, portfolioId: string, aggregateId: string): Promise<EventRow[]> {
  return q.rows<EventRow>(
    `select ${EVENT_COLUMNS}
       from message_events e
       left join messages m on m.id = e.aggregate_id
      where e.portfolio_id = $1 and e.aggregate_id = $2
      order by e.version`,
    [portfolioId, aggregateId],
  );
}

/** A place in a portfolio's events. */
export interface EventCursor {
  /** Transaction id as text: xid8 does not fit a number. */
  readonly tx: string;
  readonly seq: number;
}

/**
 * A portfolio's events after a cursor. Only those of transactions older than every one still running: numbers are
 * drawn before commit, so a reader who goes by the last number it saw would miss the ones that commit late.
 */
export function listEventsAfter(
  q: Queryable,
  portfolioId: string,
  after: EventCursor,
  limit: number,
): Promise<EventRow[]> {
  return q.rows<EventRow>(
    `select ${EVENT_COLUMNS}
       from message_events e
       left join messages m on m.id = e.aggregate_id
      where e.portfolio_id = $1 and (e.tx, e.seq) > ($2::xid8, $3::bigint)
        and e.tx < pg_snapshot_xmin(pg_current_snapshot())
      order by e.tx, e.seq
      limit $4`,
    [portfolioId, after.tx, after.seq, limit],
  );
}

/** The oldest entries that have not been published, in the order in which each message's entries were written. */
export function readOutbox(q: Queryable, limit: number): Promise<EventRow[]> {
  return q.rows<EventRow>(
    `select ${EVENT_COLUMNS}
       from (select seq from message_outbox order by seq limit $1) o
       join message_events e on e.seq = o.seq
       left join messages m on m.id = e.aggregate_id
      order by e.seq`,
    [limit],
  );
}

/** Takes published entries out of the outbox. */
export async function clearOutbox(q: Queryable, seqs: readonly number[]): Promise<void> {
  await q.run(`delete from message_outbox where seq = any($1::bigint[])`, [seqs]);
}

/** Entries that wait to be published, and the age of the oldest in milliseconds. */
export async function measureOutbox(q: Queryable): Promise<{ waiting: number; oldest_ms: number }> {
  const [row] = await q.rows<{ waiting: number; oldest_ms: number }>(
    `select (select count(*) from message_outbox) as waiting,
            coalesce((select extract(epoch from now() - e.recorded_at) * 1000
                        from message_events e
                       where e.seq = (select min(seq) from message_outbox)), 0)::double precision as oldest_ms`,
  );
  return row as { waiting: number; oldest_ms: number };
}
