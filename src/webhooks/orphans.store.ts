import type { Queryable } from '../platform/db/queryable.js';

/** A status of a message that we do not know, or do not know yet. */
export interface OrphanStatus {
  readonly portfolioId: string;
  readonly phoneNumberId: string;
  readonly wamid: string;
  readonly recipient: string | null;
  readonly status: string;
  readonly inboxId: number;
  /** JSON text of what `reportOf` needs. */
  readonly item: string;
}

/** An orphan that has found its message. */
export interface AdoptableStatus {
  readonly id: number;
  readonly message_id: string;
  readonly phone_number_id: string;
  readonly portfolio_id: string;
  readonly wamid: string;
  readonly item: string;
}

/** Keeps statuses without a message; the same one again changes nothing. */
export async function insertOrphans(tx: Queryable, orphans: readonly OrphanStatus[]): Promise<void> {
  await tx.run(
    `insert into orphan_statuses (portfolio_id, phone_number_id, wamid, recipient, status, inbox_id, item)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[])
     on conflict (phone_number_id, wamid, status) do nothing`,
    [
      orphans.map((o) => o.portfolioId),
      orphans.map((o) => o.phoneNumberId),
      orphans.map((o) => o.wamid),
      orphans.map((o) => o.recipient),
      orphans.map((o) => o.status),
      orphans.map((o) => o.inboxId),
      orphans.map((o) => o.item),
    ],
  );
}

/** Orphans whose wamid has become known since: the status overtook the answer to the send. */
export function findAdoptable(tx: Queryable, p: { youngerThanMs: number; limit: number }): Promise<AdoptableStatus[]> {
  return tx.rows<AdoptableStatus>(
    `select o.id, m.id as message_id, o.phone_number_id, o.portfolio_id, o.wamid, o.item
       from orphan_statuses o
       join messages m on m.wamid = o.wamid and m.phone_number_id = o.phone_number_id
      where o.received_at > now() - $1 * interval '1 millisecond'
      order by o.id
      limit $2
        for update of o skip locked`,
    [p.youngerThanMs, p.limit],
  );
}

/**
 * Failures without a token and with a wamid nobody knows, for which exactly one send to that recipient is in doubt:
 * the one remaining explanation (`failed` statuses may come without what was sent along with the message).
 */
export function findInferable(tx: Queryable, p: { olderThanMs: number; limit: number }): Promise<AdoptableStatus[]> {
  return tx.rows<AdoptableStatus>(
    `select o.id, candidate.id as message_id, o.phone_number_id, o.portfolio_id, o.wamid, o.item
       from orphan_statuses o
      cross join lateral (
        select (array_agg(m.id))[1] as id
          from messages m
         where m.phone_number_id = o.phone_number_id and m.recipient = o.recipient
           and m.state in ('unknown', 'unconfirmed')
           and m.armed_at between o.received_at - interval '24 hours' and o.received_at
        having count(*) = 1) candidate
      where o.status = 'failed' and o.recipient is not null
        and o.received_at < now() - $1 * interval '1 millisecond' and o.received_at > now() - interval '1 hour'
      order by o.id
      limit $2
        for update of o skip locked`,
    [p.olderThanMs, p.limit],
  );
}

/** Removes orphans that have found their messages. */
export async function deleteOrphans(tx: Queryable, ids: readonly number[]): Promise<void> {
  await tx.run(`delete from orphan_statuses where id = any($1::bigint[])`, [ids]);
}

/** Drops orphans that are too old to find a message. */
export function purgeOrphans(q: Queryable, days: number, limit: number): Promise<number> {
  return q.run(
    `delete from orphan_statuses
      where id in (select id from orphan_statuses where received_at < now() - $1 * interval '1 day' limit $2)`,
    [days, limit],
  );
}
