/** A rule that one country's numbers must keep besides what its numbering plan says. */
export interface CountryRule {
  /** ISO 3166 code. */
  readonly country: string;
  readonly pattern: RegExp;
  /** What the rule wants: `must …`. */
  readonly rule: string;
  readonly source: string;
}

/** One row for each rule; metadata of numbering plans knows the rest. */
export const COUNTRY_RULES: readonly CountryRule[] = [
  {
    country: 'TW',
    pattern: /^\+886[9]\d{8}$/,
    rule: 'must be a Taiwanese mobile number: +886, a 9 and eight digits',
    source: 'a trouble-shooting guide for teams on the Cloud API (S24)',
  },
];

/** The rule that a number breaks, or null. */
export function brokenCountryRule(country: string | null, e164: string): CountryRule | null {
  return COUNTRY_RULES.find((row) => row.country === country && !row.pattern.test(e164)) ?? null;
}
