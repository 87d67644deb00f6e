import { knownKeys } from '../known-keys.js';

const ERRORS = knownKeys('code title message href details', { error_data: knownKeys('details messaging_product') });
const MEDIA = knownKeys('id mime_type sha256 caption filename url voice animated');
const PRICING = knownKeys('billable pricing_model type category');

const CONTACTS = knownKeys('wa_id user_id parent_user_id identity_key_hash', {
  profile: knownKeys('name username country_code'),
});

const STATUSES = knownKeys(
  `id status timestamp type recipient_id recipient_user_id recipient_parent_user_id recipient_type
   recipient_participant_id recipient_participant_user_id recipient_participant_parent_user_id
   participant_recipient_id recipient_identity_key_hash biz_opaque_callback_data message`,
  {
    conversation: knownKeys('id expiration_timestamp', { origin: knownKeys('type'), pricing: PRICING }),
    pricing: PRICING,
    errors: ERRORS,
  },
);

const MESSAGES = knownKeys(
  `id type timestamp from from_user_id from_parent_user_id from_logical_id group_id to to_user_id contacts order
   identity request_welcome edit revoke`,
  {
    text: knownKeys('body preview_url'),
    image: MEDIA,
    video: MEDIA,
    audio: MEDIA,
    voice: MEDIA,
    document: MEDIA,
    sticker: MEDIA,
    location: knownKeys('latitude longitude name address url'),
    reaction: knownKeys('message_id emoji'),
    button: knownKeys('payload text'),
    interactive: knownKeys('type button_reply list_reply nfm_reply call_permission_reply'),
    system: knownKeys('body type wa_id new_wa_id user_id parent_user_id identity customer'),
    unsupported: knownKeys('type'),
    errors: ERRORS,
    context: knownKeys('from from_user_id from_parent_user_id id forwarded frequently_forwarded referred_product'),
    referral: knownKeys(
      `source_url source_type source_id headline body media_type image_url video_url thumbnail_url ctwa_clid
       welcome_message image video`,
    ),
  },
);

/**
 * Every key that Meta's documentation or a sample in the wild shows in the value of field `messages` (2025-12 to
 * 2026-09). Only for the drift report: nothing is read by this table, and a key missing here is kept all the same.
 */
export const MESSAGE_VALUE_KEYS = knownKeys('messaging_product user_actions', {
  metadata: knownKeys('display_phone_number phone_number_id'),
  contacts: CONTACTS,
  statuses: STATUSES,
  messages: MESSAGES,
  errors: ERRORS,
});
