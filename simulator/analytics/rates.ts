/** Price of one delivered template by category, in the currency of the account, where no country has its own. */
const USUAL: Readonly<Record<string, number>> = {
  AUTHENTICATION: 0.0135,
  AUTHENTICATION_INTERNATIONAL: 0.025,
  MARKETING: 0.025,
  MARKETING_LITE: 0.025,
  UTILITY: 0.004,
};

/** Prices of countries that differ much. Figures near Meta's of 2025; real ones change each quarter and are not facts here. */
const OF_COUNTRY: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  BR: { AUTHENTICATION: 0.0068, MARKETING: 0.0625, UTILITY: 0.0068 },
  DE: { AUTHENTICATION: 0.0768, MARKETING: 0.1365, UTILITY: 0.055 },
  IN: { AUTHENTICATION: 0.0014, AUTHENTICATION_INTERNATIONAL: 0.028, MARKETING: 0.0107, UTILITY: 0.0014 },
  MX: { AUTHENTICATION: 0.0085, MARKETING: 0.0305, UTILITY: 0.0085 },
  US: { AUTHENTICATION: 0.004, MARKETING: 0.025, UTILITY: 0.004 },
};

/** What a delivered template of a category costs in a country. */
export const priceOf = (category: string, country: string): number =>
  OF_COUNTRY[country]?.[category] ?? USUAL[category] ?? 0;
