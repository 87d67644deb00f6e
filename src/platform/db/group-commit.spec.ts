import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Clock } from '../../core/clock.js';
import { GatewayError } from '../../core/gateway-error.js';
import { GroupCommit, type GroupCommitOptions } from './group-commit.js';

/** A flush that ends when the test says so. */
interface OpenFlush {
  readonly items: readonly string[];
  readonly resolve: (results: readonly string[]) => void;
  readonly reject: (error: unknown) => void;
}

class Database {
  readonly open: OpenFlush[] = [];
  readonly seen: string[][] = [];
  mostAtOnce = 0;

  readonly flush = (items: readonly string[]): Promise<readonly string[]> =>
    new Promise((resolve, reject) => {
      const one = { items, resolve, reject };
      this.open.push(one);
      this.seen.push([...items]);
      this.mostAtOnce = Math.max(this.mostAtOnce, this.open.length);
    });

  /** Ends the flush under way and lets what follows from it happen. */
  async end(how: (flush: OpenFlush) => void = (flush) => flush.resolve(flush.items.map((item) => `${item}!`))) {
    const flush = this.open.shift();
    if (flush === undefined) throw new Error('no flush is under way');
    how(flush);
    await settle();
  }
}

/** Lets everything happen that needs no time. */
const settle = (): Promise<void> => jest.advanceTimersByTimeAsync(0).then(() => undefined);

const clock: Clock = { now: () => new Date(0), monotonicMs: () => performance.now() };

function groupCommit(database: Database, options: Partial<GroupCommitOptions> = {}): GroupCommit<string, string> {
  const all = { maxBatch: 10, maxWaiting: 100, deadlineMs: 1000, isolate: () => true, ...options };
  return new GroupCommit(database.flush, all, clock);
}

/** The code of the error with which a submission ends, once it has. */
function fate(submission: Promise<string>): { end: string | null } {
  const seen: { end: string | null } = { end: null };
  submission.then(
    (result) => {
      seen.end = result;
    },
    (error: unknown) => {
      seen.end = error instanceof GatewayError ? error.code : (error as Error).message;
    },
  );
  return seen;
}

describe('a group commit', () => {
  let database: Database;

  beforeEach(() => {
    jest.useFakeTimers();
    database = new Database();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('flushes a lone submission without waiting for company', async () => {
    const one = fate(groupCommit(database).submit('a'));
    await settle();
    expect(database.seen).toEqual([['a']]);
    expect(one.end).toBeNull();
    await database.end();
    expect(one.end).toBe('a!');
  });

  it('writes what arrives together with one flush, each with its own result', async () => {
    const commit = groupCommit(database);
    const all = ['a', 'b', 'c'].map((item) => fate(commit.submit(item)));
    await settle();
    await database.end();
    expect(database.seen).toEqual([['a', 'b', 'c']]);
    expect(all.map((one) => one.end)).toEqual(['a!', 'b!', 'c!']);
  });

  it('forms the next batch while one commits, and never flushes two at once', async () => {
    const commit = groupCommit(database, { maxBatch: 2 });
    void commit.submit('a');
    await settle();
    for (const item of ['b', 'c', 'd', 'e', 'f']) void commit.submit(item);
    await settle();
    for (let i = 0; i < 4; i += 1) await database.end();
    expect(database.seen).toEqual([['a'], ['b', 'c'], ['d', 'e'], ['f']]);
    expect(database.mostAtOnce).toBe(1);
  });

  it('goes on after it was idle', async () => {
    const commit = groupCommit(database);
    void commit.submit('a');
    await settle();
    await database.end();
    const late = fate(commit.submit('b'));
    await settle();
    await database.end();
    expect(late.end).toBe('b!');
  });

  it('does not let one bad item fail its neighbours', async () => {
    const commit = groupCommit(database);
    const all = ['a', 'bad', 'c'].map((item) => fate(commit.submit(item)));
    await settle();
    const poisoned = (flush: OpenFlush) =>
      flush.items.includes('bad') ? flush.reject(new Error('poison')) : flush.resolve(flush.items);
    for (let i = 0; i < 4; i += 1) await database.end(poisoned);
    expect(database.seen).toEqual([['a', 'bad', 'c'], ['a'], ['bad'], ['c']]);
    expect(all.map((one) => one.end)).toEqual(['a', 'poison', 'c']);
    expect(database.mostAtOnce).toBe(1);
  });

  it('fails the whole batch at once when the trouble is not an item', async () => {
    const commit = groupCommit(database, { isolate: () => false });
    const all = ['a', 'b'].map((item) => fate(commit.submit(item)));
    await settle();
    await database.end((flush) => flush.reject(new Error('away')));
    expect(all.map((one) => one.end)).toEqual(['away', 'away']);
    expect(database.open).toEqual([]);
    const next = fate(commit.submit('c'));
    await settle();
    await database.end();
    expect(next.end).toBe('c!');
  });

  it('tells its submitters at the deadline, though the flush is still under way', async () => {
    const commit = groupCommit(database, { deadlineMs: 900 });
    const inFlight = fate(commit.submit('a'));
    await settle();
    const waiting = fate(commit.submit('b'));
    await jest.advanceTimersByTimeAsync(899);
    expect([inFlight.end, waiting.end]).toEqual([null, null]);
    await jest.advanceTimersByTimeAsync(1);
    expect([inFlight.end, waiting.end]).toEqual(['unavailable', 'unavailable']);
  });

  it('never flushes an item whose submitter was told already', async () => {
    const commit = groupCommit(database, { deadlineMs: 900 });
    fate(commit.submit('a'));
    await settle();
    fate(commit.submit('late'));
    await jest.advanceTimersByTimeAsync(500);
    const young = fate(commit.submit('young'));
    await jest.advanceTimersByTimeAsync(500);
    await database.end();
    await database.end();
    expect(database.seen).toEqual([['a'], ['young']]);
    expect(young.end).toBe('young!');
  });

  it('refuses at once what would be too much, and nothing once there is room', async () => {
    const commit = groupCommit(database, { maxWaiting: 2 });
    void commit.submit('a');
    await settle();
    const [b, c, tooMany] = ['b', 'c', 'd'].map((item) => fate(commit.submit(item)));
    await settle();
    expect([b?.end, c?.end, tooMany?.end]).toEqual([null, null, 'unavailable']);
    await database.end();
    const later = fate(commit.submit('e'));
    await database.end();
    await database.end();
    expect([b?.end, c?.end, later.end]).toEqual(['b!', 'c!', 'e!']);
  });

  it('leaves no timer behind', async () => {
    const commit = groupCommit(database);
    fate(commit.submit('a'));
    await settle();
    await database.end();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is idle when the last item is written, and at once when there is none', async () => {
    const commit = groupCommit(database, { maxBatch: 1 });
    await commit.whenIdle();
    let isIdle = false;
    fate(commit.submit('a'));
    fate(commit.submit('b'));
    void commit.whenIdle().then(() => {
      isIdle = true;
    });
    await settle();
    await database.end();
    expect(isIdle).toBe(false);
    await database.end();
    expect(isIdle).toBe(true);
  });

  it('goes on after a flush that threw before it began', async () => {
    let calls = 0;
    const flush = (items: readonly string[]): Promise<readonly string[]> => {
      calls += 1;
      if (calls === 1) throw new Error('no pool');
      return Promise.resolve(items);
    };
    const options = { maxBatch: 10, maxWaiting: 10, deadlineMs: 1000, isolate: () => false };
    const commit = new GroupCommit(flush, options, clock);
    const first = fate(commit.submit('a'));
    await settle();
    const second = fate(commit.submit('b'));
    await settle();
    expect([first.end, second.end]).toEqual(['no pool', 'b']);
  });
});
