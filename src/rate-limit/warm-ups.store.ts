import type { Queryable } from '../platform/db/queryable.js';

/** A message that went out, and how long ago. */
export interface RecentSend {
  readonly phone_number_id: string;
  readonly type: string;
  readonly age_ms: number;
}

/** More than any warm-up lets through in the time that is asked about; a number that sent more owes the same. */
const MOST_SENDS = 5000;

/** What some numbers sent in the last `backMs`, whatever became of it; what never left does not count. */
export function recentSends(q: Queryable, phoneNumberIds: readonly string[], backMs: number): Promise<RecentSend[]> {
  return q.rows<RecentSend>(
    `select n.phone_number_id, coalesce(m.type, 'text') as type,
            (extract(epoch from clock_timestamp() - a.armed_at) * 1000)::double precision as age_ms
       from unnest($1::text[]) as n (phone_number_id)
      cross join lateral (
        select message_id, armed_at
          from attempts
         where phone_number_id = n.phone_number_id and armed_at > clock_timestamp() - $2 * interval '1 millisecond'
           and outcome is distinct from 'not_sent'
         order by armed_at desc
         limit ${MOST_SENDS}) a
       left join messages m on m.id = a.message_id`,
    [phoneNumberIds, backMs],
  );
}

/** How a number was received. */
export interface ReceptionRow {
  readonly accepted_in_stage: number;
  readonly accepted: number;
  readonly failed: number;
  readonly complaints: number;
}

/** How many of a number's latest messages are judged: enough for a share of a thousandth, and cheap to read. */
const SAMPLE = 10_000;

/**
 * How a number's messages were received since `sinceMs` ago, a day at most but for what Meta took in the stage.
 * Complaints are what is told of them: people who opted out (by word, by WhatsApp's switch, by Meta's 131050), and
 * messages that Meta refused as spam (131048), at once or after it had taken them. Meta does not tell who blocked or
 * reported.
 */
export async function receptionOf(
  q: Queryable,
  of: { readonly portfolioId: string; readonly phoneNumberId: string },
  sinceMs: number,
): Promise<ReceptionRow> {
  const [row] = await q.rows<ReceptionRow>(
    `with stage as (
       select outcome, armed_at, message_id, error
         from attempts
        where phone_number_id = $2 and portfolio_id = $1
          and armed_at > clock_timestamp() - $3 * interval '1 millisecond'
        order by armed_at desc
        limit ${SAMPLE}
     ), lately as (
       select s.outcome, m.failed_at,
              s.error->>'code' = '131048' or m.errors @> '[{"code": 131048}]' as is_spam
         from stage s
         left join messages m on m.id = s.message_id
        where s.armed_at > clock_timestamp() - interval '1 day'
     )
     select (select count(*) from stage where outcome = 'accepted') as accepted_in_stage,
            (select count(*) from lately where outcome = 'accepted') as accepted,
            (select count(*) from lately where failed_at is not null) as failed,
            (select count(*) from lately where is_spam)
            + (select count(*)
                 from opt_outs
                where portfolio_id = $1 and phone_number_id in ($2, '') and opted_out and source <> 'api'
                  and wished_at > clock_timestamp() - least($3 * interval '1 millisecond', interval '1 day')) as complaints`,
    [of.portfolioId, of.phoneNumberId, sinceMs],
  );
  return row as ReceptionRow;
}
