import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FairShare, USUAL_WEIGHT, type WeightOf } from './fair-share.js';

const KEYS = ['a', 'b', 'c', 'd', 'e'];
const weights = fc.record(Object.fromEntries(KEYS.map((key) => [key, fc.integer({ min: 1, max: 100 })])));
const looks = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 40 });

const of = (chosen: Readonly<Record<string, number>>) => (key: string) => chosen[key] ?? USUAL_WEIGHT;
const evenly = of({});

/** As many messages as anybody takes in one look, each named after its key. */
const enough = (keys: readonly string[], count = 40) =>
  new Map(keys.map((key) => [key, Array<string>(count).fill(key)]));

/** A look that sees everything that waits. */
const take = <T>(share: FairShare, waiting: ReadonlyMap<string, readonly T[]>, slots: number, weightOf: WeightOf) =>
  share.take([...waiting.keys()], waiting, slots, weightOf);

const countOf = (taken: readonly string[], key: string) => taken.filter((k) => k === key).length;

describe('FairShare', () => {
  it('gives every slot to the only key', () => {
    const share = new FairShare();
    expect(share.plan(['a'], 7, evenly)).toEqual(new Map([['a', 7]]));
    expect(take(share, enough(['a']), 7, evenly)).toEqual(Array(7).fill('a'));
  });

  it('gives nothing away when there is nothing to give or nobody to give it to', () => {
    const share = new FairShare();
    expect(share.plan([], 7, evenly).size).toBe(0);
    expect(share.plan(['a', 'b'], 0, evenly).size).toBe(0);
    expect(take(share, new Map([['a', []]]), 7, evenly)).toEqual([]);
  });

  it('takes turns between equals, over looks of one slot each', () => {
    const share = new FairShare();
    const taken = Array.from({ length: 6 }, () => take(share, enough(['a', 'b', 'c']), 1, evenly)).flat();
    expect(taken).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('keeps any two keys that have enough within a message of their shares, whatever they weigh and however the slots come', () => {
    fc.assert(
      fc.property(weights, looks, (chosen, slots) => {
        const share = new FairShare();
        const taken = slots.flatMap((upTo) => take(share, enough(KEYS), upTo, of(chosen)));
        for (const a of KEYS) {
          for (const b of KEYS) {
            const [ofA, ofB] = [of(chosen)(a), of(chosen)(b)];
            const apart = Math.abs(countOf(taken, a) / ofA - countOf(taken, b) / ofB);
            expect(apart).toBeLessThanOrEqual(1 / ofA + 1 / ofB + 1e-9);
          }
        }
      }),
    );
  });

  it('gives away every slot for which anything waits, each message once and those of a key in their order', () => {
    const queues = fc.record(Object.fromEntries(KEYS.map((key) => [key, fc.nat(20)])));
    fc.assert(
      fc.property(weights, queues, fc.nat(120), (chosen, lengths, slots) => {
        const waiting = new Map(
          KEYS.map((key) => [key, Array.from({ length: lengths[key] ?? 0 }, (_, i) => `${key}${i}`)]),
        );
        const taken = take(new FairShare(), waiting, slots, of(chosen));
        const total = [...waiting.values()].reduce((sum, messages) => sum + messages.length, 0);
        expect(taken).toHaveLength(Math.min(slots, total));
        for (const [key, messages] of waiting) {
          const own = taken.filter((message) => message.startsWith(key));
          expect(own).toEqual(messages.slice(0, own.length));
        }
      }),
    );
  });

  it('takes what it planned when there is enough', () => {
    fc.assert(
      fc.property(weights, looks, (chosen, slots) => {
        const share = new FairShare();
        for (const upTo of slots) {
          const planned = share.plan(KEYS, upTo, of(chosen));
          const taken = take(share, enough(KEYS), upTo, of(chosen));
          for (const key of KEYS) expect(countOf(taken, key)).toBe(planned.get(key) ?? 0);
        }
      }),
    );
  });

  it('lets nobody save up slots while having nothing to send', () => {
    const share = new FairShare();
    take(share, enough(['a'], 1000), 1000, evenly);
    const taken = take(share, enough(['a', 'b']), 20, evenly);
    expect(countOf(taken, 'b')).toBe(10);
  });

  it('serves a key of the least weight among many heavy ones within one share of each', () => {
    const share = new FairShare();
    const chosen = of({ a: 100, b: 100, c: 100 });
    const taken = take(share, enough(['a', 'b', 'c', 'd'], 1000), 602, chosen);
    expect(countOf(taken, 'd')).toBeGreaterThanOrEqual(2);
  });

  it('goes on serving who stays while others come and go without end', () => {
    const share = new FairShare();
    const taken = Array.from({ length: 300 }, (_, i) => take(share, enough(['stays', `comes ${i}`]), 1, evenly)).flat();
    expect(countOf(taken, 'stays')).toBeGreaterThanOrEqual(100);
  });

  it('serves a thousand keys in turn although a look of one slot sees only the one that was planned', () => {
    const share = new FairShare();
    const keys = Array.from({ length: 1000 }, (_, i) => `campaign ${i}`);
    const taken = Array.from({ length: 2000 }, () => {
      const planned = [...share.plan(keys, 1, evenly).keys()];
      return share.take(keys, enough(planned), 1, evenly);
    }).flat();
    expect(new Set(taken.slice(0, 1000)).size).toBe(1000);
    expect(new Set(taken.slice(1000)).size).toBe(1000);
  });

  it('goes by a weight from the moment it changes', () => {
    const share = new FairShare();
    take(share, enough(['a', 'b']), 40, evenly);
    expect(countOf(take(share, enough(['a', 'b']), 40, of({ b: 3 })), 'b')).toBe(30);
  });

  it('keeps no more keys in mind than had something to send lately', () => {
    const share = new FairShare();
    for (let i = 0; i < 20_000; i += 1) take(share, enough([`campaign ${i}`], 1), 1, evenly);
    const { turns } = share as unknown as { readonly turns: ReadonlyMap<string, number> };
    expect(turns.size).toBeLessThan(2000);
  });
});
