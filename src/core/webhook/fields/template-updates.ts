import { languageCode, statusOfEvent } from '../../templates/template-status.js';
import type { EventCollector } from '../event-collector.js';
import { asText, type JsonObject } from '../json-value.js';
import { knownKeys } from '../known-keys.js';
import type { NoticePlace, TemplateEvent } from '../webhook-event.js';
import type { WebhookField } from './webhook-field.js';

type News = Pick<TemplateEvent, 'status' | 'category' | 'qualityScore' | 'reason' | 'isOfContent'>;

const NO_NEWS: News = { status: null, category: null, qualityScore: null, reason: null, isOfContent: false };
const NAMING = 'message_template_id message_template_name message_template_language';

/** Field `message_template_status_update`: a review ended, a template was paused, disabled, deleted, … */
export const templateStatus: WebhookField = {
  isRoot: false,
  // The documentation shows a change of quality under this field as well.
  knownKeys: knownKeys(
    `${NAMING} event reason message_template_category rejection_info other_info disable_info ` +
      'previous_quality_score new_quality_score',
  ),
  parse: (value, place, events) => {
    const event = asText(value.event);
    add(value, place, events, {
      status: event === null ? null : statusOfEvent(event),
      category: asText(value.message_template_category),
      qualityScore: asText(value.new_quality_score),
      reason: asText(value.reason),
    });
  },
};

/** Field `message_template_quality_update`. */
export const templateQuality: WebhookField = {
  isRoot: false,
  knownKeys: knownKeys(`${NAMING} previous_quality_score new_quality_score`),
  parse: (value, place, events) => add(value, place, events, { qualityScore: asText(value.new_quality_score) }),
};

/** Field `template_category_update`: `correct_category` is what it will be, `new_category` what it is. */
export const templateCategory: WebhookField = {
  isRoot: false,
  knownKeys: knownKeys(`${NAMING} previous_category new_category correct_category category_update_timestamp`),
  parse: (value, place, events) => add(value, place, events, { category: asText(value.new_category) }),
};

/** Field `message_template_components_update`: tells that the content changed, but not all of it. */
export const templateComponents: WebhookField = {
  isRoot: false,
  knownKeys: knownKeys(
    `${NAMING} message_template_title message_template_element message_template_footer message_template_buttons`,
  ),
  parse: (value, place, events) => add(value, place, events, { isOfContent: true }),
};

function add(value: JsonObject, place: NoticePlace, events: EventCollector, news: Partial<News>): void {
  const templateId = asText(value.message_template_id);
  const name = asText(value.message_template_name);
  const language = asText(value.message_template_language);
  if (templateId === null || name === null || language === null) {
    events.addUnknown(place, 'template_without_name', value);
    return;
  }
  events.add({
    kind: 'template',
    ...place,
    templateId,
    name,
    language: languageCode(language),
    ...NO_NEWS,
    ...news,
    raw: value,
  });
}
