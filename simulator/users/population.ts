import { createRandom } from '../chance/random.js';
import { COUNTRIES, countryOf, numberIn } from './number-plans.js';
import type { PopulationSettings } from './population-settings.js';

/** How somebody deals with messages. */
export interface Habits {
  readonly neverReads: boolean;
  readonly readsLate: boolean;
  /** Shows a username instead of the number: webhooks carry the business-scoped user id alone. */
  readonly hidesNumber: boolean;
}

/** Somebody on the platform. */
export interface Person extends Habits {
  readonly name: string;
  readonly username: string;
  readonly country: string;
  /** Digits. */
  readonly waId: string;
  readonly userId: string;
}

const FIRST = ['Ana', 'Amir', 'Chidi', 'Dewi', 'Elena', 'Emeka', 'Fatima', 'Jonas', 'Júlia', 'Kavya', 'Lena', 'Mateo'];
const LAST = ['Bauer', 'Costa', 'Díaz', 'Hassan', 'Iyer', 'Johnson', 'Nelson', 'Okafor', 'Rossi', 'Santos', 'Wijaya'];

/**
 * The people of a run. Nobody is stored: everything about somebody follows from the seed and the number, so a million
 * cost nothing, and any number that a business writes to has somebody behind it.
 */
export class Population {
  private readonly countries: readonly (readonly [string, number])[];

  constructor(
    private readonly seed: number,
    readonly settings: PopulationSettings,
  ) {
    const given = Object.entries(settings.countries);
    const shares = given.length > 0 ? given : COUNTRIES.map((country) => [country, 1] as const);
    const total = shares.reduce((sum, [, share]) => sum + share, 0);
    let upTo = 0;
    this.countries = shares.map(([country, share]) => {
      upTo += share / total;
      return [country, upTo] as const;
    });
  }

  /** The person with a running number from 0; wraps around at the size of the population. */
  at(index: number): Person {
    const random = createRandom(this.seed, `person ${index % this.settings.size}`);
    const place = random.next();
    const country = this.countries.find(([, upTo]) => place < upTo)?.[0] ?? (this.countries.at(-1)?.[0] as string);
    return this.of(numberIn(country, random));
  }

  /** Whoever has a number. */
  of(waId: string): Person {
    const { never_read, read_late, username_only } = this.settings;
    const random = createRandom(this.seed, waId);
    const reading = random.next();
    const hidesNumber = random.chance(username_only);
    const pick = (names: readonly string[]) => names[Math.floor(random.next() * names.length)] as string;
    const [first, last] = [pick(FIRST), pick(LAST)];
    const country = countryOf(waId) ?? 'US';
    return {
      name: `${first} ${last}`,
      username: `${first}.${last}${waId.slice(-3)}`
        .normalize('NFD')
        .replace(/[^\w.]/g, '')
        .toLowerCase(),
      country,
      waId,
      userId: `${country}.${String(random.next()).slice(2, 12)}${String(random.next()).slice(2, 12)}`,
      neverReads: reading < never_read,
      readsLate: reading >= never_read && reading < never_read + read_late,
      hidesNumber,
    };
  }
}
