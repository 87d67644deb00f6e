import { fieldUpdate, type WebhookUpdate } from '../webhooks/envelope.js';
import type { PhoneNumber } from './platform-state.js';
import type { WabaRecord } from './waba-record.js';

/** What a business is told when Meta locks its account or lets it go again (cloud-api.md §4.4). */
export function lockNotice(wabaId: string, { lock }: WabaRecord, atMs: number): WebhookUpdate {
  if (!lock) {
    const value = { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'REINSTATE', waba_ban_date: dateOf(atMs) } };
    return fieldUpdate('account_update', wabaId, value, atMs);
  }
  if (lock.code === 368) {
    const value = { event: 'ACCOUNT_VIOLATION', violation_info: { violation_type: 'ADULT' } };
    return fieldUpdate('account_update', wabaId, value, atMs);
  }
  const value = { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'DISABLE', waba_ban_date: dateOf(atMs) } };
  return fieldUpdate('account_update', wabaId, value, atMs);
}

/** As on Meta's page of account_update: `June 23, 2026`. */
const dateOf = (atMs: number): string =>
  new Date(atMs).toLocaleDateString('en-US', { month: 'long', day: 'numeric', year: 'numeric', timeZone: 'UTC' });

/** A display name has been judged. */
export function nameNotice(number: PhoneNumber, name: string, isApproved: boolean, atMs: number): WebhookUpdate {
  const value = {
    display_phone_number: number.digits,
    decision: isApproved ? 'APPROVED' : 'REJECTED',
    requested_verified_name: name,
    rejection_reason: isApproved ? null : 'NAME_NOT_RELATED_TO_BUSINESS',
  };
  return fieldUpdate('phone_number_name_update', number.wabaId, value, atMs);
}

/** The PIN of the two-step verification was changed. */
export function pinNotice(number: PhoneNumber, requester: string, atMs: number): WebhookUpdate {
  const value = { display_phone_number: number.digits, event: 'PIN_CHANGED', requester };
  return fieldUpdate('security', number.wabaId, value, atMs);
}
