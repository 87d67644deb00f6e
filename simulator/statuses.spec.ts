import { describe, expect, it } from '@jest/globals';
import { FAULT_PRESETS } from './faults.js';
import { createRandom } from './random.js';
import { readScenario } from './scenario.js';
import { type PlanSettings, planStatuses } from './statuses.js';

function settings(json: unknown, preset: 'none' | 'nasty' = 'none'): PlanSettings {
  const { faults, delays } = readScenario(json, preset);
  return { outcomes: faults.outcomes, webhooks: faults.webhooks, delays, timeScale: 1 };
}

function plans(count: number, from: PlanSettings) {
  const random = createRandom(5, 'statuses');
  return Array.from({ length: count }, () => planStatuses(random, from));
}

describe('the life of an accepted message', () => {
  it('ends delivered or read when nothing is to go wrong', () => {
    const ends = plans(1000, settings({})).map(({ statuses }) => statuses.at(-1)?.status);
    expect(new Set(ends)).toEqual(new Set(['delivered', 'read']));
  });

  it('has some failed and some never delivered messages in nasty weather', () => {
    const ends = plans(5000, settings({}, 'nasty')).map(({ statuses }) => statuses.at(-1)?.status);
    expect(new Set(ends)).toEqual(new Set(['sent', 'delivered', 'read', 'failed']));
  });

  it('reverses the order of webhooks but never tells of what has not happened', () => {
    const all = plans(2000, settings({}, 'nasty'));
    for (const { statuses } of all) {
      for (const status of statuses) expect(status.dueAfterMs).toBeGreaterThanOrEqual(status.happensAfterMs);
      const happened = statuses.map(({ happensAfterMs }) => happensAfterMs);
      expect(happened).toEqual([...happened].sort((a, b) => a - b));
    }
    const reversed = all.filter(
      ({ statuses: [first, second] }) => first && second && second.dueAfterMs < first.dueAfterMs,
    );
    expect(reversed.length).toBeGreaterThan(300);
  });

  it('prices sent and one of delivered and read', () => {
    for (const { statuses } of plans(200, settings({}))) {
      expect(statuses.filter(({ priced }) => priced).map(({ status }) => status)).toEqual(['sent', 'delivered']);
    }
  });

  it('takes failures, delays and recipients from a scenario', () => {
    expect(settings({ outcomes: { failed: 1 } }).outcomes).toEqual({ delivered: 0, failed: 1, read: 0.6 });
    expect(FAULT_PRESETS.none.outcomes.failed).toBe(0);
    const { recipients, delays } = readScenario(
      { delays: { sent_ms: [1, 2] }, recipients: { '+1 555 01': { outcome: 'failed', code: 131049 } } },
      'none',
    );
    expect(delays.sent_ms).toEqual([1, 2]);
    expect(recipients.get('155501')).toEqual({ outcome: 'failed', code: 131049 });
  });
});
