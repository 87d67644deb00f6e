import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CRASH_POINTS, CrashPoints } from './crash-points.js';

describe('a crash point', () => {
  const kill = jest.spyOn(process, 'kill').mockReturnValue(true);

  beforeEach(() => {
    kill.mockClear();
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  // Not after each test: a test without the spy would really kill this process.
  afterAll(() => {
    kill.mockRestore();
  });

  it('never kills a process that was not told to', () => {
    const crash = new CrashPoints(undefined);
    for (const point of CRASH_POINTS) {
      crash.pass(point);
      crash.passSoon(point);
    }
    jest.runAllTimers();
    expect(kill).not.toHaveBeenCalled();
  });

  it('kills at its nth passing, with a signal that no handler sees', () => {
    const crash = new CrashPoints('armed:3');
    crash.pass('armed');
    crash.pass('armed');
    crash.pass('bytes-out');
    expect(kill).not.toHaveBeenCalled();
    crash.pass('armed');
    expect(kill.mock.calls).toEqual([[process.pid, 'SIGKILL']]);
  });

  it('kills at the first passing when no number is given', () => {
    new CrashPoints('in-apply').pass('in-apply');
    expect(kill).toHaveBeenCalledTimes(1);
  });

  it('kills a moment later when the bytes are to leave first', () => {
    new CrashPoints('bytes-out').passSoon('bytes-out');
    expect(kill).not.toHaveBeenCalled();
    jest.runAllTimers();
    expect(kill).toHaveBeenCalledTimes(1);
  });
});
