import { describe, expect, it } from '@jest/globals';
import { SharedRun } from './shared-run.js';

/** Runs that end when they are told to. */
function heldRuns() {
  const open: { end(): void; fail(error: Error): void }[] = [];
  const shared = new SharedRun(() => new Promise((end, fail) => open.push({ end, fail })));
  return { open, shared };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a shared run', () => {
  it('begins at once when none is under way', () => {
    const { open, shared } = heldRuns();
    void shared.begin();
    expect(open).toHaveLength(1);
  });

  it('is begun once more, after the one under way, for all who asked meanwhile', async () => {
    const { open, shared } = heldRuns();
    const first = shared.begin();
    const later = [shared.begin(), shared.begin(), shared.begin()];
    let haveEnded = false;
    void Promise.all(later).then(() => {
      haveEnded = true;
    });
    await settled();
    expect(open).toHaveLength(1);
    open[0]?.end();
    await first;
    await settled();
    expect([open.length, haveEnded]).toEqual([2, false]);
    open[1]?.end();
    await Promise.all(later);
    await settled();
    expect(open).toHaveLength(2);
  });

  it('is not begun beside another by whoever asks in the instant between the two', async () => {
    const { open, shared } = heldRuns();
    const first = shared.begin();
    const second = shared.begin();
    const between = first.then(() => shared.begin());
    open[0]?.end();
    await settled();
    expect(open).toHaveLength(2);
    open[1]?.end();
    await settled();
    // Whoever asked in that instant shares the second run or has a third, which begins after it.
    open[2]?.end();
    await Promise.all([second, between]);
  });

  it('rejects with what it threw, and the next begins all the same', async () => {
    const { open, shared } = heldRuns();
    const [first, second] = [shared.begin(), shared.begin()];
    open[0]?.fail(new Error('no connection'));
    await expect(first).rejects.toThrow('no connection');
    await settled();
    open[1]?.end();
    await second;
  });

  it('throws no error that nobody hears of when a run fails for those who wait for the next', async () => {
    const { open, shared } = heldRuns();
    const [first, second] = [shared.begin().catch((error: Error) => error.message), shared.begin()];
    open[0]?.fail(new Error('first'));
    await settled();
    open[1]?.fail(new Error('second'));
    await expect(second).rejects.toThrow('second');
    expect(await first).toBe('first');
  });
});
