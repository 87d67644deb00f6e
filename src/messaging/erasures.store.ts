import type { Queryable } from '../platform/db/queryable.js';

/** Somebody to be erased, by everything that names them. */
export interface ErasedPerson {
  readonly portfolioId: string;
  /** Every way in which they are written (`personForms`). */
  readonly forms: readonly string[];
  /** Keys of the person (`personKey`). */
  readonly keys: readonly string[];
  /** Regular expressions that find a form in a text, and none within a longer number. */
  readonly patterns: readonly string[];
}

/** Other names of the same person, as their own messages show them beside one of these. */
export async function findAliases(q: Queryable, portfolioId: string, forms: readonly string[]): Promise<string[]> {
  const rows = await q.rows<{ name: string }>(
    `select distinct name
       from inbound_messages i
      cross join lateral (values (i.sender), (i.sender_user_id)) as n (name)
      where i.portfolio_id = $1 and (i.sender = any($2) or i.sender_user_id = any($2)) and name is not null`,
    [portfolioId, forms],
  );
  return rows.map((row) => row.name);
}

/** A page of a portfolio's messages: which of them are to the person, and where the next page begins. */
export async function findMessagesTo(
  q: Queryable,
  p: ErasedPerson,
  after: string,
  limit: number,
): Promise<{ readonly ids: string[]; readonly last: string | null }> {
  const [row] = await q.rows<{ ids: string[]; last: string | null }>(
    `with page as (
       select id, recipient, wa_id from messages where portfolio_id = $1 and id > $2 order by id limit $4
     )
     select coalesce(array_agg(id::text) filter (where recipient = any($3) or wa_id = any($3)), '{}') as ids,
            (array_agg(id::text order by id desc))[1] as last
       from page`,
    [p.portfolioId, after, p.forms, limit],
  );
  return row ?? { ids: [], last: null };
}

/** Takes the person out of locked messages, their attempts and their events: what happened to them stays. */
export async function eraseMessages(tx: Queryable, ids: readonly string[], patterns: readonly string[]): Promise<void> {
  await tx.run(
    `update messages
        set recipient = 'erased', recipient_kind = 'bsuid', wa_id = null, content = '{}', context = null, envelope = null,
            callback_data = null, metadata = null, fairness_key = '', conversation = null, on_unknown = 'hold', content_erased_at = now(),
            errors = case when errors::text ~ any($2) then '[]' else errors end
      where id = any($1::uuid[])`,
    [ids, patterns],
  );
  await tx.run(
    `update attempts
        set recipient = null, error = case when error::text ~ any($2) then null else error end
      where message_id = any($1::uuid[])`,
    [ids, patterns],
  );
  await tx.run(`update message_events set data = '{}' where aggregate_id = any($1::uuid[]) and data::text ~ any($2)`, [
    ids,
    patterns,
  ]);
}

/** What the person wrote, some of it. */
export function findInboundOf(
  q: Queryable,
  p: ErasedPerson,
  limit: number,
): Promise<{ id: string; phone_number_id: string; item: string }[]> {
  return q.rows(
    `select id, phone_number_id, item from inbound_messages
      where portfolio_id = $1 and (sender = any($2) or sender_user_id = any($2)) limit $3`,
    [p.portfolioId, p.forms, limit],
  );
}

/** Removes messages from people, with what was told of them. */
export async function deleteInbound(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.run(
    `with told as (
       delete from message_events where aggregate_id = any($1::uuid[]) returning seq
     ), waiting as (
       delete from message_outbox where seq in (select seq from told)
     )
     delete from inbound_messages where id = any($1::uuid[])`,
    [ids],
  );
}

/** Removes what else was told of the person, of events with numbers above `after`; gives the last number seen, or null. */
export async function deleteEventsOf(
  q: Queryable,
  p: ErasedPerson,
  after: number,
  limit: number,
): Promise<{ readonly last: number | null; readonly count: number }> {
  const [row] = await q.rows<{ last: string | null; count: number }>(
    `with page as (
       select seq, portfolio_id, aggregate, data from message_events where seq > $3 order by seq limit $4
     ), told as (
       delete from message_events
        where seq in (select seq from page where portfolio_id = $1 and aggregate <> 'message' and data::text ~ any($2))
       returning seq
     ), waiting as (
       delete from message_outbox where seq in (select seq from told)
     )
     select (select max(seq) from page) as last, (select count(*)::int from told) as count`,
    [p.portfolioId, p.patterns, after, limit],
  );
  return { last: row?.last == null ? null : Number(row.last), count: row?.count ?? 0 };
}

/** Keeps opt-outs that stand under a name that names nobody, and removes them under the others. */
export async function hideOptOuts(
  tx: Queryable,
  portfolioId: string,
  names: readonly { readonly person: string; readonly erased: string }[],
): Promise<number> {
  return tx.run(
    `with gone as (
       delete from opt_outs o
        using unnest($2::text[], $3::text[]) as n (person, erased)
        where o.portfolio_id = $1 and o.person = n.person
       returning n.erased, o.phone_number_id, o.opted_out, o.source, o.wished_at
     )
     insert into opt_outs as known (portfolio_id, person, phone_number_id, recipient, opted_out, source, reason, wished_at)
     select $1, erased, phone_number_id, 'erased', true, source, null, wished_at from gone where opted_out
         on conflict (portfolio_id, person, phone_number_id) do update set wished_at = excluded.wished_at`,
    [portfolioId, names.map((n) => n.person), names.map((n) => n.erased)],
  );
}

/** Takes back the opt-outs of erased people who want marketing again. */
export async function forgetHiddenOptOuts(
  tx: Queryable,
  wishes: readonly { readonly portfolioId: string; readonly phoneNumberId: string; readonly erased: string }[],
): Promise<void> {
  if (wishes.length === 0) return;
  await tx.run(
    `delete from opt_outs o
      using unnest($1::uuid[], $2::text[], $3::text[]) as n (portfolio_id, phone_number_id, erased)
      where o.portfolio_id = n.portfolio_id and o.phone_number_id = n.phone_number_id and o.person = n.erased`,
    [wishes.map((w) => w.portfolioId), wishes.map((w) => w.phoneNumberId), wishes.map((w) => w.erased)],
  );
}

/**
 * Forgets the person in every table that has them in a column `person`, whoever made it: the catalog says which. A place
 * of the messaging limit stays taken, by nobody; opt-outs are kept under another name before this.
 */
export async function forgetPerson(tx: Queryable, p: ErasedPerson): Promise<number> {
  const tables = await tx.rows<{ name: string }>(
    `select quote_ident(c.relname) as name
       from pg_class c
      where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and c.relname <> 'messaging_places'
        and 2 = (select count(*) from pg_attribute a
                  where a.attrelid = c.oid and a.attname in ('person', 'portfolio_id') and not a.attisdropped)
      order by 1`,
  );
  let count = await tx.run(`update messaging_places set person = null where portfolio_id = $1 and person = any($2)`, [
    p.portfolioId,
    p.keys,
  ]);
  count += await tx.run(`delete from pool_senders where portfolio_id = $1 and person_key = any($2)`, [
    p.portfolioId,
    p.keys,
  ]);
  for (const { name } of tables) {
    count += await tx.run(`delete from ${name} where portfolio_id = $1 and person = any($2)`, [p.portfolioId, p.keys]);
  }
  return count;
}

/** Removes statuses that wait, items set aside, and keys of requests that name the person. */
export async function deleteLeftovers(tx: Queryable, p: ErasedPerson): Promise<number> {
  const orphans = await tx.run(
    `delete from orphan_statuses where portfolio_id = $1 and (recipient = any($2) or item ~ any($3))`,
    [p.portfolioId, p.forms, p.patterns],
  );
  const setAside = await tx.run(
    `delete from webhook_quarantine q
      where (q.item ~ any($2) or q.detail ~ any($2))
        and (q.portfolio_id = $1
             or q.portfolio_id is null
                and exists (select 1 from webhook_inbox i join apps a using (app_id)
                             where i.id = q.inbox_id and a.portfolio_id = $1))`,
    [p.portfolioId, p.patterns],
  );
  const keys = await tx.run(
    `delete from idempotency_keys where portfolio_id = $1 and (key ~ any($2) or answer::text ~ any($2))`,
    [p.portfolioId, p.patterns],
  );
  return orphans + setAside + keys;
}

/** Removes raw webhooks that name the person, of those after `after`; some may still wait to be applied. */
export async function deleteWebhooksOf(
  q: Queryable,
  p: ErasedPerson,
  after: number,
  limit: number,
): Promise<{ readonly last: number | null; readonly count: number; readonly waiting: number }> {
  const [row] = await q.rows<{ last: string | null; count: number; waiting: number }>(
    `with page as (
       select i.id, w.id is not null as waits,
              i.app_id in (select app_id from apps where portfolio_id = $1)
                and exists (select 1 from unnest($2::text[]) as form
                             where position(convert_to(form, 'UTF8') in i.body) > 0) as names
         from webhook_inbox i
         left join webhook_queue w on w.id = i.id
        where i.id > $3
        order by i.id
        limit $4
     ), gone as (
       delete from webhook_inbox where id in (select id from page where names and not waits) returning id
     )
     select (select max(id) from page) as last, (select count(*)::int from gone) as count,
            (select count(*)::int from page where names and waits) as waiting`,
    [p.portfolioId, p.forms, after, limit],
  );
  return { last: row?.last == null ? null : Number(row.last), count: row?.count ?? 0, waiting: row?.waiting ?? 0 };
}

/** Writes down that somebody was erased: by which key, and what it took. */
export async function recordErasure(
  q: Queryable,
  p: { id: string; portfolioId: string; askedBy: string; erased: object },
): Promise<Date> {
  const [row] = await q.rows<{ erased_at: Date }>(
    `insert into erasures (id, portfolio_id, asked_by, erased) values ($1, $2, $3, $4) returning erased_at`,
    [p.id, p.portfolioId, p.askedBy, JSON.stringify(p.erased)],
  );
  return (row as { erased_at: Date }).erased_at;
}
