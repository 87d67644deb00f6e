import { asArray, asObject, asText, type JsonObject, type JsonValue } from '../json-value.js';
import type { UserIdentity } from './user-identity.js';

/** The `contacts[]` of a value, ready to be asked for the one that belongs to a status or message. */
export interface Contacts {
  /** By `wa_id` and by `user_id`: the two never look alike. */
  readonly byId: ReadonlyMap<string, JsonObject>;
  /** The contact, when there is just one. */
  readonly only: JsonObject | null;
}

const NO_CONTACTS: Contacts = { byId: new Map(), only: null };

/** Indexes `contacts[]`; whatever is not a contact is passed over, and the first of two with the same id wins. */
export function indexContacts(contacts: JsonValue | undefined): Contacts {
  const items = asArray(contacts);
  if (items === null || items.length === 0) return NO_CONTACTS;
  const byId = new Map<string, JsonObject>();
  for (const item of items) {
    const contact = asObject(item);
    if (contact === null) continue;
    for (const id of [asText(contact.wa_id), asText(contact.user_id)]) {
      if (id !== null && !byId.has(id)) byId.set(id, contact);
    }
  }
  return { byId, only: items.length === 1 ? asObject(items[0]) : null };
}

/**
 * The contact that describes this person, or null. Where either side carries no id to compare, a contact that stands
 * alone is taken to be the person; one with another id never is.
 */
export function contactOf(person: UserIdentity, { byId, only }: Contacts): JsonObject | null {
  const ids = [person.phone, person.userId].filter((id) => id !== null);
  for (const id of ids) {
    const contact = byId.get(id);
    if (contact !== undefined) return contact;
  }
  return ids.length === 0 || byId.size === 0 ? only : null;
}
