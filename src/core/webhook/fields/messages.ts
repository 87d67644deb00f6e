import { parseErrorReports } from '../../meta-errors/meta-error-report.js';
import type { EventCollector } from '../event-collector.js';
import { asArray, asObject, asText, type JsonObject, type JsonValue } from '../json-value.js';
import { parseTimestamp } from '../parse-timestamp.js';
import type { NoticePlace, UnknownReason } from '../webhook-event.js';
import { type Contacts, contactOf, indexContacts } from './contacts.js';
import { MESSAGE_VALUE_KEYS } from './message-keys.js';
import { parseUserIdentity } from './user-identity.js';
import type { WebhookField } from './webhook-field.js';

/** What all items of one value share. */
interface ValueScope {
  readonly place: NoticePlace;
  readonly phoneNumberId: string | null;
  readonly displayPhoneNumber: string | null;
  readonly contacts: Contacts;
  readonly events: EventCollector;
}

type ItemParser = (item: JsonObject, wamid: string, scope: ValueScope) => void;

/** Keys of the value that say something about its items but are none themselves. */
const FRAME = new Set(['messaging_product', 'metadata', 'contacts']);
const ITEMS: ReadonlyMap<string, ItemParser> = new Map([
  ['statuses', addStatus],
  ['messages', addMessage],
]);

/**
 * Field `messages`: statuses of our messages and messages of people. One bad item never costs its neighbours.
 * Rule: Meta, webhook reference of `messages` and its `statuses` object.
 */
export const messages: WebhookField = {
  isRoot: true,
  knownKeys: MESSAGE_VALUE_KEYS,
  parse(value, place, events) {
    const metadata = asObject(value.metadata);
    const scope: ValueScope = {
      place,
      phoneNumberId: asText(metadata?.phone_number_id),
      displayPhoneNumber: asText(metadata?.display_phone_number),
      contacts: indexContacts(value.contacts),
      events,
    };
    const before = events.count;
    for (const key of Object.keys(value)) {
      const parser = ITEMS.get(key);
      if (parser !== undefined) addItems(value[key], parser, scope);
      else if (!FRAME.has(key)) addRest(key, value[key] ?? null, scope);
    }
    if (events.count === before) events.addUnknown(place, 'value_without_items', value);
  },
};

function addItems(list: JsonValue | undefined, addItem: ItemParser, scope: ValueScope): void {
  const items = asArray(list);
  if (items === null) {
    scope.events.addUnknown(scope.place, 'list_not_array', list ?? null);
    return;
  }
  for (const item of items) {
    const object = asObject(item);
    const wamid = asText(object?.id);
    if (object === null) scope.events.addUnknown(scope.place, 'item_not_object', item);
    else if (wamid === null) scope.events.addUnknown(scope.place, 'item_without_id', item);
    else addItem(object, wamid, scope);
  }
}

function addRest(key: string, content: JsonValue, { place, events }: ValueScope): void {
  const reason: UnknownReason = key === 'errors' ? 'value_errors' : 'unhandled_key';
  // fromEntries and not a literal: the key may be `__proto__`.
  events.addUnknown(place, reason, Object.fromEntries([[key, content]]));
}

function addStatus(item: JsonObject, wamid: string, scope: ValueScope): void {
  const { place, phoneNumberId, displayPhoneNumber, contacts, events } = scope;
  const status = asText(item.status);
  if (status === null) {
    events.addUnknown(place, 'status_without_status', item);
    return;
  }
  const recipient = parseUserIdentity(item.recipient_id, item.recipient_user_id);
  events.add({
    kind: 'status',
    wabaId: place.wabaId,
    field: place.field,
    phoneNumberId,
    displayPhoneNumber,
    wamid,
    status,
    at: parseTimestamp(item.timestamp),
    recipientId: recipient.phone,
    recipientUserId: recipient.userId ?? asText(contactOf(recipient, contacts)?.user_id),
    callbackData: asText(item.biz_opaque_callback_data),
    errors: parseErrorReports(item.errors),
    pricing: asObject(item.pricing),
    conversation: asObject(item.conversation),
    raw: item,
  });
}

function addMessage(item: JsonObject, wamid: string, scope: ValueScope): void {
  const { place, phoneNumberId, contacts, events } = scope;
  const sender = parseUserIdentity(item.from, item.from_user_id);
  events.add({
    kind: 'inbound_message',
    wabaId: place.wabaId,
    field: place.field,
    phoneNumberId,
    wamid,
    type: asText(item.type) ?? 'unknown',
    from: sender.phone,
    fromUserId: sender.userId,
    at: parseTimestamp(item.timestamp),
    contact: contactOf(sender, contacts),
    contextMessageId: asText(asObject(item.context)?.id),
    raw: item,
  });
}
