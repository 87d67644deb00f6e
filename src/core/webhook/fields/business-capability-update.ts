import { asText } from '../json-value.js';
import { knownKeys } from '../known-keys.js';
import type { WebhookField } from './webhook-field.js';

/**
 * Field `business_capability_update`: what a portfolio may do changed. The messaging limit is `TIER_…` since 2025, a
 * number or -1 before. `max_daily_conversation_per_phone` is from when each number had a limit of its own.
 */
export const businessCapabilityUpdate: WebhookField = {
  isRoot: false,
  knownKeys: knownKeys(
    'max_daily_conversations_per_business max_daily_conversation_per_phone max_phone_numbers_per_business ' +
      'max_phone_numbers_per_waba',
  ),
  parse(value, place, events) {
    const messagingLimit = asText(value.max_daily_conversations_per_business);
    events.add({ kind: 'capability', ...place, messagingLimit, raw: value });
  },
};
