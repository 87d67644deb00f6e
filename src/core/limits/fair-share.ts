/** What a key weighs when nothing else was chosen. */
export const USUAL_WEIGHT = 1;

/** How a key that messages share a number's slots by is written. */
export const FAIRNESS_KEY = /^[\w.:-]{1,64}$/;

/** What keys may weigh, and of how many it may be said. */
export const FAIRNESS_WEIGHTS = { most: 100, mostKeys: 100 };

/** Tells whether something says what keys weigh: a whole number from 1 on for each. */
export function areFairnessWeights(value: unknown): value is Readonly<Record<string, number>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  const isWeight = (weight: unknown) =>
    typeof weight === 'number' && Number.isInteger(weight) && weight >= 1 && weight <= FAIRNESS_WEIGHTS.most;
  return (
    entries.length <= FAIRNESS_WEIGHTS.mostKeys &&
    entries.every(([key, weight]) => FAIRNESS_KEY.test(key) && isWeight(weight))
  );
}

/** What a key weighs against the others of its queue: 1 at least. */
export type WeightOf = (key: string) => number;

/** From so many keys on it is looked, now and then, which of them have had nothing to send for long. */
const FORGET_FROM = 512;

/**
 * Shares the slots of one queue among the keys whose messages wait in it, by what they weigh. Each key has a turn, by which its next message
 * should have gone; a slot goes to the key whose turn is earliest and puts its next one off by one over its weight. So any two keys that have
 * enough to send stay within a message of their shares, however long that goes on.
 *
 * The clock of the turns advances with every slot by one over the weight of all who wait, so it shows how much each of them should have had. No
 * turn is before it: who had nothing to send saves nothing up, and keys that come and go without end starve none that stays.
 * This is weighted fair queueing (Demers, Keshav and Shenker 1989). Turns are kept here and not with the messages: a weight may change
 * while a million of them wait.
 */
export class FairShare {
  private readonly turns = new Map<string, number>();
  private clock = 0;

  /** How many of the next `slots` go to each of some keys when all of them have enough. Keys that get none are missing. */
  plan(keys: readonly string[], slots: number, weightOf: WeightOf): Map<string, number> {
    const [only] = keys;
    if (only === undefined || slots <= 0) return new Map();
    if (keys.length === 1) return new Map([[only, slots]]);
    const counts = new Map<string, number>();
    const turns = this.turnsOf(keys, weightOf);
    for (let slot = 0; slot < slots; slot += 1) {
      const key = earliest(turns);
      counts.set(key, (counts.get(key) ?? 0) + 1);
      turns.set(key, (turns.get(key) ?? 0) + 1 / weightOf(key));
    }
    return counts;
  }

  /**
   * Gives away `slots` to what waits under some keys, in order, and counts them. `keys` are all of which something is known to wait,
   * also those that were not looked at.
   */
  take<T>(keys: readonly string[], waiting: ReadonlyMap<string, readonly T[]>, slots: number, weightOf: WeightOf): T[] {
    const served = [...waiting.keys()].filter((key) => waiting.get(key)?.length !== 0);
    const all = new Set([...keys, ...served]);
    let weight = 0;
    for (const key of all) weight += weightOf(key);
    const turns = this.turnsOf(served, weightOf);
    const taken: T[] = [];
    const next = new Map<string, number>();
    while (taken.length < slots && turns.size > 0) {
      const key = earliest(turns);
      const messages = waiting.get(key) ?? [];
      const at = next.get(key) ?? 0;
      taken.push(messages[at] as T);
      next.set(key, at + 1);
      const turn = (turns.get(key) ?? 0) + 1 / weightOf(key);
      this.turns.set(key, turn);
      if (at + 1 < messages.length) turns.set(key, turn);
      else turns.delete(key);
      this.clock += 1 / weight;
    }
    if (this.turns.size > all.size + FORGET_FROM) this.forgetPassed();
    return taken;
  }

  /** The turns of some keys; those that were not known begin now. */
  private turnsOf(keys: readonly string[], weightOf: WeightOf): Map<string, number> {
    const turns = new Map<string, number>();
    for (const key of keys) {
      const kept = this.turns.get(key);
      const turn = kept === undefined ? this.clock + 1 / weightOf(key) : Math.max(kept, this.clock);
      this.turns.set(key, turn);
      turns.set(key, turn);
    }
    return turns;
  }

  /** Keys whose turn has passed have had nothing to send: they begin anew. */
  private forgetPassed(): void {
    for (const [key, turn] of this.turns) if (turn < this.clock) this.turns.delete(key);
  }
}

/** Of keys with the same turn, the one that was named first. */
function earliest(turns: ReadonlyMap<string, number>): string {
  let found = '';
  let least = Number.POSITIVE_INFINITY;
  for (const [key, turn] of turns) {
    if (turn < least) {
      found = key;
      least = turn;
    }
  }
  return found;
}
