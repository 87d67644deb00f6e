import type { EventCollector } from '../event-collector.js';
import type { JsonObject } from '../json-value.js';
import type { KnownKeys } from '../known-keys.js';
import type { NoticePlace } from '../webhook-event.js';

/** How the `value` of one webhook field is read. */
export interface WebhookField {
  /** Keys of the value that Meta is known to send; others are reported, never dropped. */
  readonly knownKeys: KnownKeys;
  /** Whether the keys of the value are reported under their own names rather than under the name of the field. */
  readonly isRoot: boolean;
  /** Adds the events of the value. Total: any object gives at least one event, none makes it throw. */
  parse(value: JsonObject, place: NoticePlace, events: EventCollector): void;
}
