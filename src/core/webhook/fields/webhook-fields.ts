import { messages } from './messages.js';
import { phoneNumberQualityUpdate } from './phone-number-quality-update.js';
import type { WebhookField } from './webhook-field.js';

/** The fields we read, by the name Meta gives them. A new field is a file beside this one and a line here. */
export const WEBHOOK_FIELDS: ReadonlyMap<string, WebhookField> = new Map([
  ['messages', messages],
  ['phone_number_quality_update', phoneNumberQualityUpdate],
]);
