import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InstantLog } from './instant-log.js';

const WINDOW_MS = 1000;
const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 500 });

describe('a log of instants', () => {
  it('counts exactly those of the window, however it grew and was saved in between', () => {
    fc.assert(
      fc.property(gaps, fc.nat(), (list, saveAfter) => {
        let log = new InstantLog(WINDOW_MS);
        const all: number[] = [];
        let atMs = 0;
        for (const [i, gap] of list.entries()) {
          atMs += gap;
          log.add(atMs);
          all.push(atMs);
          if (i === saveAfter % list.length) {
            const again = new InstantLog(WINDOW_MS);
            again.load(log.save());
            log = again;
          }
          expect(log.countAt(atMs)).toBe(all.filter((instant) => instant > atMs - WINDOW_MS).length);
        }
      }),
    );
  });

  it('says when it will be below a limit', () => {
    const log = new InstantLog(WINDOW_MS);
    for (const atMs of [0, 100, 200, 300]) log.add(atMs);
    expect(log.belowAt(5, 300)).toBe(300);
    expect(log.belowAt(4, 300)).toBe(1000);
    expect(log.belowAt(2, 300)).toBe(1200);
    expect(log.countAt(1200)).toBe(1);
  });
});
