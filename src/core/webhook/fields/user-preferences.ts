import { asArray, asObject, asText } from '../json-value.js';
import { knownKeys } from '../known-keys.js';
import { parseTimestamp } from '../parse-timestamp.js';
import { parseUserIdentity } from './user-identity.js';
import type { WebhookField } from './webhook-field.js';

/** Field `user_preferences`: a person told WhatsApp to stop or resume the marketing messages of this business. */
export const userPreferences: WebhookField = {
  isRoot: false,
  knownKeys: knownKeys('messaging_product metadata contacts', {
    user_preferences: knownKeys('wa_id user_id parent_user_id detail category value timestamp signup_id'),
  }),
  parse(value, place, events) {
    const phoneNumberId = asText(asObject(value.metadata)?.phone_number_id);
    const items = asArray(value.user_preferences);
    if (items === null) {
      events.addUnknown(place, 'list_not_array', value);
      return;
    }
    if (items.length === 0) events.addUnknown(place, 'value_without_items', value);
    for (const item of items) {
      const preference = asObject(item);
      if (preference === null) {
        events.addUnknown(place, 'item_not_object', item);
        continue;
      }
      const person = parseUserIdentity(preference.wa_id, preference.user_id);
      events.add({
        kind: 'user_preference',
        ...place,
        phoneNumberId,
        phone: person.phone,
        userId: person.userId,
        category: asText(preference.category),
        value: asText(preference.value),
        at: parseTimestamp(preference.timestamp),
        raw: preference,
      });
    }
  },
};
