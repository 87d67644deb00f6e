/** How a country writes its numbers: calling code and how many digits follow it. */
interface Country {
  readonly code: string;
  readonly nationalDigits: readonly number[];
}

/**
 * Countries whose national numbers are told from international ones. Numbers of others must bring their country
 * code, which is also what Meta asks for; a guess about them would deliver to somebody else.
 */
const COUNTRIES: readonly Country[] = [
  { code: '1', nationalDigits: [10] },
  { code: '27', nationalDigits: [9] },
  { code: '33', nationalDigits: [9] },
  { code: '34', nationalDigits: [9] },
  { code: '44', nationalDigits: [10] },
  { code: '49', nationalDigits: [10, 11] },
  { code: '52', nationalDigits: [10] },
  { code: '54', nationalDigits: [10] },
  { code: '55', nationalDigits: [10, 11] },
  { code: '62', nationalDigits: [9, 10, 11] },
  { code: '65', nationalDigits: [8] },
  { code: '86', nationalDigits: [11] },
  { code: '91', nationalDigits: [10] },
  { code: '886', nationalDigits: [9] },
  { code: '971', nationalDigits: [9] },
];

const WRITTEN = /^\+?[\d\s()-]+$/;
const FEWEST_DIGITS = 5;
const MOST_DIGITS = 15;

/** The digits of a phone number in one of the forms Meta takes (`+ ( ) -` and blanks), or undefined. */
export function phoneDigits(written: string): string | undefined {
  if (!WRITTEN.test(written)) return undefined;
  const digits = written.replace(/\D/g, '');
  return digits.length < FEWEST_DIGITS || digits.length > MOST_DIGITS ? undefined : digits;
}

/**
 * The number a business means by `to`: without a plus sign, what is as long as a national number of the business's
 * country gets that country's code (cloud-api.md §1.1).
 */
export function internationalDigits(written: string, digits: string, businessDigits: string): string {
  if (written.trim().startsWith('+')) return digits;
  const country = countryOf(businessDigits);
  if (!country?.nationalDigits.includes(digits.length)) return digits;
  const isInternational =
    digits.startsWith(country.code) && country.nationalDigits.includes(digits.length - country.code.length);
  return isInternational ? digits : country.code + digits;
}

const countryOf = (digits: string): Country | undefined =>
  COUNTRIES.find(
    ({ code, nationalDigits }) => digits.startsWith(code) && nationalDigits.includes(digits.length - code.length),
  );

/** Numbers whose WhatsApp id is written otherwise than the number that is dialled (cloud-api.md §1.1). */
const REWRITTEN: readonly (readonly [pattern: RegExp, waId: string])[] = [
  // Brazil, area codes from 31 on: the ids are older than the ninth digit of mobile numbers.
  [/^55([3-9]\d)9(\d{8})$/, '55$1$2'],
  // Mexico: ids keep the 1 of mobile numbers that dialling gave up in 2019.
  [/^52(\d{10})$/, '521$1'],
  // Argentina: ids have the 9 of mobile numbers.
  [/^54(?!9)(\d{10})$/, '549$1'],
];

/** The WhatsApp id of a phone number; not always its digits. */
export function waIdOf(digits: string): string {
  // Most numbers are of none of the three; they are known by their first digit.
  if (digits.charCodeAt(0) !== FIVE) return digits;
  for (const [pattern, waId] of REWRITTEN) if (pattern.test(digits)) return digits.replace(pattern, waId);
  return digits;
}

const FIVE = '5'.charCodeAt(0);

const USER_ID = /^[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}$/;

/** Whether this is a business-scoped user id (cloud-api.md §4.6). */
export const isUserId = (text: string): boolean => USER_ID.test(text);
