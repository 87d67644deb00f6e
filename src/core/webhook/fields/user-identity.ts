import type { JsonValue } from '../json-value.js';
import { asText } from '../json-value.js';

/** `US.1349…`, `US.ENT.1181…`, or the `user.<hex>` of the first samples. */
const BSUID = /^(?:[A-Z]{2}\.(?:ENT\.)?|user\.)[A-Za-z0-9]{1,128}$/;

/** Who a status or message is about: by phone number (or group id), by business-scoped user id, or both. */
export interface UserIdentity {
  readonly phone: string | null;
  readonly userId: string | null;
}

/**
 * Reads the two keys under which Meta names a person. A BSUID that stands in the place of the phone number (seen in
 * the wild) is moved to where it belongs: read as a phone number it would address somebody else.
 */
export function parseUserIdentity(phone: JsonValue | undefined, userId: JsonValue | undefined): UserIdentity {
  const phoneText = asText(phone);
  const userIdText = asText(userId);
  if (phoneText === null || !BSUID.test(phoneText)) return { phone: phoneText, userId: userIdText };
  return { phone: null, userId: userIdText ?? phoneText };
}
