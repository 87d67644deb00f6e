import type { Random } from '../chance/random.js';

/** How mobile numbers of a country are made: calling code, fixed leading digits, and how many digits follow. */
interface NumberPlan {
  readonly code: string;
  /** One of these comes next; each begins a range that is given to mobile phones. */
  readonly starts: readonly string[];
  readonly rest: number;
}

/** By ISO country. Ranges of the ITU's national numbering plans; only mobile ones, as people write from phones. */
const PLANS: Readonly<Record<string, NumberPlan>> = {
  AR: { code: '549', starts: ['11', '351', '341'], rest: 8 },
  BR: { code: '55', starts: ['119', '219', '319', '719'], rest: 8 },
  DE: { code: '49', starts: ['151', '160', '170', '176'], rest: 8 },
  EG: { code: '20', starts: ['10', '11', '12'], rest: 8 },
  ES: { code: '34', starts: ['6', '7'], rest: 8 },
  FR: { code: '33', starts: ['6', '7'], rest: 8 },
  GB: { code: '44', starts: ['74', '75', '77', '78'], rest: 8 },
  ID: { code: '62', starts: ['811', '812', '813', '852'], rest: 7 },
  IN: { code: '91', starts: ['98', '97', '89', '70'], rest: 8 },
  IT: { code: '39', starts: ['320', '333', '347'], rest: 7 },
  MX: { code: '521', starts: ['55', '33', '81'], rest: 8 },
  NG: { code: '234', starts: ['803', '806', '813'], rest: 7 },
  US: { code: '1', starts: ['212555', '415555', '650555'], rest: 4 },
  ZA: { code: '27', starts: ['71', '72', '82', '83'], rest: 7 },
};

/** Countries that people can live in. */
export const COUNTRIES: readonly string[] = Object.keys(PLANS);

/** A number of a country, as digits; US ones are those of fiction (555). */
export function numberIn(country: string, random: Random): string {
  const { code, starts, rest } = PLANS[country] as NumberPlan;
  const start = starts[Math.floor(random.next() * starts.length)] as string;
  const tail = String(Math.floor(random.next() * 10 ** rest)).padStart(rest, '0');
  // AR area codes differ in length; the whole national number has ten digits.
  return `${code}${start}${tail.slice(0, country === 'AR' ? 10 - start.length : rest)}`;
}

/** The country of a number's digits as far as the plans know it; the longest calling code wins. */
export function countryOf(digits: string): string | undefined {
  const fitting = COUNTRIES.filter((country) => digits.startsWith((PLANS[country] as NumberPlan).code));
  const codeLength = (country: string) => (PLANS[country] as NumberPlan).code.length;
  return fitting.sort((a, b) => codeLength(b) - codeLength(a))[0];
}
