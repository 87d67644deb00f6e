import { countryOf } from '../analytics/country.js';
import type { NodeFields } from '../graph/fields.js';
import type { Accounts } from './accounts.js';
import { phoneStatus } from './phone-record.js';
import { DEFAULTS, displayPhoneNumber, type PhoneNumber, throughputLevel, type Waba } from './platform-state.js';

/** What fields are read from beside the node itself. */
export interface FieldSources {
  readonly accounts: Accounts;
  /** Callback of the app, for `webhook_configuration`. */
  readonly appCallback: () => string | undefined;
  /** The portfolio's messaging limit, such as TIER_250. */
  readonly messagingLimit: () => string;
}

/** Fields of a phone number (cloud-api.md §7). */
export function phoneFields({ accounts, appCallback, messagingLimit }: FieldSources): NodeFields<PhoneNumber> {
  const of = ({ id }: PhoneNumber) => accounts.phoneOf(id);
  return {
    nodeType: 'WhatsAppBusinessPhoneNumber',
    unasked: ['verified_name', 'display_phone_number', 'quality_rating', 'id'],
    fields: {
      id: ({ id }) => id,
      display_phone_number: displayPhoneNumber,
      country_code: ({ digits }) => countryOf(digits),
      country_dial_code: ({ digits }) => (digits.startsWith('1') ? '1' : digits.slice(0, 2)),
      verified_name: (number) => of(number).verifiedName,
      quality_rating: ({ qualityRating }) => qualityRating,
      quality_score: ({ qualityRating }) => ({ score: qualityRating }),
      status: (number) => phoneStatus(of(number)),
      name_status: (number) => of(number).nameStatus,
      new_display_name: (number) => of(number).newName,
      new_name_status: (number) => of(number).newNameStatus ?? 'NONE',
      code_verification_status: (number) => of(number).codeVerification,
      throughput: (number) => ({ level: throughputLevel(number) }),
      is_on_biz_app: ({ isOnBizApp }) => isOnBizApp,
      is_official_business_account: (number) => of(number).isOfficial,
      is_pin_enabled: (number) => of(number).pin !== undefined,
      is_preverified_number: () => false,
      whatsapp_business_manager_messaging_limit: () => messagingLimit(),
      messaging_limit_tier: () => messagingLimit(),
      platform_type: () => 'CLOUD_API',
      host_platform: () => 'CLOUD_API',
      account_mode: (number) => of(number).accountMode,
      search_visibility: (number) => of(number).searchVisibility,
      username: (number) => of(number).username,
      last_onboarded_time: (number) => new Date(of(number).lastOnboardedAtMs).toISOString(),
      certificate: () => undefined,
      new_certificate: () => undefined,
      official_business_account: (number) => ({ oba_status: of(number).isOfficial ? 'APPROVED' : 'NOT_STARTED' }),
      webhook_configuration: ({ id, wabaId }) => ({
        ...named('phone_number', accounts.phoneOf(id).overrideUri),
        ...named('whatsapp_business_account', accounts.wabaOf(wabaId).overrideUri),
        ...named('application', appCallback()),
      }),
      health_status: (number) => accounts.phoneHealth(number),
    },
  };
}

const named = (key: string, uri: string | undefined) => (uri === undefined ? {} : { [key]: uri });

/** Fields of a WhatsApp Business Account (cloud-api.md §7). */
export function wabaFields({ accounts, messagingLimit }: FieldSources): NodeFields<Waba> {
  const of = ({ id }: Waba) => accounts.wabaOf(id);
  return accounts.withExtraFields({
    nodeType: 'WhatsAppBusinessAccount',
    unasked: ['id', 'name', 'timezone_id', 'message_template_namespace'],
    fields: {
      id: ({ id }) => id,
      name: (waba) => of(waba).name,
      currency: (waba) => of(waba).currency,
      timezone_id: (waba) => of(waba).timezoneId,
      country: (waba) => of(waba).country,
      message_template_namespace: ({ id }) => namespaceOf(id),
      account_review_status: (waba) => of(waba).reviewStatus,
      business_verification_status: (waba) => (of(waba).isVerified ? 'verified' : 'not_verified'),
      ownership_type: () => 'SELF',
      status: (waba) => of(waba).status,
      is_enabled_for_insights: (waba) => of(waba).insights === 'enabled',
      disable_marketing_messages_on_cloud_api: (waba) => of(waba).isMarketingOffMessages,
      owner_business_info: () => ({ name: DEFAULTS.businessName, id: DEFAULTS.businessId }),
      on_behalf_of_business_info: () => ({
        name: DEFAULTS.businessName,
        id: DEFAULTS.businessId,
        status: 'APPROVED',
        type: 'SELF',
      }),
      primary_business_location: (waba) => of(waba).country,
      marketing_messages_lite_api_status: () => 'INELIGIBLE',
      marketing_messages_onboarding_status: () => 'ELIGIBLE',
      whatsapp_business_manager_messaging_limit: () => messagingLimit(),
      health_status: ({ id }) => accounts.healthOf(id),
    },
  });
}

/** A namespace of the form Meta's have (`ba30dd89_2ebd_41e4_b805_f2c05ae04cc9`), the same for an account in every run. */
function namespaceOf(wabaId: string): string {
  const hex = BigInt(wabaId).toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('_');
}
