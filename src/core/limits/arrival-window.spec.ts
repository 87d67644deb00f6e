import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ArrivalWindow } from './arrival-window.js';

const WINDOW_MS = 1000;

/** Sends one message, which arrives and is answered at once. */
function send(window: ArrivalWindow, nowMs: number): void {
  window.take();
  window.hear(window.write(nowMs), nowMs, true);
}

/** Spends all it may, and gives the instants. */
function spendAll(window: ArrivalWindow, nowMs: number, wanted: number): number[] {
  const allowed = window.allowedAt(nowMs, wanted);
  for (let i = 0; i < allowed; i += 1) send(window, nowMs);
  return new Array<number>(allowed).fill(nowMs);
}

const within = (instants: readonly number[], endMs: number): number =>
  instants.filter((t) => t > endMs - WINDOW_MS && t <= endMs).length;

const demand = fc.array(
  fc.record({ waitMs: fc.integer({ min: 0, max: 700 }), wanted: fc.integer({ min: 0, max: 30 }) }),
  {
    maxLength: 60,
  },
);

describe('a window of sends that arrive at once', () => {
  it('never holds more than its limit, wherever a window begins, and never less than it could', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), demand, (limit, steps) => {
        const window = new ArrivalWindow(limit, 0);
        const spent: number[] = [];
        let nowMs = 5;
        for (const { waitMs, wanted } of steps) {
          nowMs += waitMs;
          const room = limit - within(spent, nowMs);
          expect(window.allowedAt(nowMs, wanted)).toBe(Math.min(wanted, room));
          spent.push(...spendAll(window, nowMs, wanted));
          expect(within(spent, nowMs)).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  it('says when the next may go: then, and not a moment earlier', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), demand, (limit, steps) => {
        const window = new ArrivalWindow(limit, 0);
        let nowMs = 5;
        for (const { waitMs, wanted } of steps) {
          nowMs += waitMs;
          spendAll(window, nowMs, wanted);
          const freeAtMs = window.freeAtMs(nowMs);
          expect(window.allowedAt(nowMs) > 0).toBe(freeAtMs <= nowMs);
          if (freeAtMs <= nowMs) continue;
          expect(window.allowedAt(freeAtMs - 1)).toBe(0);
          expect(window.allowedAt(freeAtMs)).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('lets the whole limit go at first, and again after a window', () => {
    const window = new ArrivalWindow(3, 0);
    expect(spendAll(window, 100, 9)).toHaveLength(3);
    expect(window.allowedAt(1099)).toBe(0);
    expect(window.allowedAt(1100)).toBe(3);
    expect(window.allowedAt(1100, 2)).toBe(2);
    expect(window.allowedAt(1100, 0)).toBe(0);
  });

  it('remembers what was spent beyond its limit', () => {
    const window = new ArrivalWindow(2, 0);
    for (const t of [0, 10, 20, 30]) send(window, t);
    expect(window.allowedAt(1019)).toBe(0);
    expect(window.allowedAt(1020)).toBe(1);
    expect(window.allowedAt(1030)).toBe(2);
  });

  it('takes on a lower limit at once', () => {
    const window = new ArrivalWindow(10, 0);
    spendAll(window, 0, 5);
    spendAll(window, 500, 3);
    window.resize(4);
    expect(window.limit).toBe(4);
    expect(window.allowedAt(999)).toBe(0);
    expect(window.allowedAt(1000)).toBe(1);
    expect(window.allowedAt(1500)).toBe(4);
  });

  it('takes on a higher limit at once and counts what was spent under the lower one', () => {
    const window = new ArrivalWindow(4, 0);
    spendAll(window, 0, 4);
    window.resize(10);
    expect(window.allowedAt(10)).toBe(6);
    expect(window.allowedAt(1000)).toBe(10);
  });

  it('lets go what any new limit leaves over, however often the limit changes in mid-traffic', () => {
    const steps = fc.array(
      fc.record({
        waitMs: fc.integer({ min: 0, max: 700 }),
        wanted: fc.integer({ min: 0, max: 30 }),
        limit: fc.integer({ min: 1, max: 40 }),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), steps, (firstLimit, changes) => {
        const window = new ArrivalWindow(firstLimit, 0);
        // The first answer is slow: what an answer took must not be mistaken for anything after the rings have grown.
        window.take();
        window.hear(window.write(0), 35, true);
        const spent: number[] = [0];
        let nowMs = 1035;
        for (const { waitMs, wanted, limit } of changes) {
          nowMs += waitMs;
          window.resize(limit);
          const room = Math.max(0, limit - within(spent, nowMs));
          expect(window.allowedAt(nowMs, wanted)).toBe(Math.min(wanted, room));
          spent.push(...spendAll(window, nowMs, wanted));
        }
      }),
    );
  });

  it('is the same after it is given the limit that it has', () => {
    const window = new ArrivalWindow(4, 0);
    spendAll(window, 0, 3);
    window.resize(4);
    expect(window.allowedAt(1)).toBe(1);
  });

  it('forgets nothing of the last window when its limit falls and rises again', () => {
    const window = new ArrivalWindow(10, 0);
    spendAll(window, 0, 10);
    window.resize(2);
    window.resize(10);
    expect(window.allowedAt(500)).toBe(0);
    window.resize(3);
    for (const t of [1000, 1100, 1200, 2000, 2100, 2200, 3000]) expect(spendAll(window, t, 1)).toHaveLength(1);
    window.resize(10);
    expect(window.allowedAt(3050)).toBe(7);
    expect(window.allowedAt(3150)).toBe(8);
  });
});

/** What happens to one send: how long it is held up on its way, and how long its answer takes beyond the usual. */
interface Fate {
  readonly heldMs: number;
  readonly workMs: number;
}

const WAY_MS = 20;

/**
 * Plays a lane that sends as fast as its window lets it through a platform that reads in the order of writing: what is
 * held up holds up everything behind it. Looks in on the window every `tickMs`; gives the instants of arrival.
 */
function play(window: ArrivalWindow, fates: readonly Fate[], tickMs: number, lateWriteMs = 0): number[] {
  const arrivals: number[] = [];
  const events: { atMs: number; happen: (atMs: number) => void }[] = [];
  let sent = 0;
  let onWireMs = Number.NEGATIVE_INFINITY;
  for (let nowMs = 0; sent < fates.length && nowMs < 120_000; nowMs += tickMs) {
    events.sort((a, b) => a.atMs - b.atMs);
    while (events[0] !== undefined && events[0].atMs <= nowMs) {
      const event = events.shift();
      event?.happen(event.atMs);
      events.sort((a, b) => a.atMs - b.atMs);
    }
    for (let n = window.allowedAt(nowMs); n > 0 && sent < fates.length; n -= 1) {
      const fate = fates[sent] as Fate;
      sent += 1;
      window.take();
      events.push({
        atMs: nowMs + ((sent - 1) % 3) * lateWriteMs,
        happen: (writtenMs) => {
          const place = window.write(writtenMs);
          onWireMs = Math.max(onWireMs, writtenMs + WAY_MS + fate.heldMs);
          arrivals.push(onWireMs);
          events.push({ atMs: onWireMs + WAY_MS + fate.workMs, happen: (atMs) => window.hear(place, atMs, true) });
        },
      });
    }
  }
  return arrivals;
}

/** The first answer is as quick as any: what the guard stands for otherwise. */
const QUICK: Fate = { heldMs: 0, workMs: 0 };

const fates = (most: { heldMs: number; workMs: number }) =>
  fc.array(
    fc.record({
      heldMs: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: most.heldMs })),
      workMs: fc.integer({ min: 0, max: most.workMs }),
    }),
    { minLength: 20, maxLength: 90 },
  );

/**
 * Plays a lane on a platform that takes up new connections late: the messages that are the first of theirs arrive later by
 * their `lateness`, in milliseconds, and those that are written after them overtake them; `inOrder`: but for other first ones.
 * Gives the instants of arrival.
 */
function playNewConnections(
  window: ArrivalWindow,
  lateness: readonly number[],
  isFirst: (i: number) => boolean,
  inOrder = false,
): number[] {
  const arrivals: number[] = [];
  const answers: { atMs: number; place: number }[] = [];
  let takenUpMs = 0;
  for (let nowMs = 0; arrivals.length < lateness.length && nowMs < 120_000; nowMs += 1) {
    answers.sort((a, b) => a.atMs - b.atMs);
    while (answers[0] !== undefined && answers[0].atMs <= nowMs) {
      const { place, atMs } = answers.shift() as { atMs: number; place: number };
      window.hear(place, atMs, true);
    }
    for (let n = window.allowedAt(nowMs); n > 0 && arrivals.length < lateness.length; n -= 1) {
      const i = arrivals.length;
      window.take();
      const place = window.write(nowMs, isFirst(i));
      let arrivedMs = nowMs + WAY_MS + (isFirst(i) ? (lateness[i] as number) : 0);
      if (inOrder && isFirst(i)) arrivedMs = takenUpMs = Math.max(takenUpMs, arrivedMs);
      arrivals.push(arrivedMs);
      answers.push({ atMs: arrivedMs + WAY_MS, place });
    }
  }
  return arrivals;
}

describe('a window of sends of which the first of a connection are overtaken', () => {
  const lateness = fc.array(fc.integer({ min: 0, max: 250 }), { minLength: 30, maxLength: 120 });

  it('never lets more arrive in a second than its limit, however late the platform takes up a connection', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), lateness, fc.integer({ min: 2, max: 7 }), (limit, late, every) => {
        const arrivals = playNewConnections(new ArrivalWindow(limit, 0), [0, ...late], (i) => i % every === 1);
        expect(arrivals).toHaveLength(late.length + 1);
        for (const end of arrivals) expect(within(arrivals, end)).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 60 },
    );
  });

  it('never does either when connections are taken up in their order, up to a second late', () => {
    const second = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 960 })), {
      minLength: 30,
      maxLength: 120,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), second, fc.integer({ min: 2, max: 7 }), (limit, late, every) => {
        const arrivals = playNewConnections(new ArrivalWindow(limit, 0), [0, ...late], (i) => i % every === 1, true);
        expect(arrivals).toHaveLength(late.length + 1);
        for (const end of arrivals) expect(within(arrivals, end)).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 60 },
    );
  });

  it('knows by the answer to a later first message that an earlier one was taken up', () => {
    const window = new ArrivalWindow(2, 0);
    window.take();
    window.take();
    window.write(0, true);
    window.hear(window.write(1, true), 41, true);
    expect(window.allowedAt(1249)).toBe(0);
    expect(window.allowedAt(1265)).toBe(2);
  });

  it('would let more arrive if the first ones were taken for any other', () => {
    const late = Array.from({ length: 60 }, (_, i) => (i * 37) % 250);
    const arrivals = playNewConnections(new ArrivalWindow(5, 0), late, (i) => i % 3 === 1);
    const window = new ArrivalWindow(5, 0);
    const write = window.write.bind(window);
    window.write = (atMs) => write(atMs);
    const naive = playNewConnections(window, late, (i) => i % 3 === 1);
    const most = (all: readonly number[]) => Math.max(...all.map((end) => within(all, end)));
    expect([most(arrivals), most(naive) > 5]).toEqual([5, true]);
  });

  it('does not wait for the answer of a first message that never comes', () => {
    const window = new ArrivalWindow(2, 0);
    window.take();
    window.take();
    window.write(0, true);
    const other = window.write(1);
    window.hear(other, 40, true);
    expect(window.freeAtMs(40)).toBeLessThanOrEqual(2015);
    expect(window.allowedAt(1999)).toBe(0);
    expect(window.allowedAt(2015)).toBe(2);
  });

  it('takes the own answer of a first message for what it is, also after others were heard', () => {
    const window = new ArrivalWindow(2, 0);
    window.take();
    window.take();
    const first = window.write(0, true);
    window.hear(window.write(0), 0, true);
    window.hear(first, 30, true);
    expect(window.allowedAt(1029)).toBe(0);
    expect(window.allowedAt(1030)).toBe(2);
  });
});

describe('a window of sends that are held up on their way', () => {
  it('never lets more arrive in a second than its limit, whatever is held up and however late it is answered', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fates({ heldMs: 2500, workMs: 400 }),
        fc.integer({ min: 1, max: 9 }),
        (limit, trace, tickMs) => {
          const arrivals = play(new ArrivalWindow(limit, 0), [QUICK, ...trace], tickMs);
          for (const end of arrivals) expect(within(arrivals, end)).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('does not count from the taking of a slot but from the write, however late that is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fates({ heldMs: 300, workMs: 50 }), (limit, trace) => {
        const arrivals = play(new ArrivalWindow(limit, 0), [QUICK, ...trace], 1, 170);
        for (const end of arrivals) expect(within(arrivals, end)).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('keeps to its limit also when even the quickest answer was held up, by no more than the guard', () => {
    const guardMs = 15;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.nat(guardMs),
        fates({ heldMs: 900, workMs: 0 }),
        (limit, heldMs, trace) => {
          const arrivals = play(new ArrivalWindow(limit, guardMs), [{ heldMs, workMs: 0 }, ...trace], 1);
          for (const end of arrivals) expect(within(arrivals, end)).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });

  it.each([80, 1000])('uses 99 %% of %i a second when only the answers vary by a few milliseconds', (limit) => {
    const settledAfter = limit * 12;
    const trace = Array.from({ length: settledAfter + limit * 5 }, (_, i) => ({ heldMs: 0, workMs: (i * 7) % 5 }));
    const arrivals = play(new ArrivalWindow(limit, 0), trace, 1);
    expect((arrivals.at(-1) as number) - (arrivals[settledAfter] as number)).toBeLessThan(5000 / 0.99);
  });

  it('keeps to its limit when everything was held up for the first seconds and then nothing is', () => {
    const held = fc.array(fc.integer({ min: 13, max: 15 }), { minLength: 8, maxLength: 30 });
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 12 }), held, (limit, first) => {
        const trace = [...first.map((heldMs) => ({ heldMs, workMs: 0 })), ...new Array<Fate>(40).fill(QUICK)];
        const arrivals = play(new ArrivalWindow(limit, 0), trace, 1);
        for (const end of arrivals) expect(within(arrivals, end)).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('waits for an answer when nothing is heard, and goes on when something was', () => {
    const window = new ArrivalWindow(1, 0);
    window.take();
    const place = window.write(0);
    expect(window.allowedAt(5000)).toBe(0);
    expect(window.freeAtMs(5000)).toBeGreaterThan(5000);
    window.hear(place, 5000, false);
    expect(window.allowedAt(5999)).toBe(0);
    expect(window.allowedAt(6000)).toBe(1);
  });

  it('does not wait for answers that take more than a second as a matter of course', () => {
    const window = new ArrivalWindow(1, 0);
    window.take();
    window.hear(window.write(0), 3000, true);
    window.take();
    window.write(3000);
    expect(window.allowedAt(3999)).toBe(0);
    expect(window.allowedAt(4000)).toBe(1);
  });

  it('frees the slot of a message that was never written at once', () => {
    const window = new ArrivalWindow(1, 0);
    window.take();
    expect(window.allowedAt(0)).toBe(0);
    window.giveBack();
    expect(window.allowedAt(0)).toBe(1);
  });
});
