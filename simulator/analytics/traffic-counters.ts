import type { Stateful } from '../state/stateful.js';
import { getOrAdd } from '../structures/get-or-add.js';

/** The finest span that Meta's analytics give. */
export const HALF_HOUR_MS = 1_800_000;

/** What a counter counts; the words are those of Meta's dimensions. */
export interface CounterKey {
  readonly wabaId: string;
  /** Digits of the business's number. */
  readonly phone: string;
  readonly country: string;
  /** `template` messages cost, others do not. */
  readonly category: string;
  readonly pricingType: 'FREE_CUSTOMER_SERVICE' | 'FREE_ENTRY_POINT' | 'REGULAR';
  /** '' for messages without a template. */
  readonly templateId: string;
}

/** What happened to the messages of one key in one half hour. */
export interface Counts {
  sent: number;
  delivered: number;
  read: number;
  /** In the currency of the account. */
  cost: number;
  /** Clicks by kind and label of the button, as `kind/label`. */
  clicked?: Map<string, number>;
}

/** A counter with the half hour it is of. */
export interface Counted extends CounterKey {
  readonly startMs: number;
  readonly counts: Counts;
}

interface Series {
  readonly key: CounterKey;
  readonly byHalfHour: Map<number, Counts>;
}

/** How far back Meta looks (cloud-api.md §7); older half hours are forgotten. */
const LOOK_BACK_MS = 366 * 86_400_000;

const nameOf = ({ wabaId, phone, country, category, pricingType, templateId }: CounterKey): string =>
  `${wabaId}/${phone}/${country}/${category}/${pricingType}/${templateId}`;

/** Counts traffic as it passes, in half hours: analytics never look at single messages. */
export class TrafficCounters implements Stateful {
  private series = new Map<string, Series>();

  /** The counts of a key at an instant, to be raised. */
  at(key: CounterKey, atMs: number): Counts {
    const series = getOrAdd(this.series, nameOf(key), () => ({ key, byHalfHour: new Map<number, Counts>() }));
    const startMs = Math.floor(atMs / HALF_HOUR_MS) * HALF_HOUR_MS;
    let counts = series.byHalfHour.get(startMs);
    if (!counts) {
      counts = { sent: 0, delivered: 0, read: 0, cost: 0 };
      series.byHalfHour.set(startMs, counts);
      forgetBefore(series.byHalfHour, startMs - LOOK_BACK_MS);
    }
    return counts;
  }

  /** Everything of an account that was counted from one instant to another, the end not included. */
  *of(wabaId: string, fromMs: number, toMs: number): Iterable<Counted> {
    for (const { key, byHalfHour } of this.series.values()) {
      if (key.wabaId !== wabaId) continue;
      for (const [startMs, counts] of byHalfHour) {
        if (startMs >= fromMs && startMs < toMs) yield { ...key, startMs, counts };
      }
    }
  }

  reset(): void {
    this.series = new Map();
  }

  save(): unknown {
    return this.series;
  }

  load(saved: unknown): void {
    this.series = saved as Map<string, Series>;
  }
}

/** Maps keep the order of their keys' arrival, and time goes forward: the old ones are in front. */
function forgetBefore(byHalfHour: Map<number, Counts>, beforeMs: number): void {
  for (const startMs of byHalfHour.keys()) {
    if (startMs >= beforeMs) return;
    byHalfHour.delete(startMs);
  }
}
