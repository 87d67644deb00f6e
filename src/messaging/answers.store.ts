import type { AttemptError } from '../core/delivery/classify-outcome.js';
import type { Queryable } from '../platform/db/queryable.js';

/** What Meta answered to a message, or how it ended without going there. */
export interface AnswerRow {
  readonly id: string;
  readonly state: 'submitted' | 'rejected' | 'expired' | 'cancelled';
  readonly wamid: string | null;
  readonly wa_id: string | null;
  /** Meta holds it back until it has judged the quality of its template. */
  readonly held: boolean;
  /** Of the latest attempt, when the message was rejected. */
  readonly error: AttemptError | null;
  readonly http_status: number | null;
}

/** Of some messages, those about which there is an answer. One probe per message, whatever else the table holds. */
export function readAnswers(q: Queryable, ids: readonly string[]): Promise<AnswerRow[]> {
  return q.rows<AnswerRow>(
    `select m.id, m.state, m.wamid, m.wa_id, m.held_at is not null as held, last.error, last.http_status
       from unnest($1::uuid[]) as wanted (id)
      cross join lateral (select * from messages where id = wanted.id offset 0) m
       left join lateral (select error, http_status from attempts
                           where message_id = m.id order by number desc limit 1) last on m.state = 'rejected'
      where m.state in ('submitted', 'rejected', 'expired', 'cancelled')`,
    [ids],
  );
}
