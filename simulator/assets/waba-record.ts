import type { CanSend } from './health.js';

/** Everything about an account that its owner or Meta can change. Plain data. */
export interface WabaRecord {
  name: string;
  currency: string;
  timezoneId: string;
  country: string;
  reviewStatus: 'APPROVED' | 'PENDING' | 'REJECTED' | 'RESTRICTED';
  /** Of the portfolio behind it: decides how many templates it may have. */
  isVerified: boolean;
  /** Insights of templates: once enabled they stay so (200006); `unavailable` as in the EU, the UK and Japan (200005). */
  insights: 'disabled' | 'enabled' | 'unavailable';
  /** Where `messages` webhooks of this account go instead of the app's callback. */
  overrideUri?: string;
  /** Locked by Meta: sends are refused with the code. */
  lock?: { readonly code: 368 | 131031 };
  /** The payment method fails: templates are refused with 131042. */
  hasPaymentIssue: boolean;
  /** Marketing templates may go by /marketing_messages only (131063). */
  isMarketingOffMessages: boolean;
  status: string;
  health: CanSend;
}

/** An account as it is born. */
export const newWabaRecord = (name: string): WabaRecord => ({
  name,
  currency: 'USD',
  timezoneId: '1',
  country: 'US',
  reviewStatus: 'APPROVED',
  isVerified: true,
  insights: 'disabled',
  hasPaymentIssue: false,
  isMarketingOffMessages: false,
  status: 'ACTIVE',
  health: { can: 'AVAILABLE' },
});
