/** Whom a message goes to: a phone number, or a user known by a business-scoped id only. */
export type Recipient =
  | { readonly kind: 'phone'; readonly e164: string }
  | { readonly kind: 'bsuid'; readonly userId: string };

/** Digits of a phone number in international form: 8 to 15, the first one not 0 (ITU-T E.164). */
const E164 = /^\+[1-9][0-9]{7,14}$/;

/** Business-scoped user id: a country code or `CC.ENT`, a point, and up to 128 letters and digits (Meta, "BSUID"). */
const BSUID = /^[A-Z]{2}(\.ENT)?\.[A-Za-z0-9]{1,128}$/;

/**
 * Reads a phone number as people write them: `+` and a country code, with blanks, points, hyphens and parentheses
 * allowed between the digits. Gives E.164 with the plus, or null. A national number is refused: Meta would prepend
 * the sender's country and deliver to somebody else.
 */
export function parsePhone(text: string): string | null {
  if (text.length > 32) return null;
  const compact = text.replace(/[\s().-]/g, '');
  return E164.test(compact) ? compact : null;
}

/** Tells whether a text is a business-scoped user id. */
export function isBsuid(text: string): boolean {
  return BSUID.test(text);
}
