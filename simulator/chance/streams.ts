import type { Stateful } from '../state/stateful.js';
import { createRandom, type Random } from './random.js';

/**
 * The sources of chance of one run, by name: each is seeded from the run's seed and its name, so drawing more from
 * one never shifts another. A source asked for twice is the same.
 */
export class RandomStreams implements Stateful {
  private readonly streams = new Map<string, Random>();

  constructor(private readonly seed: number) {}

  stream(name: string): Random {
    let random = this.streams.get(name);
    if (!random) {
      random = createRandom(this.seed, name);
      this.streams.set(name, random);
    }
    return random;
  }

  reset(): void {
    for (const random of this.streams.values()) random.rewind();
  }

  save(): unknown {
    return new Map([...this.streams].map(([name, random]) => [name, random.position]));
  }

  load(saved: unknown): void {
    this.reset();
    for (const [name, position] of saved as Map<string, number>) this.stream(name).position = position;
  }
}
