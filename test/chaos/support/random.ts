/** Numbers that look like chance and repeat with the seed (mulberry32), so that a round can be run again. */
export class SeededRandom {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** One of some things. Throws a RangeError when there are none. */
  pick<T>(things: readonly T[]): T {
    if (things.length === 0) throw new RangeError('nothing to pick from');
    return things[this.between(0, things.length - 1)] as T;
  }
}
