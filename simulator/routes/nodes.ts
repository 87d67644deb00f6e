import { DEFAULTS, displayPhoneNumber, type PhoneNumber, throughputLevel, type Waba } from '../state.js';
import type { NodeFields } from './fields.js';

/** Like Meta's, health says AVAILABLE whatever is going on (cloud-api.md §0.1 #7). */
const healthOf = (entityType: string, id: string) => ({
  can_send_message: 'AVAILABLE',
  entities: [
    { entity_type: entityType, id, can_send_message: 'AVAILABLE' },
    { entity_type: 'BUSINESS', id: DEFAULTS.businessId, can_send_message: 'AVAILABLE' },
    { entity_type: 'APP', id: DEFAULTS.appId, can_send_message: 'AVAILABLE' },
  ],
});

/** Fields of a phone number (cloud-api.md §7). */
export const PHONE_FIELDS: NodeFields<PhoneNumber> = {
  nodeType: 'WhatsAppBusinessPhoneNumber',
  unasked: ['verified_name', 'display_phone_number', 'quality_rating', 'id'],
  fields: {
    id: ({ id }) => id,
    display_phone_number: displayPhoneNumber,
    verified_name: () => DEFAULTS.businessName,
    quality_rating: ({ qualityRating }) => qualityRating,
    status: () => 'CONNECTED',
    name_status: () => 'APPROVED',
    code_verification_status: () => 'VERIFIED',
    throughput: (number) => ({ level: throughputLevel(number) }),
    is_on_biz_app: ({ isOnBizApp }) => isOnBizApp,
    is_official_business_account: () => false,
    is_pin_enabled: () => true,
    whatsapp_business_manager_messaging_limit: () => 'TIER_UNLIMITED',
    platform_type: () => 'CLOUD_API',
    account_mode: () => 'LIVE',
    webhook_configuration: () => ({}),
    health_status: ({ id }) => healthOf('PHONE_NUMBER', id),
  },
};

/** Fields of a WhatsApp Business Account (cloud-api.md §7). */
export const WABA_FIELDS: NodeFields<Waba> = {
  nodeType: 'WhatsAppBusinessAccount',
  unasked: ['id', 'name', 'timezone_id', 'message_template_namespace'],
  fields: {
    id: ({ id }) => id,
    name: ({ name }) => name,
    currency: () => 'USD',
    timezone_id: () => '1',
    country: () => 'US',
    message_template_namespace: ({ id }) => `namespace_of_${id}`,
    account_review_status: () => 'APPROVED',
    business_verification_status: () => 'verified',
    ownership_type: () => 'SELF',
    status: () => 'ACTIVE',
    owner_business_info: () => ({ name: DEFAULTS.businessName, id: DEFAULTS.businessId }),
    marketing_messages_lite_api_status: () => 'INELIGIBLE',
    whatsapp_business_manager_messaging_limit: () => 'TIER_UNLIMITED',
    health_status: ({ id }) => healthOf('WABA', id),
  },
};
