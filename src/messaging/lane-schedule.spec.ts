import { beforeEach, describe, expect, it } from '@jest/globals';
import { LaneSchedule } from './lane-schedule.js';

describe('the schedule of lanes', () => {
  let nowMs = 0;
  let schedule: LaneSchedule;
  const dueNow = (...ids: string[]): string[] => ids.filter((id) => schedule.isDue(id));

  /** What is asked of the queue of a lane without a key. */
  const slice = (phoneNumberId: string, upTo: number) => ({ phoneNumberId, priority: 1, fairnessKey: '', upTo });

  beforeEach(() => {
    nowMs = 1000;
    schedule = new LaneSchedule({ now: () => new Date(0), monotonicMs: () => nowMs });
  });

  it('knows nothing of a lane at first', () => {
    expect(schedule.isDue('a')).toBe(false);
    expect(schedule.dueAtMs('a')).toBe(Number.POSITIVE_INFINITY);
  });

  it('has a lane due at once when it is woken, and tells the send loop', () => {
    let told = 0;
    schedule.listen(() => {
      told += 1;
    });
    schedule.wake('a');
    expect(dueNow('a', 'b')).toEqual(['a']);
    expect(told).toBe(1);
  });

  it('has a lane due after a while, and never puts an earlier time off', () => {
    schedule.wakeIn('a', 500);
    schedule.wakeIn('a', 900);
    nowMs = 1499;
    expect(schedule.isDue('a')).toBe(false);
    nowMs = 1500;
    expect(schedule.isDue('a')).toBe(true);
    schedule.wakeIn('a', 100);
    expect(schedule.isDue('a')).toBe(true);
  });

  it('lets a lane rest that gave less than it was asked for, and no other', () => {
    for (const id of ['empty', 'short', 'full']) schedule.wake(id);
    nowMs = 1001;
    schedule.looked(1001, [slice('empty', 2), slice('short', 2), slice('full', 2)], [0, 1, 2]);
    expect(dueNow('empty', 'short', 'full')).toEqual(['full']);
  });

  it('does not let a lane rest of which one queue gave all that it was asked for', () => {
    schedule.wake('a');
    nowMs = 1001;
    schedule.looked(1001, [slice('a', 2), { ...slice('a', 2), priority: 2 }], [2, 0]);
    expect(schedule.isDue('a')).toBe(true);
  });

  it('does not forget a wake-up that came during the look', () => {
    schedule.wake('a');
    nowMs = 1001;
    schedule.wake('a');
    schedule.looked(1001, [slice('a', 1)], [0]);
    expect(schedule.isDue('a')).toBe(true);
  });

  it('does not forget a message that is due later', () => {
    schedule.wakeIn('a', 500);
    schedule.looked(1001, [slice('a', 1)], [0]);
    expect(schedule.dueAtMs('a')).toBe(1500);
  });

  describe('of queues with a fairness key', () => {
    const spring = { priority: 2, fairnessKey: 'spring' };
    const summer = { priority: 2, fairnessKey: 'summer' };

    it('knows those that are due, of the priority that is asked for', () => {
      schedule.wake('a', spring);
      schedule.wakeIn('a', 500, summer);
      schedule.wake('b', { priority: 1, fairnessKey: 'news' });
      expect([0, 1, 2].map((priority) => schedule.dueKeys('a', priority))).toEqual([[], [], ['spring']]);
      expect(schedule.dueKeys('b', 1)).toEqual(['news']);
      nowMs = 1500;
      expect(schedule.dueKeys('a', 2)).toEqual(['spring', 'summer']);
    });

    it('knows nothing of the queue without a key while no other is due, and that it has something when it gave all it was asked for', () => {
      schedule.wake('a', { priority: 2, fairnessKey: '' });
      expect(schedule.dueKeys('a', 2)).toEqual([]);
      schedule.wake('a', spring);
      nowMs = 1001;
      schedule.looked(
        1001,
        [
          { ...slice('a', 5), priority: 2 },
          { ...slice('a', 5), ...spring },
        ],
        [5, 5],
      );
      expect(schedule.dueKeys('a', 2)).toEqual(['spring', '']);
    });

    it('lets one rest that gave less, and its lane only when no other has anything', () => {
      schedule.wake('a', spring);
      schedule.wake('a', summer);
      nowMs = 1001;
      schedule.looked(1001, [{ ...slice('a', 3), ...spring }], [1]);
      expect(schedule.dueKeys('a', 2)).toEqual(['summer']);
      expect(schedule.isDue('a')).toBe(true);
      nowMs = 1002;
      schedule.looked(1002, [{ ...slice('a', 3), ...summer }], [0]);
      expect(schedule.dueKeys('a', 2)).toEqual([]);
      expect(schedule.isDue('a')).toBe(false);
    });

    it('lets a lane rest of which only queues are due that nobody asks for, as marketing while it is stopped', () => {
      schedule.wake('a', spring);
      nowMs = 1001;
      schedule.looked(1001, [slice('a', 3)], [0]);
      expect(schedule.isDue('a')).toBe(false);
      schedule.surveyed([{ phoneNumberId: 'a', ...spring, inMs: 0 }]);
      expect(schedule.isDue('a')).toBe(true);
      expect(schedule.dueKeys('a', 2)).toEqual(['spring']);
    });

    it('does not let one rest that was woken during the look', () => {
      schedule.wake('a', spring);
      nowMs = 1001;
      schedule.wake('a', spring);
      schedule.looked(1001, [{ ...slice('a', 3), ...spring }], [0]);
      expect(schedule.dueKeys('a', 2)).toEqual(['spring']);
    });

    it('forgets them with their lane', () => {
      schedule.wake('a', spring);
      schedule.forget('a');
      expect(schedule.dueKeys('a', 2)).toEqual([]);
    });
  });

  it.each([
    [0, 100],
    [200, 100],
    [1000, 500],
    [4000, 2000],
    [100_000, 2000],
  ])('surveys %i lanes every %i ms', (lanes, everyMs) => {
    expect(schedule.surveyEveryMs(lanes)).toBe(everyMs);
    expect(schedule.surveyDue(lanes)).toBe(true);
    schedule.surveyed([]);
    nowMs += everyMs - 1;
    expect(schedule.surveyDue(lanes)).toBe(false);
    nowMs += 1;
    expect(schedule.surveyDue(lanes)).toBe(true);
  });

  it('surveys many lanes often while few numbers have anything that waits, and seldom again when many do', () => {
    schedule.surveyed([], true);
    expect(schedule.surveyEveryMs(10_000)).toBe(200);
    expect(schedule.surveyEveryMs(100)).toBe(100);
    schedule.surveyed([]);
    expect(schedule.surveyEveryMs(10_000)).toBe(2000);
  });

  it('lists only lanes of which a message is known, and forgets those of others', () => {
    schedule.wake('a');
    schedule.wakeIn('b', 500);
    expect([...schedule.known()]).toEqual([
      ['a', 1000],
      ['b', 1500],
    ]);
    schedule.forget('a');
    expect([...schedule.known()].map(([id]) => id)).toEqual(['b']);
  });

  it('takes on what a survey found', () => {
    schedule.surveyed([
      { phoneNumberId: 'a', priority: 2, fairnessKey: 'spring', inMs: -50 },
      { phoneNumberId: 'b', priority: 1, fairnessKey: '', inMs: 200 },
    ]);
    expect(dueNow('a', 'b')).toEqual(['a']);
    expect(schedule.dueKeys('a', 2)).toEqual(['spring']);
    expect(schedule.dueAtMs('b')).toBe(1200);
  });
});
