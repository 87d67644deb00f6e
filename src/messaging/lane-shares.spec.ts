import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { USUAL_WEIGHT } from '../core/limits/fair-share.js';
import { LaneShares } from './lane-shares.js';
import type { QueueSlice } from './send-queue.store.js';

const LANE = 'a number';
const evenly = () => USUAL_WEIGHT;

/** What waits in the queues of a lane, by priority and key; messages are named after both and their place. */
type Backlog = Readonly<Record<number, Readonly<Record<string, number>>>>;

/** A lane whose queues are looked at as the database would, until they are empty. */
class LookedAt {
  private readonly left: Map<string, string[]>;

  constructor(
    private readonly shares: LaneShares,
    backlog: Backlog,
    private readonly weightOf: (key: string) => number = evenly,
  ) {
    this.left = new Map(
      Object.entries(backlog).flatMap(([priority, queues]) =>
        Object.entries(queues).map(([key, count]) => [
          `${priority}/${key}`,
          Array.from({ length: count }, (_, i) => `${priority}/${key}/${i}`),
        ]),
      ),
    );
  }

  look(upTo: number, mostPriority = 2): string[] {
    const due = (priority: number) => {
      const keys = [...this.left].flatMap(([name, messages]) =>
        messages.length > 0 && name.startsWith(`${priority}/`) ? [name.slice(2)] : [],
      );
      return keys.some((key) => key !== '') ? keys : [];
    };
    const request = { phoneNumberId: LANE, upTo, mostPriority, weightOf: this.weightOf };
    const slices = this.shares.slices(request, due);
    const looked = slices.map((slice) => ({ slice, messages: this.of(slice).slice(0, slice.upTo) }));
    const chosen = this.shares.choose(request, looked, due);
    for (const messages of this.left.values()) {
      messages.splice(0, messages.length, ...messages.filter((message) => !chosen.includes(message)));
    }
    return chosen;
  }

  private of({ priority, fairnessKey }: QueueSlice): readonly string[] {
    return this.left.get(`${priority}/${fairnessKey}`) ?? [];
  }
}

const startingWith = (messages: readonly string[], start: string) => messages.filter((m) => m.startsWith(start)).length;

describe('the shares of a lane', () => {
  let shares: LaneShares;

  beforeEach(() => {
    shares = new LaneShares();
  });

  it('looks at one queue of each priority when nobody names a key', () => {
    const slices = shares.slices({ phoneNumberId: LANE, upTo: 7, mostPriority: 2, weightOf: evenly }, () => []);
    expect(slices).toEqual([0, 1, 2].map((priority) => ({ phoneNumberId: LANE, priority, fairnessKey: '', upTo: 7 })));
  });

  it('looks at nothing less urgent than was asked for', () => {
    const slices = shares.slices({ phoneNumberId: LANE, upTo: 7, mostPriority: 1, weightOf: evenly }, () => ['spring']);
    expect(new Set(slices.map((slice) => slice.priority))).toEqual(new Set([0, 1]));
  });

  it('gives the most urgent first, but for one slot of utility and one of marketing in fifty', () => {
    const lane = new LookedAt(shares, { 0: { '': 200 }, 1: { '': 200 }, 2: { '': 200 } });
    const chosen = Array.from({ length: 10 }, () => lane.look(10)).flat();
    expect([0, 1, 2].map((priority) => startingWith(chosen, `${priority}/`))).toEqual([96, 2, 2]);
  });

  it('leaves no slot empty for which anything waits', () => {
    const lane = new LookedAt(shares, { 0: { '': 3 }, 2: { '': 5, spring: 4 } });
    expect(lane.look(10)).toHaveLength(10);
    expect(lane.look(10)).toHaveLength(2);
  });

  it('shares the slots of a priority evenly among its keys, and all without a key count as one', () => {
    const lane = new LookedAt(shares, { 2: { '': 1000, spring: 1000, summer: 1000 } });
    const chosen = Array.from({ length: 30 }, () => lane.look(5)).flat();
    expect(['2//', '2/spring/', '2/summer/'].map((key) => startingWith(chosen, key))).toEqual([50, 50, 50]);
  });

  it('shares them by weight', () => {
    const lane = new LookedAt(shares, { 1: { news: 1000, alerts: 1000 } }, (key) => (key === 'alerts' ? 3 : 1));
    const chosen = Array.from({ length: 40 }, () => lane.look(1)).flat();
    expect(startingWith(chosen, '1/alerts')).toBe(30);
  });

  it('lets a small campaign through a large one that came first', () => {
    const lane = new LookedAt(shares, { 2: { large: 100_000, small: 20 } });
    const chosen = Array.from({ length: 5 }, () => lane.look(10)).flat();
    expect(startingWith(chosen, '2/small/')).toBe(20);
  });

  it('sends everything once, those of a key in their order, however many slots a look has', () => {
    const queue = fc.record({ '': fc.nat(15), spring: fc.nat(15), summer: fc.nat(15) });
    const backlogs = fc.record({ 0: fc.record({ '': fc.nat(15) }), 1: queue, 2: queue });
    fc.assert(
      fc.property(backlogs, fc.integer({ min: 1, max: 12 }), (backlog, upTo) => {
        const lane = new LookedAt(new LaneShares(), backlog);
        const total = Object.values(backlog).flatMap((queues) => Object.values(queues) as number[]);
        const chosen = Array.from({ length: 120 }, () => lane.look(upTo)).flat();
        expect(new Set(chosen).size).toBe(chosen.length);
        expect(chosen).toHaveLength(total.reduce((sum, count) => sum + count, 0));
        for (const [priority, queues] of Object.entries(backlog)) {
          for (const key of Object.keys(queues)) {
            const places = chosen
              .filter((m) => m.startsWith(`${priority}/${key}/`))
              .map((m) => Number(m.split('/')[2]));
            expect(places).toEqual([...places].sort((a, b) => a - b));
          }
        }
      }),
    );
  });
});
