import type { MetaErrorReport } from '../meta-errors/meta-error-report.js';
import type { JsonObject, JsonValue } from './json-value.js';

/**
 * One thing a webhook of Meta's tells us. A body holds up to 1000 of them, of several accounts and fields mixed.
 * All texts are as Meta sent them: they may hold NUL or lone surrogates, which Postgres refuses in text and jsonb.
 */
export type WebhookEvent =
  | StatusEvent
  | InboundMessageEvent
  | UserPreferenceEvent
  | PhoneQualityEvent
  | CapabilityEvent
  | TemplateEvent
  | UnknownWebhookEvent;

/** What every event knows of where it stood in the body. */
export interface WebhookPlace {
  /** `entry[].id` as text; for a few account fields this is a business portfolio. Empty when the body names none. */
  readonly wabaId: string;
  /** `changes[].field`, the subscription the event belongs to. Empty when the body names none. */
  readonly field: string;
}

/** Where an event stood that is about an account rather than about one message. */
export interface NoticePlace extends WebhookPlace {
  /**
   * `entry[].time`, to the second: when Meta tells it, the same in every redelivery. Null where Meta writes none, as in
   * entries of the field `messages`.
   */
  readonly toldAt: Date | null;
}

/** A message of ours went a step further (field `messages`, `statuses[]`). */
export interface StatusEvent extends WebhookPlace {
  readonly kind: 'status';
  readonly phoneNumberId: string | null;
  readonly displayPhoneNumber: string | null;
  readonly wamid: string;
  /** sent, delivered, read, played, failed, deleted, …: an open set, new words must be expected. */
  readonly status: string;
  /** When Meta says it happened, to the second. */
  readonly at: Date | null;
  /** Phone number or group id. Meta leaves it out for recipients known by user id only (2026). */
  readonly recipientId: string | null;
  /** Business-scoped user id (BSUID), from the status or from the contact that stands beside it. */
  readonly recipientUserId: string | null;
  /** `biz_opaque_callback_data`, as it was given with the send. */
  readonly callbackData: string | null;
  readonly errors: readonly MetaErrorReport[];
  readonly pricing: JsonObject | null;
  readonly conversation: JsonObject | null;
  /** The whole status object, keys unknown to us included. */
  readonly raw: JsonObject;
}

/** A person wrote to the business (field `messages`, `messages[]`). */
export interface InboundMessageEvent extends WebhookPlace {
  readonly kind: 'inbound_message';
  readonly phoneNumberId: string | null;
  readonly wamid: string;
  /** text, image, interactive, …: an open set; `unknown` when Meta names none. */
  readonly type: string;
  /** The sender's phone number; absent for people known by user id only (2026). Never a BSUID. */
  readonly from: string | null;
  /** The sender's business-scoped user id (BSUID). */
  readonly fromUserId: string | null;
  readonly at: Date | null;
  /** The entry of `contacts[]` that describes the sender. */
  readonly contact: JsonObject | null;
  /** The wamid this message answers or quotes. */
  readonly contextMessageId: string | null;
  /** The whole message object, keys unknown to us included. */
  readonly raw: JsonObject;
}

/** A person set what they want of this business's marketing messages (field `user_preferences`). */
export interface UserPreferenceEvent extends NoticePlace {
  readonly kind: 'user_preference';
  readonly phoneNumberId: string | null;
  readonly phone: string | null;
  readonly userId: string | null;
  /** marketing_messages; an open set. */
  readonly category: string | null;
  /** stop, resume, signup; an open set. */
  readonly value: string | null;
  readonly at: Date | null;
  readonly raw: JsonObject;
}

/** Meta changed what a number may do (field `phone_number_quality_update`). */
export interface PhoneQualityEvent extends NoticePlace {
  readonly kind: 'phone_quality';
  readonly displayPhoneNumber: string;
  /** ONBOARDING, THROUGHPUT_UPGRADE; older FLAGGED, UNFLAGGED, UPGRADE, DOWNGRADE. Open set. */
  readonly event: string;
  /** TIER_50 … TIER_UNLIMITED: `current_limit`, or what replaced it in 2026. */
  readonly currentLimit: string | null;
  readonly raw: JsonObject;
}

/** Meta changed what a portfolio may do (field `business_capability_update`). */
export interface CapabilityEvent extends NoticePlace {
  readonly kind: 'capability';
  /** TIER_250 … TIER_UNLIMITED; older 2000, or -1 for none. Null when it is about something else. */
  readonly messagingLimit: string | null;
  readonly raw: JsonObject;
}

/** Meta tells news of a message template (four fields, see `fields/template-updates.ts`); what it does not tell is null. */
export interface TemplateEvent extends NoticePlace {
  readonly kind: 'template';
  readonly templateId: string;
  readonly name: string;
  /** As REST writes it: en_US. */
  readonly language: string;
  /** APPROVED, PAUSED, …: an open set. */
  readonly status: string | null;
  readonly category: string | null;
  readonly qualityScore: string | null;
  /** Why it was rejected. */
  readonly reason: string | null;
  /** Whether its content is another one now. */
  readonly isOfContent: boolean;
  readonly raw: JsonObject;
}

/** Whatever we have no event for: kept, so that nothing is dropped silently. */
export interface UnknownWebhookEvent extends NoticePlace {
  readonly kind: 'unknown';
  readonly reason: UnknownReason;
  /** The part we could not read. */
  readonly raw: JsonValue;
}

/** Why a part of a body became an {@link UnknownWebhookEvent}. A closed set, fit for a metric label. */
export type UnknownReason =
  /** Not a webhook of a WhatsApp account: `object` names another product. */
  | 'foreign_object'
  | 'body_without_entry'
  | 'entry_not_object'
  /** Without `entry[].id` nobody can say whose it is. */
  | 'entry_without_id'
  | 'entry_without_changes'
  | 'change_not_object'
  | 'change_without_field'
  /** A field we have no parser for. */
  | 'unhandled_field'
  | 'value_not_object'
  /** `value.errors`: errors of the account or number rather than of one message. */
  | 'value_errors'
  /** A key of the value that we do not read, such as `user_actions`. */
  | 'unhandled_key'
  /** A value of `messages` with neither statuses nor messages nor anything else. */
  | 'value_without_items'
  | 'list_not_array'
  | 'item_not_object'
  | 'item_without_id'
  | 'status_without_status'
  | 'quality_without_event'
  | 'template_without_name'
  /** Parts were nested too deeply and cut off (`raw` is null; the stored bytes still have them). */
  | 'nested_too_deeply'
  /** Stands for all further unreadable parts of this body (`raw` is null). */
  | 'too_many_unknown';
