import { businessCapabilityUpdate } from './business-capability-update.js';
import { messages } from './messages.js';
import { phoneNumberQualityUpdate } from './phone-number-quality-update.js';
import { templateCategory, templateComponents, templateQuality, templateStatus } from './template-updates.js';
import { userPreferences } from './user-preferences.js';
import type { WebhookField } from './webhook-field.js';

/** The fields we read, by the name Meta gives them. A new field is a file beside this one and a line here. */
export const WEBHOOK_FIELDS: ReadonlyMap<string, WebhookField> = new Map([
  ['messages', messages],
  ['phone_number_quality_update', phoneNumberQualityUpdate],
  ['business_capability_update', businessCapabilityUpdate],
  ['user_preferences', userPreferences],
  ['message_template_status_update', templateStatus],
  ['message_template_quality_update', templateQuality],
  ['template_category_update', templateCategory],
  ['message_template_components_update', templateComponents],
]);
