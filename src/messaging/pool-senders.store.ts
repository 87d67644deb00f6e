import type { Queryable } from '../platform/db/queryable.js';

/** A person who is to hear from a pool. */
export interface PoolPerson {
  readonly poolId: string;
  /** Their name for looking up (`personKey`). */
  readonly person: string;
}

/** A person who is to hear from a pool, as the message names them. */
export interface PoolRecipient extends PoolPerson {
  readonly recipient: string;
}

/** What is known of a person and a pool. */
export interface PoolSenderRow {
  /** The pool's numbers; null when the portfolio has no such pool. */
  readonly numbers: readonly string[] | null;
  /** The number that the person hears from; null when they never did. */
  readonly known: string | null;
  /** Whether an earlier message of theirs still waits there, or is on its way. */
  readonly waits: boolean;
}

/** What is known of each person and their pool, in their order: one statement for all of them. */
export function readPoolSenders(
  q: Queryable,
  portfolioId: string,
  asked: readonly PoolRecipient[],
): Promise<PoolSenderRow[]> {
  return q.rows<PoolSenderRow>(
    // A limit in a lateral join is a probe per person: an exists() may be answered by reading the whole queue.
    `select p.phone_number_ids as numbers, s.phone_number_id as known, earlier.waits is not null as waits
       from unnest($2::uuid[], $3::text[], $4::text[]) with ordinality as asked (pool_id, person, recipient, place)
       left join pools p on p.id = asked.pool_id and p.portfolio_id = $1
       left join pool_senders s on s.pool_id = p.id and s.person_key = asked.person
       left join lateral (
         select true as waits
           from messages m
          where m.pool_id = p.id and m.phone_number_id = s.phone_number_id and m.recipient = asked.recipient
            and m.state in ('queued', 'sending')
          limit 1) earlier on true
      order by asked.place`,
    [portfolioId, asked.map((a) => a.poolId), asked.map((a) => a.person), asked.map((a) => a.recipient)],
  );
}

/**
 * Keeps from which number people hear from now on, to be called within the transaction of what makes it so. In the order
 * of their keys, so that two batches cannot wait for each other. A pool that is gone keeps nobody.
 */
export async function keepPoolSenders(
  tx: Queryable,
  portfolioId: string,
  chosen: readonly (PoolPerson & { readonly phoneNumberId: string })[],
): Promise<void> {
  await tx.run(
    `insert into pool_senders (pool_id, person_key, portfolio_id, phone_number_id)
     select distinct on (n.pool_id, n.person) n.pool_id, n.person, $1, n.phone_number_id
       from unnest($2::uuid[], $3::text[], $4::text[]) as n (pool_id, person, phone_number_id)
       join pools p on p.id = n.pool_id and p.portfolio_id = $1
      order by n.pool_id, n.person
     on conflict (pool_id, person_key) do update
        set phone_number_id = excluded.phone_number_id
      where pool_senders.phone_number_id <> excluded.phone_number_id`,
    [portfolioId, chosen.map((c) => c.poolId), chosen.map((c) => c.person), chosen.map((c) => c.phoneNumberId)],
  );
}
