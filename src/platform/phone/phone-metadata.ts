import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** A number as the numbering plans of all countries see it. */
export interface PlannedNumber {
  readonly e164: string;
  /** ISO 3166 code; null for numbers of no country, and of a code that several share and the number does not tell. */
  readonly country: string | null;
  /** Such as `mobile` or `fixed_line`; null when the plan does not say. */
  readonly type: string | null;
  /** Whether its length can be right in its country. */
  readonly isPossible: boolean;
  /** Whether the plan has such numbers. Plans change, and the metadata is as old as its package. */
  readonly isValid: boolean;
}

/** Tells whether a text is the code of a country whose plan is known. */
export function isKnownCountry(code: string): boolean {
  return isSupportedCountry(code);
}

/** Reads a number by the plan of the country that its `+` names, or else of `country`. Null when it is none at all. */
export function readByPlan(text: string, country: string | undefined): PlannedNumber | null {
  const number = parsePhoneNumberFromString(text, { defaultCountry: country as CountryCode, extract: false });
  if (number === undefined) return null;
  return {
    e164: number.number,
    country: number.country ?? null,
    type: number.getType()?.toLowerCase() ?? null,
    isPossible: number.isPossible(),
    isValid: number.isValid(),
  };
}
