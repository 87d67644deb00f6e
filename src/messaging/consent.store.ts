import type { ConsentFacts } from '../core/consent/may-contact.js';
import { newId } from '../platform/clock/ids.js';
import type { Queryable } from '../platform/db/queryable.js';
import { appendNotices } from '../platform/ledger/notices.store.js';

/** Something happened between a person and a number. */
export interface Encounter {
  readonly portfolioId: string;
  readonly phoneNumberId: string;
  /** The key of the person (`personKey`). */
  readonly person: string;
  readonly at: Date;
}

/** What a person wants of marketing, from now on or since. */
export interface Wish {
  readonly portfolioId: string;
  readonly person: string;
  /** Empty: of all numbers of the portfolio. */
  readonly phoneNumberId: string;
  /** The person as callers know them: a phone number or a business-scoped user id. */
  readonly recipient: string;
  readonly optedOut: boolean;
  readonly source: 'api' | 'keyword' | 'user_preferences' | 'meta_131050';
  readonly reason: string | null;
  readonly at: Date;
}

/** Which person and number a message is between. */
export interface Pair {
  readonly id: string;
  readonly phoneNumberId: string;
  readonly person: string;
  /** The name under which their opt-out is kept if they were erased (`erasedPerson`). */
  readonly erased: string;
}

/** When Meta last refused marketing to a person, and until when it is held; milliseconds since the epoch. */
export interface Refused {
  readonly refusedAtMs: number;
  readonly heldUntilMs: number;
}

/** An opt-out as it is read for callers. */
export interface OptOutRow {
  readonly person: string;
  readonly phone_number_id: string;
  readonly recipient: string;
  readonly source: string;
  readonly reason: string | null;
  readonly wished_at: Date;
}

/** Remembers when people wrote. Order and repetition make no difference: the latest instant stays. */
export function recordInbound(tx: Queryable, encounters: readonly Encounter[]): Promise<void> {
  return recordLatest(tx, 'last_inbound_at', encounters);
}

/** Remembers that Meta said of people that their customer service window is closed. */
export function recordWindowRefusals(tx: Queryable, encounters: readonly Encounter[]): Promise<void> {
  return recordLatest(tx, 'window_refused_at', encounters);
}

async function recordLatest(
  tx: Queryable,
  column: 'last_inbound_at' | 'window_refused_at',
  encounters: readonly Encounter[],
): Promise<void> {
  if (encounters.length === 0) return;
  // In the order of the key, so that two batches about the same people wait for each other instead of deadlocking.
  await tx.run(
    `insert into conversations as known (phone_number_id, person, portfolio_id, ${column})
     select phone_number_id, person, (array_agg(portfolio_id))[1], least(max(at), now())
       from unnest($1::text[], $2::text[], $3::uuid[], $4::timestamptz[]) as n (phone_number_id, person, portfolio_id, at)
      group by phone_number_id, person
      order by phone_number_id, person
         on conflict (phone_number_id, person) do update
        set ${column} = greatest(known.${column}, excluded.${column})`,
    [
      encounters.map((e) => e.phoneNumberId),
      encounters.map((e) => e.person),
      encounters.map((e) => e.portfolioId),
      encounters.map((e) => e.at),
    ],
  );
}

/**
 * Applies wishes: of each person and number the latest one stays, in whatever order they come. Those that change
 * something are told as events, with their place in the outbox.
 */
export async function applyWishes(tx: Queryable, wishes: readonly Wish[], publish: boolean): Promise<void> {
  if (wishes.length === 0) return;
  const changed = await tx.rows<{ n: number }>(
    `with input as (
       select distinct on (portfolio_id, person, phone_number_id) *
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[],
                     $8::timestamptz[]) with ordinality
           as i (portfolio_id, person, phone_number_id, recipient, opted_out, source, reason, wished_at, n)
        order by portfolio_id, person, phone_number_id, wished_at desc, n desc
     ), before as materialized (
       select portfolio_id, person, phone_number_id, known.opted_out
         from input
         join opt_outs known using (portfolio_id, person, phone_number_id)
     ), written as (
       insert into opt_outs as known
              (portfolio_id, person, phone_number_id, recipient, opted_out, source, reason, wished_at)
       select portfolio_id, person, phone_number_id, recipient, opted_out, source, reason, wished_at from input
        order by portfolio_id, person, phone_number_id
           on conflict (portfolio_id, person, phone_number_id) do update
          set recipient = excluded.recipient, opted_out = excluded.opted_out, source = excluded.source,
              reason = excluded.reason, wished_at = excluded.wished_at
        where excluded.wished_at >= known.wished_at
       returning portfolio_id, person, phone_number_id, opted_out
     )
     select input.n - 1 as n
       from written
       join input using (portfolio_id, person, phone_number_id)
       left join before using (portfolio_id, person, phone_number_id)
      where written.opted_out <> coalesce(before.opted_out, false)`,
    [
      wishes.map((w) => w.portfolioId),
      wishes.map((w) => w.person),
      wishes.map((w) => w.phoneNumberId),
      wishes.map((w) => w.recipient),
      wishes.map((w) => w.optedOut),
      wishes.map((w) => w.source),
      wishes.map((w) => w.reason),
      wishes.map((w) => w.at),
    ],
  );
  if (changed.length === 0) return;
  await appendNotices(
    tx,
    changed.map(({ n }) => noticeOf(wishes[Number(n)] as Wish)),
    publish,
  );
}

function noticeOf(wish: Wish) {
  return {
    portfolioId: wish.portfolioId,
    aggregate: 'opt_out',
    aggregateId: newId(),
    type: wish.optedOut ? 'added' : 'removed',
    occurredAt: wish.at,
    data: {
      ...(wish.recipient.startsWith('+') ? { to: wish.recipient } : { recipient: wish.recipient }),
      phone_number_id: wish.phoneNumberId === '' ? null : wish.phoneNumberId,
      source: wish.source,
      reason: wish.reason,
    },
  };
}

/** What is known of the people of some messages, by message, with the database's time: one query for all of them. */
export async function readConsent(
  q: Queryable,
  pairs: readonly Pair[],
): Promise<Map<string, ConsentFacts & { readonly now: Date; readonly marketing: Refused | null }>> {
  const rows = await q.rows<{
    id: string;
    opted_out: boolean;
    last_inbound_at: Date | null;
    window_refused_at: Date | null;
    heard_at: Date | null;
    refused_at: Date | null;
    held_until: Date | null;
    now: Date;
  }>(
    `with heard as (
       select number.phone_number_id, number.portfolio_id,
              (select max(received_at) from inbound_messages i where i.phone_number_id = number.phone_number_id) as at
         from phone_numbers number
        where number.phone_number_id = any($2)
     )
     select pair.id, c.last_inbound_at, c.window_refused_at, heard.at as heard_at, r.refused_at, r.held_until,
            clock_timestamp() as now,
            exists (select 1 from opt_outs o
                     where o.portfolio_id = heard.portfolio_id and o.person in (pair.person, pair.erased)
                       and o.phone_number_id in ('', pair.phone_number_id) and o.opted_out) as opted_out
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as pair (id, phone_number_id, person, erased)
       join heard using (phone_number_id)
       left join conversations c on c.phone_number_id = pair.phone_number_id and c.person = pair.person
       left join marketing_refusals r on r.portfolio_id = heard.portfolio_id and r.person = pair.person`,
    [pairs.map((p) => p.id), pairs.map((p) => p.phoneNumberId), pairs.map((p) => p.person), pairs.map((p) => p.erased)],
  );
  return new Map(
    rows.map((row) => [
      row.id,
      {
        optedOut: row.opted_out,
        lastInboundAt: row.last_inbound_at,
        windowRefusedAt: row.window_refused_at,
        numberHeardAt: row.heard_at,
        now: row.now,
        marketing:
          row.refused_at === null || row.held_until === null
            ? null
            : { refusedAtMs: row.refused_at.getTime(), heldUntilMs: row.held_until.getTime() },
      },
    ]),
  );
}

/** Opt-outs that stand, in the order of their key. */
export function listOptOuts(
  q: Queryable,
  p: { portfolioId: string; person: string | null; after: readonly [string, string] | null; limit: number },
): Promise<OptOutRow[]> {
  const [person, phoneNumberId] = p.after ?? ['', ''];
  return q.rows<OptOutRow>(
    `select person, phone_number_id, recipient, source, reason, wished_at
       from opt_outs
      where portfolio_id = $1 and opted_out and recipient <> 'erased' and ($2::text is null or person = $2)
        and (person, phone_number_id) > ($3, $4)
      order by person, phone_number_id
      limit $5`,
    [p.portfolioId, p.person, person, phoneNumberId, p.limit],
  );
}
