import type { Queryable } from '../platform/db/queryable.js';

/** A message from a person to the business. */
export interface InboundMessage {
  /** Derived from number and wamid, so that the same message has the same id whenever it is delivered. */
  readonly id: string;
  readonly portfolioId: string;
  readonly phoneNumberId: string;
  readonly wamid: string;
  readonly sender: string | null;
  readonly senderUserId: string | null;
  readonly type: string;
  /** JSON text of Meta's message object, as it came. */
  readonly item: string;
  readonly sentAt: Date | null;
}

/** Stores inbound messages; gives the ids of those that are new. Redeliveries change nothing. */
export async function insertInbound(tx: Queryable, messages: readonly InboundMessage[]): Promise<Set<string>> {
  const rows = await tx.rows<{ id: string }>(
    `insert into inbound_messages (id, portfolio_id, phone_number_id, wamid, sender, sender_user_id, type, item, sent_at)
     select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                          $9::timestamptz[])
     on conflict do nothing
     returning id`,
    [
      messages.map((m) => m.id),
      messages.map((m) => m.portfolioId),
      messages.map((m) => m.phoneNumberId),
      messages.map((m) => m.wamid),
      messages.map((m) => m.sender),
      messages.map((m) => m.senderUserId),
      messages.map((m) => m.type),
      messages.map((m) => m.item),
      messages.map((m) => m.sentAt),
    ],
  );
  return new Set(rows.map((row) => row.id));
}

/** Removes messages from people that came so many days ago. */
export function purgeInbound(q: Queryable, days: number, limit: number): Promise<number> {
  return q.run(
    `delete from inbound_messages
      where id in (select id from inbound_messages where received_at < now() - $1 * interval '1 day' limit $2)`,
    [days, limit],
  );
}
