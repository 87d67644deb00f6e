import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inOrder } from './in-order.js';

/** A source that is fed by hand, and says how often it was asked. */
function aSource() {
  const waiting: ((result: IteratorResult<number[]>) => void)[] = [];
  const given: IteratorResult<number[]>[] = [];
  const give = (result: IteratorResult<number[]>) => {
    const taker = waiting.shift();
    if (taker === undefined) given.push(result);
    else taker(result);
  };
  let asked = 0;
  let returned = false;
  return {
    give: (group: number[]) => give({ value: group, done: false }),
    end: () => give({ value: undefined, done: true }),
    asked: () => asked,
    returned: () => returned,
    groups: {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          asked += 1;
          const ready = given.shift();
          return ready === undefined
            ? new Promise<IteratorResult<number[]>>((resolve) => waiting.push(resolve))
            : Promise.resolve(ready);
        },
        return: async () => {
          returned = true;
          return { value: undefined, done: true as const };
        },
      }),
    },
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('work on groups', () => {
  it('is given in their order, whatever is done first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(5)), fc.integer({ min: 1, max: 4 }), async (delays, most) => {
        const source = aSource();
        delays.forEach((_, i) => {
          source.give([i]);
        });
        source.end();
        const work = async (group: readonly number[]) => {
          for (let i = delays[group[0] as number] as number; i > 0; i -= 1) await settle();
          return group[0];
        };
        const results = [];
        for await (const result of inOrder(source.groups, work, most)) results.push(result);
        expect(results).toEqual(delays.map((_, i) => i));
      }),
    );
  });

  it('is given as soon as it is done, while the next group is still to come', async () => {
    const source = aSource();
    const results = inOrder(source.groups, async ([n]) => n, 10);
    source.give([1]);
    expect(await results.next()).toEqual({ value: 1, done: false });
    source.give([2]);
    expect(await results.next()).toEqual({ value: 2, done: false });
    source.end();
    expect(await results.next()).toEqual({ value: undefined, done: true });
  });

  it('begins small groups together, and no more than it may', async () => {
    const source = aSource();
    const begun: number[] = [];
    const work = ([n = 0]: readonly number[]) => {
      begun.push(n);
      return new Promise<number>(() => undefined);
    };
    void inOrder(source.groups, work, 3).next();
    for (let i = 0; i < 9; i += 1) source.give([i]);
    await settle();
    expect(begun).toEqual([0, 1, 2]);
  });

  it('reads no further for who does not take the results, and tells the source when nobody will', async () => {
    const source = aSource();
    const results = inOrder(source.groups, async ([n]) => n, 10);
    for (let i = 0; i < 5; i += 1) source.give([i]);
    await results.next();
    await settle();
    const asked = source.asked();
    await settle();
    expect(source.asked()).toBe(asked);
    await results.return(undefined);
    expect(source.returned()).toBe(true);
  });

  it('breaks off with the error of the source or of the work, and leaves none unhandled', async () => {
    const source = aSource();
    const failing = inOrder(source.groups, () => Promise.reject(new Error('no work')), 10);
    source.give([1]);
    await expect(failing.next()).rejects.toThrow('no work');
    const broken = {
      async *[Symbol.asyncIterator]() {
        yield [1];
        throw new Error('broken off');
      },
    };
    const results = inOrder(broken, async ([n]) => n, 10);
    expect(await results.next()).toEqual({ value: 1, done: false });
    await expect(results.next()).rejects.toThrow('broken off');
  });
});
