import type { Queryable } from '../platform/db/queryable.js';

/** A webhook as it came in, its signature already checked. */
export interface ReceivedWebhook {
  readonly appId: string;
  readonly body: Buffer;
}

/**
 * Appends webhooks and queues them, in one statement: what is answered with 200 is committed before. The bodies travel
 * as one run of bytes that the server cuts up, because an array of bytea would travel as text of twice the size.
 */
export async function appendInbox(q: Queryable, webhooks: readonly ReceivedWebhook[]): Promise<void> {
  let end = 1;
  const starts = webhooks.map((w) => {
    const start = end;
    end += w.body.length;
    return start;
  });
  await q.run(
    `with stored as (
       insert into webhook_inbox (app_id, body)
       select app_id, substring($1::bytea from start for length)
         from unnest($2::text[], $3::integer[], $4::integer[]) as w (app_id, start, length)
       returning id
     )
     insert into webhook_queue (id) select id from stored`,
    [
      Buffer.concat(webhooks.map((w) => w.body)),
      webhooks.map((w) => w.appId),
      starts,
      webhooks.map((w) => w.body.length),
    ],
  );
}

/** A webhook that this transaction holds. */
export interface ClaimedWebhook {
  readonly id: number;
  readonly app_id: string;
  readonly body: Buffer;
  readonly received_at: Date;
  readonly attempts: number;
  /** Milliseconds since it was received, by the database's clock. */
  readonly age_ms: number;
}

/**
 * Takes webhooks that are due, the oldest first, up to a count and a sum of bytes (at least one). Rows that another
 * replica holds are skipped, not waited for.
 */
export function claimWebhooks(
  tx: Queryable,
  p: { limit: number; bytes: number; id?: number },
): Promise<ClaimedWebhook[]> {
  return tx.rows<ClaimedWebhook>(
    `with due as (
       select id, attempts from webhook_queue
        where due_at <= now() and ($3::bigint is null or id = $3)
        order by id
        limit $1
          for update skip locked
     ), sized as (
       select due.id, due.attempts, i.app_id, i.body, i.received_at,
              sum(octet_length(i.body)) over (order by due.id) - octet_length(i.body) as before
         from due
         join webhook_inbox i on i.id = due.id
     )
     select id, app_id, body, received_at, attempts,
            (extract(epoch from clock_timestamp() - received_at) * 1000)::double precision as age_ms
       from sized
      where before < $2
      order by id`,
    [p.limit, p.bytes, p.id ?? null],
  );
}

/** Takes applied webhooks off the queue. */
export async function dequeueWebhooks(tx: Queryable, ids: readonly number[]): Promise<void> {
  await tx.run(`delete from webhook_queue where id = any($1::bigint[])`, [ids]);
}

/** Puts a webhook that could not be applied aside for a while; gives how often it has failed. */
export async function postponeWebhook(q: Queryable, id: number): Promise<number> {
  const [row] = await q.rows<{ attempts: number }>(
    `update webhook_queue
        set attempts = attempts + 1, due_at = now() + interval '1 second' * power(4, least(attempts, 5))
      where id = $1
     returning attempts`,
    [id],
  );
  return row?.attempts ?? 0;
}

/** Webhooks that wait to be applied, and the age of the oldest in milliseconds. */
export async function measureQueue(q: Queryable): Promise<{ waiting: number; oldest_ms: number }> {
  const [row] = await q.rows<{ waiting: number; oldest_ms: number }>(
    `select (select count(*) from webhook_queue) as waiting,
            coalesce((select extract(epoch from now() - i.received_at) * 1000
                        from webhook_inbox i
                       where i.id = (select min(id) from webhook_queue)), 0)::double precision as oldest_ms`,
  );
  return row as { waiting: number; oldest_ms: number };
}

/** Drops raw webhooks past their retention, except those still queued. */
export function purgeInbox(q: Queryable, days: number, limit: number): Promise<number> {
  return q.run(
    `delete from webhook_inbox
      where id in (select i.id from webhook_inbox i
                    where i.received_at < now() - $1 * interval '1 day'
                      and not exists (select 1 from webhook_queue w where w.id = i.id)
                    order by i.id limit $2)`,
    [days, limit],
  );
}

/** Removes items that were set aside so many days ago. */
export function purgeQuarantine(q: Queryable, days: number, limit: number): Promise<number> {
  return q.run(
    `delete from webhook_quarantine
      where id in (select id from webhook_quarantine where created_at < now() - $1 * interval '1 day' limit $2)`,
    [days, limit],
  );
}

/** An item of a webhook that was not applied, and why. */
export interface QuarantinedItem {
  readonly inboxId: number;
  readonly portfolioId: string | null;
  /** One of a few words, fit for a metric. */
  readonly reason: string;
  readonly detail: string;
  /** JSON text of the item. */
  readonly item: string | null;
}

/** Keeps items that were not applied, for people to look at. */
export async function quarantine(tx: Queryable, items: readonly QuarantinedItem[]): Promise<void> {
  await tx.run(
    `insert into webhook_quarantine (inbox_id, portfolio_id, reason, detail, item)
     select * from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[])`,
    [
      items.map((i) => i.inboxId),
      items.map((i) => i.portfolioId),
      items.map((i) => i.reason),
      items.map((i) => i.detail),
      items.map((i) => i.item),
    ],
  );
}
