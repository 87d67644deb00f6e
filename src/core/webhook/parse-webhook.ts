import { EventCollector } from './event-collector.js';
import { WEBHOOK_FIELDS } from './fields/webhook-fields.js';
import { asArray, asObject, asText, type JsonObject, type JsonValue } from './json-value.js';
import { knownKeys, noteUnknownKeys } from './known-keys.js';
import { parseTimestamp } from './parse-timestamp.js';
import { readJson } from './read-json.js';
import type { NoticePlace, WebhookEvent } from './webhook-event.js';

/** What one webhook body says. */
export interface ParsedWebhook {
  /** In the order of the body. At least one, unless the body is malformed. */
  readonly events: readonly WebhookEvent[];
  /**
   * Paths of keys that we do not know, each once, for the drift report: `body.foo`, `entry[].foo`, `changes[].foo`,
   * within the value of `messages` `foo` and `statuses[].foo`, within other values `<field>.foo`.
   */
  readonly unknownKeys: readonly string[];
  /** `empty`, `not_json` or `not_an_object` when the body cannot hold events, else null. */
  readonly malformed: 'empty' | 'not_json' | 'not_an_object' | null;
}

const OBJECT = 'whatsapp_business_account';
const NOWHERE = { wabaId: '', field: '', toldAt: null };
const BODY_KEYS = knownKeys('object entry');
const ENTRY_KEYS = knownKeys('id time changes');
const CHANGE_KEYS = knownKeys('field value');

/**
 * Reads a webhook body into events. Total: it throws on no bytes whatever, and whatever it cannot read comes back as
 * an event of kind `unknown`, because Meta redelivers for seven days what is refused, and what is dropped silently is
 * never found again. Does not verify the signature.
 * Rule: Meta, "Webhooks: payload" (`object`, `entry[].changes[].{field, value}`).
 */
export function parseWebhook(body: Buffer): ParsedWebhook {
  if (body.length === 0) return malformed('empty');
  const reading = readJson(body);
  if (reading === null) return malformed('not_json');
  const root = asObject(reading.value);
  if (root === null) return malformed('not_an_object');
  const events = new EventCollector();
  const unknownKeys = new Set<string>();
  if (reading.isCut) events.addUnknown(NOWHERE, 'nested_too_deeply', null);
  noteUnknownKeys(root, BODY_KEYS, 'body', unknownKeys);
  addBody(root, events, unknownKeys);
  return { events: events.events, unknownKeys: [...unknownKeys], malformed: null };
}

function malformed(reason: ParsedWebhook['malformed']): ParsedWebhook {
  return { events: [], unknownKeys: [], malformed: reason };
}

function addBody(root: JsonObject, events: EventCollector, unknownKeys: Set<string>): void {
  const entries = asArray(root.entry);
  // Some of Meta's samples lack `object`; only one that names another product is not ours.
  if (root.object !== undefined && root.object !== OBJECT) events.addUnknown(NOWHERE, 'foreign_object', root);
  else if (entries === null || entries.length === 0) events.addUnknown(NOWHERE, 'body_without_entry', root);
  else for (const entry of entries) addEntry(entry, events, unknownKeys);
}

function addEntry(value: JsonValue, events: EventCollector, unknownKeys: Set<string>): void {
  const entry = asObject(value);
  if (entry === null) {
    events.addUnknown(NOWHERE, 'entry_not_object', value);
    return;
  }
  noteUnknownKeys(entry, ENTRY_KEYS, 'entry[]', unknownKeys);
  const wabaId = asText(entry.id);
  const place = { wabaId: wabaId ?? '', field: '', toldAt: parseTimestamp(entry.time) };
  const changes = asArray(entry.changes);
  if (wabaId === null) events.addUnknown(NOWHERE, 'entry_without_id', entry);
  else if (changes === null || changes.length === 0) {
    events.addUnknown(place, 'entry_without_changes', entry);
  } else for (const change of changes) addChange(change, place, events, unknownKeys);
}

function addChange(item: JsonValue, entry: NoticePlace, events: EventCollector, unknownKeys: Set<string>): void {
  const change = asObject(item);
  if (change === null) {
    events.addUnknown(entry, 'change_not_object', item);
    return;
  }
  noteUnknownKeys(change, CHANGE_KEYS, 'changes[]', unknownKeys);
  const field = asText(change.field);
  if (field === null) {
    events.addUnknown(entry, 'change_without_field', change);
    return;
  }
  const place = { ...entry, field };
  const parser = WEBHOOK_FIELDS.get(field);
  const value = asObject(change.value);
  if (parser === undefined) events.addUnknown(place, 'unhandled_field', change.value ?? null);
  else if (value === null) events.addUnknown(place, 'value_not_object', change.value ?? null);
  else {
    noteUnknownKeys(value, parser.knownKeys, parser.isRoot ? '' : field, unknownKeys);
    parser.parse(value, place, events);
  }
}
