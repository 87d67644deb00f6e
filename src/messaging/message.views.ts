import { GatewayError } from '../core/gateway-error.js';
import type { EventRow } from './events.store.js';
import type { MessageRow } from './messages.store.js';
import { type EventView, type MessageView, PRIORITIES } from './messaging.dto.js';

/** Shows a stored message to its caller. */
export function toMessageView(row: MessageRow): MessageView {
  return {
    id: row.id,
    state: row.state,
    status: row.status,
    phone_number_id: row.phone_number_id,
    ...recipientOf(row),
    type: row.type,
    [row.type]: row.content,
    ...(row.context === null ? {} : { context: row.context }),
    priority: PRIORITIES[row.priority] ?? 'marketing',
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
  to?: string;
  recipient?: string;
} {
  if (row.recipient === null) return {};
  return row.recipient_kind === 'bsuid' ? { recipient: row.recipient } : { to: row.recipient };
}

/** What Meta reported about the delivery, and for a rejected message also why. */
function errorsOf(row: MessageRow): object[] {
  const last = row.state === 'rejected' ? row.attempts.at(-1)?.error : null;
  return [...(last === null || last === undefined ? [] : [last]), ...row.errors];
}

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
      ...(row.aggregate === 'account' ? {} : { [`${row.aggregate}_id`]: row.aggregate_id }),
      ...(row.phone_number_id === null ? {} : { phone_number_id: row.phone_number_id, ...recipientOf(row) }),
      ...row.data,
      ...(row.callback_data === null ? {} : { callback_data: row.callback_data }),
      ...(row.metadata === null ? {} : { metadata: row.metadata }),
    },
  };
}

/** Writes a cursor so that callers do not take it apart. */
export function writeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(parts.join('~')).toString('base64url');
}

/** Reads a cursor back. Throws `invalid_request` for `field` when it is not one of ours. */
export function readCursor(text: string, pattern: RegExp, field: string): string[] {
  const plain = Buffer.from(text, 'base64url').toString('latin1');
  if (!pattern.test(plain)) {
    const detail = `${field} must be a value that an earlier answer gave`;
    throw new GatewayError('invalid_request', detail, { errors: [{ pointer: `/${field}`, detail }] });
  }
  return plain.split('~');
}

/** PostgreSQL writes instants into JSON in its own form. */
function isoOf(text: string): string {
  return new Date(text).toISOString();
}

function iso(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}
