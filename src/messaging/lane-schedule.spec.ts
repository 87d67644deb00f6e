import { beforeEach, describe, expect, it } from '@jest/globals';
import { LaneSchedule } from './lane-schedule.js';

describe('the schedule of lanes', () => {
  let nowMs = 0;
  let schedule: LaneSchedule;
  const dueNow = (...ids: string[]): string[] => ids.filter((id) => schedule.isDue(id));

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
    const asked = ['empty', 'short', 'full'].map((phoneNumberId) => ({ phoneNumberId, upTo: 2 }));
    schedule.looked(1001, asked, ['short', 'full', 'full']);
    expect(dueNow('empty', 'short', 'full')).toEqual(['full']);
  });

  it('does not forget a wake-up that came during the look', () => {
    schedule.wake('a');
    nowMs = 1001;
    schedule.wake('a');
    schedule.looked(1001, [{ phoneNumberId: 'a', upTo: 1 }], []);
    expect(schedule.isDue('a')).toBe(true);
  });

  it('does not forget a message that is due later', () => {
    schedule.wakeIn('a', 500);
    schedule.looked(1001, [{ phoneNumberId: 'a', upTo: 1 }], []);
    expect(schedule.dueAtMs('a')).toBe(1500);
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
      { phone_number_id: 'a', in_ms: -50 },
      { phone_number_id: 'b', in_ms: 200 },
    ]);
    expect(dueNow('a', 'b')).toEqual(['a']);
    expect(schedule.dueAtMs('b')).toBe(1200);
  });
});
