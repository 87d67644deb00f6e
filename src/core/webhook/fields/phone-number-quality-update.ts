import { asText } from '../json-value.js';
import { knownKeys } from '../known-keys.js';
import type { WebhookField } from './webhook-field.js';

/**
 * Field `phone_number_quality_update`: throughput and messaging limit of a number changed.
 * Meta replaced `current_limit` by `max_daily_conversations_per_business` in February 2026; the newer name wins.
 */
export const phoneNumberQualityUpdate: WebhookField = {
  isRoot: false,
  knownKeys: knownKeys('display_phone_number event current_limit old_limit max_daily_conversations_per_business'),
  parse(value, place, events) {
    const displayPhoneNumber = asText(value.display_phone_number);
    const event = asText(value.event);
    if (displayPhoneNumber === null || event === null) {
      events.addUnknown(place, 'quality_without_event', value);
      return;
    }
    const currentLimit = asText(value.max_daily_conversations_per_business) ?? asText(value.current_limit);
    events.add({ kind: 'phone_quality', ...place, displayPhoneNumber, event, currentLimit, raw: value });
  },
};
