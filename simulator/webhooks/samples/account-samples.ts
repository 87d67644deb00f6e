import type { Samples, Subject } from './subject.js';

const owner = ({ businessId, wabaId }: Subject) => ({ owner_business_id: businessId, waba_id: wabaId });

/** Fields about accounts and portfolios (cloud-api.md §4.4). */
export const ACCOUNT_SAMPLES: Readonly<Record<string, Samples>> = {
  account_update: {
    account_violation: () => ({ event: 'ACCOUNT_VIOLATION', violation_info: { violation_type: 'ADULT' } }),
    account_restriction: ({ seconds }) => ({
      event: 'ACCOUNT_RESTRICTION',
      restriction_info: [
        { restriction_type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiration: seconds + 86_400 },
        { restriction_type: 'RESTRICTED_ADD_PHONE_NUMBER_ACTION', expiration: seconds + 86_400 },
      ],
    }),
    account_deleted: () => ({ event: 'ACCOUNT_DELETED' }),
    disabled_update: () => ({
      event: 'DISABLED_UPDATE',
      ban_info: { waba_ban_state: 'SCHEDULE_FOR_DISABLE', waba_ban_date: 'April 17, 2026' },
    }),
    reinstated: () => ({
      event: 'DISABLED_UPDATE',
      ban_info: { waba_ban_state: 'REINSTATE', waba_ban_date: 'April 17, 2026' },
    }),
    partner_added: (subject) => ({ event: 'PARTNER_ADDED', waba_info: owner(subject) }),
    partner_removed: (subject) => ({ event: 'PARTNER_REMOVED', waba_info: owner(subject) }),
    partner_app_installed: (subject) => ({ event: 'PARTNER_APP_INSTALLED', waba_info: owner(subject) }),
    partner_app_uninstalled: (subject) => ({ event: 'PARTNER_APP_UNINSTALLED', waba_info: owner(subject) }),
    partner_client_certification: ({ businessId }) => ({
      event: 'PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE',
      partner_client_certification_info: {
        client_business_id: businessId,
        status: 'APPROVED',
        rejection_reasons: ['NONE'],
      },
    }),
    ad_account_linked: (subject) => ({
      event: 'AD_ACCOUNT_LINKED',
      waba_info: { ...owner(subject), ad_account_linked: '980198427534243' },
    }),
    auth_international_rate: ({ seconds }) => ({
      event: 'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE',
      auth_international_rate_eligibility: {
        start_time: seconds,
        exception_countries: [{ country_code: 'ID', start_time: seconds }],
      },
    }),
    primary_location: () => ({ event: 'BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE', country: 'IN' }),
    mm_lite_terms_signed: (subject) => ({ event: 'MM_LITE_TERMS_SIGNED', waba_info: owner(subject) }),
    volume_tier: ({ seconds }) => ({
      event: 'VOLUME_BASED_PRICING_TIER_UPDATE',
      volume_tier_info: {
        tier_update_time: seconds,
        pricing_category: 'UTILITY',
        tier: '25000001:50000000',
        effective_month: '2026-11',
        region: 'INDIA',
      },
    }),
    account_offboarded: () => ({ event: 'ACCOUNT_OFFBOARDED' }),
    account_reconnected: () => ({ event: 'ACCOUNT_RECONNECTED' }),
    verified_account: () => ({ event: 'VERIFIED_ACCOUNT' }),
  },
  account_alerts: {
    deferred: ({ businessId }) => ({
      entity_type: 'BUSINESS',
      entity_id: businessId,
      alert_info: {
        alert_severity: 'WARNING',
        alert_status: 'ACTIVE',
        alert_type: 'INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED',
        alert_description: 'Limits cannot be increased for your business.',
      },
    }),
  },
  account_review_update: {
    approved: () => ({ decision: 'APPROVED' }),
    rejected: () => ({ decision: 'REJECTED' }),
    pending: () => ({ decision: 'PENDING' }),
    deferred: () => ({ decision: 'DEFERRED' }),
  },
  business_capability_update: {
    tier: () => ({ max_daily_conversations_per_business: 'TIER_2K', max_phone_numbers_per_waba: 25 }),
    number: () => ({ max_daily_conversations_per_business: 2000, max_phone_numbers_per_waba: 25 }),
    old: () => ({ max_daily_conversation_per_phone: 250, max_phone_numbers_per_business: 2 }),
  },
  account_settings_update: {
    calling: ({ phoneNumberId, seconds }) => ({
      messaging_product: 'whatsapp',
      timestamp: String(seconds),
      type: 'phone_number_settings',
      phone_number_settings: {
        phone_number_id: phoneNumberId,
        calling: { status: 'ENABLED', call_icon_visibility: 'DEFAULT', callback_permission_status: 'ENABLED' },
      },
    }),
  },
  payment_configuration_update: {
    needs_testing: ({ seconds }) => ({
      configuration_name: 'razorpay-prod',
      provider_name: 'razorpay',
      provider_mid: 'acc_GP4lfNA0iIMn5B',
      status: 'Needs Testing',
      created_timestamp: seconds,
      updated_timestamp: seconds,
    }),
  },
  partner_solutions: {
    created: () => ({ event: 'SOLUTION_CREATED', solution_id: '774485461512159', solution_status: 'INITIATED' }),
  },
  security: {
    pin_changed: ({ digits }) => ({ display_phone_number: digits, event: 'PIN_CHANGED', requester: '61555822107539' }),
    pin_reset_request: ({ digits }) => ({
      display_phone_number: digits,
      event: 'PIN_RESET_REQUEST',
      requester: '61555822107539',
    }),
  },
  phone_number_quality_update: {
    throughput_upgrade: ({ digits }) => ({
      display_phone_number: digits,
      event: 'THROUGHPUT_UPGRADE',
      max_daily_conversations_per_business: 'TIER_UNLIMITED',
    }),
    onboarding: ({ digits }) => ({
      display_phone_number: digits,
      event: 'ONBOARDING',
      max_daily_conversations_per_business: 'TIER_250',
    }),
    flagged: ({ digits }) => ({ display_phone_number: digits, event: 'FLAGGED', current_limit: 'TIER_1K' }),
    downgrade: ({ digits }) => ({
      display_phone_number: digits,
      event: 'DOWNGRADE',
      old_limit: 'TIER_10K',
      current_limit: 'TIER_1K',
    }),
  },
  phone_number_name_update: {
    approved: ({ digits }) => ({
      display_phone_number: digits,
      decision: 'APPROVED',
      requested_verified_name: 'Lucky Shrub',
      rejection_reason: null,
    }),
    rejected: ({ digits }) => ({
      display_phone_number: digits,
      decision: 'REJECTED',
      requested_verified_name: 'Lucky Shrub',
      rejection_reason: 'NAME_FORMAT_UNACCEPTABLE',
    }),
  },
  business_username_updates: {
    approved: ({ digits }) => ({ display_phone_number: digits, username: 'luckyshrub', status: 'approved' }),
  },
};
