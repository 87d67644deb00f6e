import { isFromDropIn, writeAnsweredId } from '../core/cloud-api/answered-id.js';
import type { EventRow } from './events.store.js';
import { PRIORITIES } from './message.shape.js';
import type { MessageRow } from './messages.store.js';
import type { EventView, MessageView } from './messaging.dto.js';

/** Shows a stored message to its caller. */
export function toMessageView(row: MessageRow): MessageView {
  return {
    id: row.id,
    state: row.state,
    status: row.status,
    phone_number_id: row.phone_number_id,
    ...(row.pool_id === null ? {} : { pool_id: row.pool_id }),
    ...recipientOf(row),
    type: row.type,
    [row.type]: row.content,
    ...(row.context === null ? {} : { context: row.context }),
    ...row.envelope,
    priority: PRIORITIES[row.priority] ?? 'marketing',
    ...(row.fairness_key === '' ? {} : { fairness_key: row.fairness_key }),
    on_unknown: row.on_unknown,
    send_at: iso(row.send_at),
    expires_at: iso(row.expires_at),
    callback_data: row.callback_data,
    metadata: row.metadata,
    wamid: row.wamid,
    attempts: row.attempts.map((a) => ({
      ...a,
      armed_at: isoOf(a.armed_at),
      finished_at: a.finished_at === null ? null : isoOf(a.finished_at),
    })),
    accepted_at: row.accepted_at.toISOString(),
    submitted_at: iso(row.submitted_at),
    held_at: iso(row.held_at),
    sent_at: iso(row.sent_at),
    delivered_at: iso(row.delivered_at),
    read_at: iso(row.read_at),
    played_at: iso(row.played_at),
    failed_at: iso(row.failed_at),
    no_status_at: iso(row.no_status_at),
    inferred: row.inferred,
    errors: errorsOf(row),
    pricing: row.pricing,
  };
}

/** The recipient under the name that says what it is: a phone number or a business-scoped user id. */
function recipientOf(row: { readonly recipient: string | null; readonly recipient_kind: string | null }): {
  recipient_type?: 'group';
  to?: string;
  recipient?: string;
} {
  if (row.recipient === null) return {};
  if (row.recipient_kind === 'group') return { recipient_type: 'group', to: row.recipient };
  return row.recipient_kind === 'bsuid' ? { recipient: row.recipient } : { to: row.recipient };
}

/** What Meta reported about the delivery, and for a rejected message also why. */
function errorsOf(row: MessageRow): object[] {
  const last = row.state === 'rejected' ? row.attempts.at(-1) : undefined;
  const refusal = last?.outcome === 'rejected' ? last.error : null;
  return [...(refusal === null ? [] : [refusal]), ...row.errors];
}

/** Of these, the data say what they are about: an account has Meta's ids, and of limits it is a stop. */
const NAMED_BY_THEIR_DATA = ['account', 'rate_limit'];

/** Shows an entry of the ledger as a CloudEvent. `businessId` names the tenant. */
export function toEventView(row: EventRow, businessId: string): EventView {
  return {
    specversion: '1.0',
    id: row.id,
    source: `/heliograph/portfolios/${businessId}`,
    type: `io.heliograph.${row.aggregate}.${row.type}.v1`,
    subject: row.aggregate_id,
    time: row.occurred_at.toISOString(),
    datacontenttype: 'application/json',
    version: row.version,
    data: {
      ...(NAMED_BY_THEIR_DATA.includes(row.aggregate) ? {} : { [`${row.aggregate}_id`]: row.aggregate_id }),
      ...(row.phone_number_id === null ? {} : { phone_number_id: row.phone_number_id, ...recipientOf(row) }),
      ...row.data,
      ...(row.callback_data === null ? {} : { callback_data: row.callback_data }),
      ...(row.metadata === null ? {} : { metadata: row.metadata }),
      ...(isFromDropIn(row.metadata) ? { drop_in_id: writeAnsweredId(row.aggregate_id) } : {}),
    },
  };
}

/** A cursor of events: transaction and sequence number, at most 64 and 63 bits, kept to the digits that always fit. */
export const EVENT_CURSOR = /^\d{1,19}~\d{1,18}$/;

/** PostgreSQL writes instants into JSON in its own form. */
function isoOf(text: string): string {
  return new Date(text).toISOString();
}

function iso(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}
