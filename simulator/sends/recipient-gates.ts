import type { LimitSettings } from '../limits/limit-settings.js';
import { isOneTimePassword } from '../messages/template/stored-template.js';
import type { Cell } from '../state/stateful.js';
import type { People } from './people.js';
import type { Gate } from './send-rules.js';

/** A number cannot write to itself. */
export const notToItself: Gate = ({ number, message }) =>
  message.waId === number.digits ? { code: 131021 } : undefined;

/** Test numbers write to the few people on their list only. */
export const testRecipients =
  (limits: Cell<LimitSettings>): Gate =>
  ({ number, user }) => {
    const allowed = limits.current.test_numbers[number.id];
    return allowed && !allowed.includes(user) ? { code: 131030 } : undefined;
  };

/** The user must still be the one the business knows (cloud-api.md §1.1). */
export const sameIdentity =
  (people: People): Gate =>
  ({ message, user }) => {
    const present = people.identityOf(user);
    return message.identityHash !== null && present !== undefined && message.identityHash !== present
      ? { code: 137000 }
      : undefined;
  };

/** One-time passwords go to phone numbers alone: the button needs one (cloud-api.md §1.1). */
export const passwordsToPhones: Gate = ({ message, template }) =>
  message.userId !== undefined && template && isOneTimePassword(template) ? { code: 131062 } : undefined;
