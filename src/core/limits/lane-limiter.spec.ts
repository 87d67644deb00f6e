import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LaneLimiter } from './lane-limiter.js';

const SECOND_MS = 1000;
const GUARD_MS = 25;
const START_MS = 10_000;

/** Sends one message, which arrives and is answered at once. */
function send(limiter: LaneLimiter, nowMs: number): void {
  limiter.take(nowMs);
  limiter.hear(limiter.write(nowMs), nowMs, true);
}

function spendAll(limiter: LaneLimiter, nowMs: number, wanted: number): number[] {
  const allowed = limiter.allowed(nowMs, wanted);
  for (let i = 0; i < allowed; i += 1) send(limiter, nowMs);
  return new Array<number>(allowed).fill(nowMs);
}

/** Sends as fast as the limiter lets it, waking up when it says and then `lateMs` later. */
function sendSteadily(limiter: LaneLimiter, fromMs: number, forMs: number, lateMs: (turn: number) => number): number[] {
  const sent: number[] = [];
  let nowMs = fromMs;
  for (let turn = 0; nowMs < fromMs + forMs; turn += 1) {
    sent.push(...spendAll(limiter, nowMs, 1000));
    nowMs = Math.max(nowMs + 0.1, limiter.freeAtMs(nowMs) + lateMs(turn));
  }
  return sent;
}

/** The fullest window of so many milliseconds, wherever it begins. */
function fullest(instants: readonly number[], windowMs: number): number {
  const sorted = [...instants].sort((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [last, at] of sorted.entries()) {
    while (at - (sorted[first] ?? at) >= windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

const demand = fc.array(
  fc.record({
    waitMs: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.double({ min: 0, max: 1500, noNaN: true })),
    wanted: fc.nat(200),
  }),
  { minLength: 1, maxLength: 150 },
);

describe('a lane under random demand', () => {
  it('ends a pause for the reason that is named, and no other', () => {
    const limiter = new LaneLimiter(80, 10);
    limiter.pause(5000, 'until it is written down');
    limiter.endPause('usage');
    expect(limiter.pauseAt(1000)).not.toBeNull();
    limiter.endPause('until it is written down');
    expect(limiter.pauseAt(1000)).toBeNull();
  });

  it('never sends more than its level into any second stretched by the guard', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 7, 20, 80, 333, 1000),
        fc.integer({ min: 0, max: 100 }),
        demand,
        (mps, guardMs, steps) => {
          const limiter = new LaneLimiter(mps, guardMs);
          const sent: number[] = [];
          let nowMs = START_MS;
          for (const { waitMs, wanted } of steps) {
            nowMs += waitMs;
            sent.push(...spendAll(limiter, nowMs, wanted));
          }
          expect(fullest(sent, SECOND_MS + guardMs)).toBeLessThanOrEqual(mps);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('never writes more than its level either when messages are got ready ahead and wait for their turn', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 7, 80, 333), fc.integer({ min: 0, max: 60 }), demand, (mps, aheadMs, steps) => {
        const limiter = new LaneLimiter(mps, GUARD_MS);
        const sent: number[] = [];
        let nowMs = START_MS;
        for (const { waitMs, wanted } of steps) {
          nowMs += waitMs;
          const turns = Array.from({ length: limiter.allowed(nowMs, wanted, aheadMs) }, () => limiter.take(nowMs));
          for (const turnMs of turns) {
            expect(turnMs).toBeGreaterThanOrEqual(nowMs);
            expect(turnMs).toBeLessThanOrEqual(nowMs + aheadMs + 1e-6);
            limiter.hear(limiter.write(turnMs), turnMs, true);
          }
          sent.push(...turns);
          nowMs = Math.max(nowMs, turns.at(-1) ?? nowMs);
        }
        expect(fullest(sent, SECOND_MS + GUARD_MS - 1e-6)).toBeLessThanOrEqual(mps);
      }),
      { numRuns: 200 },
    );
  });

  it('never lets Meta count more than its level in a second, though requests arrive up to the guard late', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(20, 80, 333),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        (mps, dice) => {
          const roll = () => dice.next().value as number;
          const sent = sendSteadily(new LaneLimiter(mps, GUARD_MS), START_MS, 4000, () => 3 * roll());
          expect(
            fullest(
              sent.map((t) => t + GUARD_MS * roll()),
              SECOND_MS,
            ),
          ).toBeLessThanOrEqual(mps);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('keeps to the level in force at each send, through every change of level', () => {
    const level = fc.constantFrom(20, 80, 300);
    const steps = fc.array(
      fc.record({
        waitMs: fc.integer({ min: 0, max: 200 }),
        wanted: fc.nat(300),
        level: fc.option(level, { freq: 4 }),
      }),
      { maxLength: 120 },
    );
    fc.assert(
      fc.property(level, steps, (first, all) => {
        const limiter = new LaneLimiter(first, GUARD_MS);
        const sent: number[] = [];
        let nowMs = START_MS;
        for (const { waitMs, wanted, level: next } of all) {
          nowMs += waitMs;
          if (next !== null) limiter.setThroughput(next);
          const now = spendAll(limiter, nowMs, wanted);
          if (now.length === 0) continue;
          sent.push(...now);
          const recent = sent.filter((t) => nowMs - t < SECOND_MS + GUARD_MS);
          expect(recent.length).toBeLessThanOrEqual(limiter.throughputMps);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a lane under steady demand', () => {
  const late = [
    ['at the very moment', () => 0],
    ['up to 3 ms late', (turn: number) => (turn * 7) % 4],
  ] as const;
  it.each(late.flatMap(([when, lateMs]) => [20, 80, 1000].map((mps) => [mps, when, lateMs] as const)))(
    'uses at least 98 %% of what %i a second allow, woken %s',
    (mps, _, lateMs) => {
      const sent = sendSteadily(new LaneLimiter(mps, GUARD_MS), START_MS, 30_000, lateMs);
      const possible = (30_000 / (SECOND_MS + GUARD_MS)) * mps;
      expect(sent.length).toBeGreaterThanOrEqual(0.98 * possible);
    },
  );

  it('spreads its sends instead of beginning every second with a burst', () => {
    const sent = sendSteadily(new LaneLimiter(80, GUARD_MS), START_MS, 10_000, () => 0);
    expect(fullest(sent, 100)).toBeLessThanOrEqual(16);
  });

  it('catches up a stall with a tenth of a second of messages, and one message at the least', () => {
    expect(new LaneLimiter(80, GUARD_MS).allowed(START_MS, 1000)).toBe(8);
    expect(new LaneLimiter(1000, GUARD_MS).allowed(START_MS, 1000)).toBe(100);
    expect(new LaneLimiter(5, GUARD_MS).allowed(START_MS, 1000)).toBe(1);
  });
});

describe('a lane', () => {
  it('says when it may send next: then, and not a millisecond earlier', () => {
    fc.assert(
      fc.property(fc.constantFrom(3, 20, 80, 1000), demand, (mps, steps) => {
        const limiter = new LaneLimiter(mps, GUARD_MS);
        let nowMs = START_MS;
        for (const { waitMs, wanted } of steps) {
          nowMs += waitMs;
          spendAll(limiter, nowMs, wanted);
          const freeAtMs = limiter.freeAtMs(nowMs);
          // A thousandth of a millisecond stands for the rounding of doubles.
          expect(limiter.allowed(freeAtMs + 0.001, 1)).toBe(1);
          if (freeAtMs - 1 > nowMs) expect(limiter.allowed(freeAtMs - 1, 1)).toBe(0);
        }
      }),
    );
  });

  it('never gives more than was asked for', () => {
    const limiter = new LaneLimiter(1000, GUARD_MS);
    expect(limiter.allowed(START_MS, 3)).toBe(3);
    expect(limiter.allowed(START_MS, 0)).toBe(0);
  });

  it('sends nothing while it is paused, and says why and until when', () => {
    const limiter = new LaneLimiter(80, GUARD_MS);
    limiter.pause(START_MS + 500, 'refused');
    expect(limiter.allowed(START_MS + 499, 10)).toBe(0);
    expect(limiter.pauseAt(START_MS + 499)).toEqual({ untilMs: START_MS + 500, reason: 'refused', isOfWorker: false });
    expect(limiter.freeAtMs(START_MS)).toBe(START_MS + 500);
    expect(limiter.allowed(START_MS + 500, 10)).toBe(8);
    expect(limiter.pauseAt(START_MS + 500)).toBeNull();
  });

  it('is not freed early by a shorter pause, and is held longer by a longer one', () => {
    const limiter = new LaneLimiter(80, GUARD_MS);
    limiter.pause(START_MS + 500, 'first');
    limiter.pause(START_MS + 100, 'shorter');
    expect(limiter.pauseAt(START_MS)?.reason).toBe('first');
    limiter.pause(START_MS + 900, 'longer');
    expect(limiter.pauseAt(START_MS)).toEqual({ untilMs: START_MS + 900, reason: 'longer', isOfWorker: false });
  });

  it('tells what another owner has to keep, also while its own reason holds it for longer', () => {
    const limiter = new LaneLimiter(80, GUARD_MS);
    limiter.pause(START_MS + 500, 'refused');
    limiter.pause(START_MS + 900, 'unreachable', true);
    expect(limiter.pauseAt(START_MS)?.reason).toBe('unreachable');
    expect(limiter.lastingPauseAt(START_MS)).toEqual({ untilMs: START_MS + 500, reason: 'refused', isOfWorker: false });
    expect(limiter.freeAtMs(START_MS)).toBe(START_MS + 900);
    expect([limiter.lastingPauseAt(START_MS + 500), limiter.pauseAt(START_MS + 900)]).toEqual([null, null]);
    limiter.pause(START_MS + 1200, 'refused again');
    expect(limiter.pauseAt(START_MS + 600)?.reason).toBe('refused again');
  });

  it('slows down at once when its level falls', () => {
    const limiter = new LaneLimiter(1000, GUARD_MS);
    for (let t = 0; t < 500; t += 1) spendAll(limiter, START_MS + t, 1);
    limiter.setThroughput(20);
    expect(limiter.throughputMps).toBe(20);
    expect(limiter.allowed(START_MS + 500, 1000)).toBe(0);
    const sent = sendSteadily(limiter, START_MS + 500, 5000, () => 0);
    expect(fullest(sent, SECOND_MS + GUARD_MS)).toBeLessThanOrEqual(20);
    expect(sent.length).toBeGreaterThan(60);
  });

  it('speeds up at once when its level rises', () => {
    const limiter = new LaneLimiter(20, GUARD_MS);
    sendSteadily(limiter, START_MS, 2000, () => 0);
    limiter.setThroughput(1000);
    const sent = sendSteadily(limiter, START_MS + 2000, 1000, () => 0);
    expect(sent.length).toBeGreaterThan(900);
  });

  it('counts what an earlier owner spent', () => {
    const limiter = new LaneLimiter(20, GUARD_MS);
    for (let i = 0; i < 20; i += 1) limiter.inherit(START_MS - 500);
    expect(limiter.allowed(START_MS, 20)).toBe(0);
    expect(limiter.freeAtMs(START_MS)).toBeGreaterThanOrEqual(START_MS + 500 + GUARD_MS);
  });
});

describe('a lane that Meta refuses for its throughput', () => {
  it('gives way by a little, once a second at most however many refusals come', () => {
    const limiter = new LaneLimiter(100, GUARD_MS);
    for (let t = 0; t < 1000; t += 10) limiter.giveWay(START_MS + t);
    expect(limiter.currentMps).toBe(94);
    limiter.giveWay(START_MS + 1000);
    expect(limiter.currentMps).toBe(88);
    expect(limiter.throughputMps).toBe(100);
  });

  it('gives way no more for what was sent before it last did, however late Meta refuses that', () => {
    const limiter = new LaneLimiter(100, GUARD_MS);
    limiter.giveWay(START_MS);
    for (let second = 2; second < 60; second += 1) limiter.giveWay(START_MS + second * 1000, START_MS - 1);
    expect(limiter.currentMps).toBe(94);
    limiter.giveWay(START_MS + 60_000, START_MS + 59_000);
    expect(limiter.currentMps).toBe(88);
  });

  it('sends no more than it gave way to, from that moment on', () => {
    const limiter = new LaneLimiter(100, GUARD_MS);
    for (let second = 0; second < 5; second += 1) limiter.giveWay(START_MS + second * 1000);
    const sent = sendSteadily(limiter, START_MS + 4000, 999, () => 0);
    expect(limiter.currentMps).toBe(73);
    expect(sent.length).toBeLessThanOrEqual(73);
  });

  it('never stops altogether, however long the refusals go on', () => {
    const limiter = new LaneLimiter(100, GUARD_MS);
    for (let second = 0; second < 100; second += 1) limiter.giveWay(START_MS + second * 1000);
    expect(limiter.currentMps).toBe(5);
    const small = new LaneLimiter(5, GUARD_MS);
    for (let second = 0; second < 100; second += 1) small.giveWay(START_MS + second * 1000);
    expect(small.currentMps).toBe(1);
  });

  it('comes back by a fiftieth of its level a second, and never above the level', () => {
    const limiter = new LaneLimiter(100, GUARD_MS);
    limiter.giveWay(START_MS);
    const used = [999, 1000, 1500, 2000, 3000, 4000, 5000, 60_000].map((t) => {
      limiter.allowed(START_MS + t, 1);
      return limiter.currentMps;
    });
    expect(used).toEqual([94, 96, 96, 98, 100, 100, 100, 100]);
  });

  it('comes back to its level exactly, from wherever it gave way to', () => {
    for (let refusals = 1; refusals < 40; refusals += 1) {
      const limiter = new LaneLimiter(1000, GUARD_MS);
      for (let second = 0; second < refusals; second += 1) limiter.giveWay(START_MS + second * 1000);
      for (let second = 0; second < 120; second += 1) limiter.allowed(START_MS + (refusals + second) * 1000, 1);
      expect(limiter.currentMps).toBe(1000);
    }
  });

  it('is as far back for an heir as it would be for the owner who gave way', () => {
    const counts = { refusals: fc.integer({ min: 0, max: 60 }), quietS: fc.integer({ min: 0, max: 60 }) };
    fc.assert(
      fc.property(fc.record({ ...counts, more: fc.integer({ min: 0, max: 10 }) }), ({ refusals, quietS, more }) => {
        const [owner, heir] = [new LaneLimiter(1000, GUARD_MS), new LaneLimiter(1000, GUARD_MS)];
        const at = (seconds: number) => START_MS + seconds * SECOND_MS;
        for (let i = 1; i <= refusals; i += 1) owner.giveWay(at(i));
        heir.inheritShare(owner.shareOfLevel, quietS * SECOND_MS, at(refusals + quietS));
        for (let i = 1; i <= quietS + more; i += 1) owner.allowed(at(refusals + i), 1);
        for (let i = 1; i <= more; i += 1) heir.allowed(at(refusals + quietS + i), 1);
        // Steps are added up in another order, so a rounded rate may differ by one.
        expect(Math.abs(heir.currentMps - owner.currentMps)).toBeLessThanOrEqual(1);
        expect(heir.shareOfLevel).toBeLessThanOrEqual(1);
      }),
    );
  });

  /** Plays a lane that always has something to send against a number whose real level is another; by second. */
  function storm(levelMps: number, realMps: number, seconds: number): { taken: number; refused: number }[] {
    const limiter = new LaneLimiter(levelMps, GUARD_MS);
    const course = Array.from({ length: seconds }, () => ({ taken: 0, refused: 0 }));
    const taken: number[] = [];
    const answers: { atMs: number; place: number; isTaken: boolean }[] = [];
    for (let nowMs = 0; nowMs < seconds * 1000; nowMs += 5) {
      while (answers[0] !== undefined && answers[0].atMs <= nowMs) {
        const { place, isTaken } = answers.shift() as (typeof answers)[number];
        limiter.hear(place, nowMs, true);
        if (!isTaken) limiter.giveWay(nowMs);
      }
      for (let n = limiter.allowed(nowMs, 100); n > 0; n -= 1) {
        limiter.take(nowMs);
        const isTaken = (taken.at(-realMps) ?? Number.NEGATIVE_INFINITY) <= nowMs - 1000;
        if (isTaken) taken.push(nowMs);
        answers.push({ atMs: nowMs + 30, place: limiter.write(nowMs), isTaken });
        (course[Math.floor(nowMs / 1000)] as { taken: number; refused: number })[isTaken ? 'taken' : 'refused'] += 1;
      }
    }
    return course;
  }

  it.each([
    [1000, 500],
    [1000, 300],
    [80, 40],
  ])('settles near the real level when it believes %i and Meta lets %i through', (believed, real) => {
    const settled = storm(believed, real, 60).slice(40);
    const sum = (of: 'taken' | 'refused') => settled.reduce((total, second) => total + second[of], 0);
    expect(sum('taken')).toBeGreaterThanOrEqual(0.9 * real * settled.length);
    expect(sum('refused')).toBeLessThanOrEqual(0.05 * sum('taken'));
  });

  it('tries a new level in full', () => {
    const limiter = new LaneLimiter(80, GUARD_MS);
    limiter.giveWay(START_MS);
    limiter.setThroughput(80);
    expect(limiter.currentMps).toBe(75);
    limiter.setThroughput(1000);
    expect(limiter.currentMps).toBe(1000);
  });
});
