import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseWebhook } from './parse-webhook.js';
import type { WebhookEvent } from './webhook-event.js';

const FOLDER = new URL('../../../test/fixtures/webhooks/', import.meta.url);

/** What each file must become. A file that is missing here, or a line without a file, fails. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'business_capability_update/endless.json': ['capability -1'],
  'business_capability_update/number.json': ['capability 2000'],
  'business_capability_update/per-phone.json': ['capability null'],
  'business_capability_update/tier.json': ['capability TIER_2K'],
  'envelope/broken-entries.json': [
    'entry_not_object',
    'entry_without_id',
    'entry_without_changes',
    'entry_without_changes',
    'change_not_object',
    'change_without_field',
  ],
  'envelope/field-in-wrong-place.json': ['change_without_field'],
  'envelope/foreign-object.json': ['foreign_object'],
  'envelope/no-entry.json': ['body_without_entry'],
  'malformed/array.txt': [],
  'malformed/comment-and-placeholder.txt': [],
  'malformed/html.txt': [],
  'malformed/trailing-comma.txt': [],
  'malformed/truncated.txt': [],
  'messages/audio.json': ['inbound audio'],
  'messages/batch-of-two-accounts.json': ['status sent', 'quality ONBOARDING', 'inbound text'],
  'messages/button.json': ['inbound button'],
  'messages/contacts.json': ['inbound contacts'],
  'messages/document.json': ['inbound document'],
  'messages/image.json': ['inbound image'],
  'messages/interactive-button-reply.json': ['inbound interactive'],
  'messages/interactive-flow-reply.json': ['inbound interactive'],
  'messages/interactive-list-reply.json': ['inbound interactive'],
  'messages/location.json': ['inbound location'],
  'messages/numbers-for-ids.json': ['inbound text'],
  'messages/order.json': ['inbound order'],
  'messages/reaction.json': ['inbound reaction'],
  'messages/status-batch-with-bad-items.json': [
    'status sent',
    'item_not_object',
    'item_not_object',
    'item_without_id',
    'status_without_status',
    'status delivered',
  ],
  'messages/status-delivered-empty-recipient.json': ['status delivered'],
  'messages/status-delivered.json': ['status delivered'],
  'messages/status-failed-131049.json': ['status failed'],
  'messages/status-milliseconds.json': ['status sent'],
  'messages/status-read-group.json': ['status read', 'status delivered'],
  'messages/status-read-user-id-only.json': ['status read'],
  'messages/status-sent.json': ['status sent'],
  'messages/status-unknown-keys.json': ['unhandled_key', 'status sent', 'status delivered'],
  'messages/status-unknown-word.json': ['status warning'],
  'messages/sticker.json': ['inbound sticker'],
  'messages/system-user-changed-number.json': ['inbound system'],
  'messages/text-awkward-characters.json': ['inbound text'],
  'messages/text-contact-without-profile.json': ['inbound text'],
  'messages/text-referral.json': ['inbound text'],
  'messages/text-reply.json': ['inbound text'],
  'messages/text-user-id-in-from.json': ['inbound text'],
  'messages/text-user-id-only.json': ['inbound text'],
  'messages/text-without-from.json': ['inbound text'],
  'messages/text.json': ['inbound text'],
  'messages/unsupported.json': ['inbound unsupported'],
  'messages/user-actions.json': ['unhandled_key'],
  'messages/value-errors.json': ['value_errors'],
  'messages/value-null.json': ['value_not_object'],
  'messages/value-without-items.json': ['value_without_items'],
  'phone_number_quality_update/downgrade.json': ['quality DOWNGRADE'],
  'phone_number_quality_update/onboarding-2026.json': ['quality ONBOARDING'],
  'phone_number_quality_update/throughput-upgrade.json': ['quality THROUGHPUT_UPGRADE'],
  'phone_number_quality_update/without-event.json': ['quality_without_event'],
  'template_updates/category-impending.json': ['template category UTILITY'],
  'template_updates/components.json': ['template content'],
  'template_updates/flagged.json': ['template'],
  'template_updates/quality.json': ['template quality YELLOW'],
  'template_updates/status-approved.json': ['template status APPROVED'],
  'template_updates/status-rejected.json': ['template status REJECTED'],
  'template_updates/without-name.json': ['template_without_name'],
  'unhandled/account-update-disabled.json': ['unhandled_field'],
  'unhandled/future-field.json': ['unhandled_field'],
  'unhandled/prototype-fields.json': ['unhandled_field', 'unhandled_field', 'unhandled_key', 'status sent'],
  'user_preferences/no-list.json': ['list_not_array'],
  'user_preferences/odd-items.json': ['item_not_object', 'preference a future word'],
  'user_preferences/resume-user-id-only.json': ['preference resume'],
  'user_preferences/stop.json': ['preference stop'],
};

/** Fixtures that are about keys we do not know; all others must report none. */
const WITH_UNKNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  'envelope/field-in-wrong-place.json': ['entry[].field', 'entry[].object'],
  'messages/status-unknown-keys.json': ['body.extra', 'surprise', 'statuses[].foo', 'statuses[].pricing.bar'],
  'unhandled/prototype-fields.json': ['body.__proto__', 'metadata.__proto__', '__proto__', 'statuses[].__proto__'],
};

function summaryOf(event: WebhookEvent): string {
  if (event.kind === 'status') return `status ${event.status}`;
  if (event.kind === 'inbound_message') return `inbound ${event.type}`;
  if (event.kind === 'user_preference') return `preference ${event.value}`;
  if (event.kind === 'template') return templateSummaryOf(event);
  if (event.kind === 'capability') return `capability ${event.messagingLimit}`;
  return event.kind === 'phone_quality' ? `quality ${event.event}` : event.reason;
}

function templateSummaryOf(event: Extract<WebhookEvent, { kind: 'template' }>): string {
  const told = { status: event.status, category: event.category, quality: event.qualityScore };
  const words = Object.entries(told).flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]));
  return ['template', ...words, ...(event.isOfContent ? ['content'] : [])].join(' ');
}

const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.(json|txt)$/.test(file))
  .sort();

describe('the webhook fixtures', () => {
  it('are exactly those that have an expectation', () => {
    expect(files).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(files)('reads %s as expected', (file) => {
    const parsed = parseWebhook(readFileSync(new URL(file, FOLDER)));
    expect(parsed.events.map(summaryOf)).toEqual(EXPECTED[file]);
    expect([...parsed.unknownKeys].sort()).toEqual([...(WITH_UNKNOWN_KEYS[file] ?? [])].sort());
    expect(parsed.malformed === null).toBe(!file.startsWith('malformed/'));
  });
});
