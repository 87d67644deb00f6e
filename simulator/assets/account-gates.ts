import type { Gate } from '../sends/send-rules.js';
import type { Accounts } from './accounts.js';

/**
 * What an account or a number may not do at all: locked (131031, 368), not registered (133010), a name that was declined
 * (131037), and for templates, which alone cost, a payment that fails (131042).
 */
export const notAllowed =
  (accounts: Accounts): Gate =>
  ({ number, message }) => {
    const { lock, hasPaymentIssue } = accounts.wabaOf(number.wabaId);
    if (lock) return { code: lock.code };
    const { isRegistered, nameStatus } = accounts.phoneOf(number.id);
    if (!isRegistered) return { code: 133010 };
    if (nameStatus === 'DECLINED') return { code: 131037 };
    return hasPaymentIssue && message.kind === 'template' ? { code: 131042 } : undefined;
  };

/** Marketing that the account has moved to the API of its own (131063). */
export const marketingDetour =
  (accounts: Accounts): Gate =>
  ({ api, category, number }) =>
    api === 'messages' && category === 'MARKETING' && accounts.wabaOf(number.wabaId).isMarketingOffMessages
      ? { code: 131063 }
      : undefined;

/** Whom the business itself has blocked (130403). */
export const blockedUser =
  (accounts: Accounts): Gate =>
  ({ number, user }) =>
    accounts.isBlocked(number.id, user) ? { code: 130403 } : undefined;
