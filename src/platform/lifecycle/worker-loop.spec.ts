import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import type { Clock } from '../../core/clock.js';
import { Every, type Worker, WorkerLoop, within } from './worker-loop.js';

const quiet = pino({ level: 'silent' });

/** A worker whose rounds do what the test says; without a word a round is over at once and the next due in an hour. */
class Rounds implements Worker {
  readonly name = 'rounds';
  readonly startedAtMs: number[] = [];
  stopped = 0;
  round: () => Promise<{ nextInMs: number }> = async () => ({ nextInMs: 3_600_000 });

  async runOnce(): Promise<{ nextInMs: number }> {
    this.startedAtMs.push(performance.now());
    return this.round();
  }

  async stop(): Promise<void> {
    this.stopped += 1;
  }

  get count(): number {
    return this.startedAtMs.length;
  }
}

const pass = (ms: number): Promise<unknown> => jest.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a worker loop', () => {
  it('pauses between rounds for as long as the round says', async () => {
    const worker = new Rounds();
    worker.round = async () => ({ nextInMs: 100 });
    new WorkerLoop(worker, quiet).start();
    await pass(0);
    expect(worker.count).toBe(1);
    await pass(99);
    expect(worker.count).toBe(1);
    await pass(1);
    expect(worker.count).toBe(2);
  });

  it('goes on at once while there is more to do, and lets others run in between', async () => {
    const worker = new Rounds();
    worker.round = async () => ({ nextInMs: worker.count < 5 ? 0 : 1000 });
    new WorkerLoop(worker, quiet).start();
    await pass(50);
    expect(worker.count).toBe(5);
  });

  it('ends its pause when it is woken', async () => {
    const worker = new Rounds();
    const loop = new WorkerLoop(worker, quiet);
    loop.start();
    await pass(10);
    loop.wake();
    await pass(0);
    expect(worker.count).toBe(2);
    await pass(1000);
    expect(worker.count).toBe(2);
  });

  it('does not lose a wake-up that comes during a round', async () => {
    const worker = new Rounds();
    let end: () => void = () => undefined;
    worker.round = () =>
      new Promise((resolve) => {
        end = () => resolve({ nextInMs: 3_600_000 });
      });
    const loop = new WorkerLoop(worker, quiet);
    loop.start();
    await pass(0);
    loop.wake();
    loop.wake();
    end();
    await pass(1);
    expect(worker.count).toBe(2);
    end();
    await pass(1000);
    expect(worker.count).toBe(2);
  });

  it('never runs two rounds at once', async () => {
    const worker = new Rounds();
    worker.round = () => new Promise(() => undefined);
    const loop = new WorkerLoop(worker, quiet);
    loop.start();
    await pass(0);
    loop.wake();
    await pass(10_000);
    expect(worker.count).toBe(1);
  });

  it('waits longer and longer while its rounds fail, five seconds at the most, and begins anew after one that works', async () => {
    const worker = new Rounds();
    worker.round = async () => {
      if (worker.count === 10) return { nextInMs: 1 };
      throw new Error('away');
    };
    new WorkerLoop(worker, quiet).start();
    await pass(40_000);
    const waits = worker.startedAtMs.slice(1).map((at, i) => Math.round(at - (worker.startedAtMs[i] ?? 0)));
    expect(waits.slice(0, 12)).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000, 1, 200, 400]);
  });

  it('logs each failure with its cause and its worker', async () => {
    const error = jest.spyOn(quiet, 'error');
    const worker = new Rounds();
    const cause = new Error('away');
    worker.round = async () => Promise.reject(cause);
    new WorkerLoop(worker, quiet).start();
    await pass(0);
    expect(error.mock.calls[0]?.[0]).toEqual({ err: cause, worker: 'rounds', failures: 1 });
    error.mockRestore();
  });

  it('survives a round that throws before it begins', async () => {
    const worker = new Rounds();
    worker.runOnce = () => {
      throw new Error('at once');
    };
    const loop = new WorkerLoop(worker, quiet);
    loop.start();
    await pass(1000);
    await loop.stop();
    expect(worker.stopped).toBe(1);
  });

  it('lets the round under way finish before it stops, and begins no other', async () => {
    const worker = new Rounds();
    let end: () => void = () => undefined;
    worker.round = () =>
      new Promise((resolve) => {
        end = () => resolve({ nextInMs: 0 });
      });
    const loop = new WorkerLoop(worker, quiet);
    loop.start();
    await pass(0);
    let isStopped = false;
    const stopping = loop.stop().then(() => {
      isStopped = true;
    });
    await pass(10_000);
    expect([isStopped, worker.stopped]).toEqual([false, 0]);
    end();
    await pass(1);
    await stopping;
    expect([worker.count, worker.stopped]).toEqual([1, 1]);
  });

  it('stops out of a pause at once, and leaves no timer behind', async () => {
    const worker = new Rounds();
    const loop = new WorkerLoop(worker, quiet);
    loop.start();
    await pass(0);
    const stopping = loop.stop();
    await pass(1);
    await stopping;
    expect([worker.count, worker.stopped, jest.getTimerCount()]).toEqual([1, 1, 0]);
  });

  it('stops though it never started', async () => {
    const worker = new Rounds();
    await new WorkerLoop(worker, quiet).stop();
    expect([worker.count, worker.stopped]).toEqual([0, 1]);
  });

  it('cannot be started twice', async () => {
    const loop = new WorkerLoop(new Rounds(), quiet);
    loop.start();
    expect(() => loop.start()).toThrow('rounds is running already');
    await pass(0);
  });
});

describe('waiting for a promise but no longer than so', () => {
  it('tells which of the two came first', async () => {
    const never = new Promise(() => undefined);
    const late = within(never, 500);
    await pass(500);
    expect(await late).toBe(false);
    expect(await within(Promise.resolve(1), 500)).toBe(true);
    await expect(within(Promise.reject(new Error('no')), 500)).rejects.toThrow('no');
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('a chore that is due every so often', () => {
  it('is due at first, and then once per period', () => {
    let nowMs = 5;
    const clock: Clock = { now: () => new Date(0), monotonicMs: () => nowMs };
    const every = new Every(100, clock);
    const dueAt = (ms: number): boolean => {
      nowMs = ms;
      return every.due();
    };
    expect([5, 6, 104, 105, 204, 500, 599, 600].map(dueAt)).toEqual([
      true,
      false,
      false,
      true,
      false,
      true,
      false,
      true,
    ]);
  });
});
