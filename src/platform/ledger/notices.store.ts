import { toJsonb } from '../db/jsonb.js';
import type { Queryable } from '../db/queryable.js';

/** A ledger entry about something that is not a message of ours. */
export interface Notice {
  readonly portfolioId: string;
  /** What it is about, such as `inbound_message`: a word of the bus subject. */
  readonly aggregate: string;
  readonly aggregateId: string;
  /** For what is told of more than once: rises by one each time, under a lock on its row. Default 1. */
  readonly version?: number;
  readonly type: string;
  readonly occurredAt: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Writes notices with their place in the outbox. One that is known already (same aggregate id and version) changes
 * nothing. A later version is filed no earlier than the one before it (docs/adr/0008-two-orders-of-events.md).
 */
export async function appendNotices(tx: Queryable, notices: readonly Notice[], publish: boolean): Promise<void> {
  if (notices.length === 0) return;
  await tx.run(
    `with told as (
       insert into message_events (portfolio_id, aggregate, aggregate_id, version, type, data, occurred_at, tx)
       select n.portfolio_id, n.aggregate, n.aggregate_id, n.version, n.type, n.data, n.occurred_at,
              case when n.version = 1 then pg_current_xact_id()
                   else greatest(pg_current_xact_id(),
                                 (select known.tx from message_events known
                                   where known.aggregate_id = n.aggregate_id and known.version = n.version - 1)) end
         from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::jsonb[], $6::timestamptz[], $8::integer[])
           as n (portfolio_id, aggregate, aggregate_id, type, data, occurred_at, version)
       on conflict (aggregate_id, version) do nothing
       returning seq
     )
     insert into message_outbox (seq) select seq from told where $7`,
    [
      notices.map((n) => n.portfolioId),
      notices.map((n) => n.aggregate),
      notices.map((n) => n.aggregateId),
      notices.map((n) => n.type),
      notices.map((n) => toJsonb(n.data)),
      notices.map((n) => n.occurredAt),
      publish,
      notices.map((n) => n.version ?? 1),
    ],
  );
}
