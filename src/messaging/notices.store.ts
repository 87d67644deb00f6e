import { toJsonb } from '../platform/db/jsonb.js';
import type { Queryable } from '../platform/db/queryable.js';

/** A ledger entry about something that is not a message of ours. */
export interface Notice {
  readonly portfolioId: string;
  /** What it is about, such as `inbound_message`: a word of the bus subject. */
  readonly aggregate: string;
  readonly aggregateId: string;
  readonly type: string;
  readonly occurredAt: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Writes notices with their place in the outbox. One that is known already (same aggregate id) changes nothing. */
export async function appendNotices(tx: Queryable, notices: readonly Notice[], publish: boolean): Promise<void> {
  await tx.run(
    `with told as (
       insert into message_events (portfolio_id, aggregate, aggregate_id, version, type, data, occurred_at)
       select portfolio_id, aggregate, aggregate_id, 1, type, data, occurred_at
         from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::jsonb[], $6::timestamptz[])
           as n (portfolio_id, aggregate, aggregate_id, type, data, occurred_at)
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
    ],
  );
}
