import { describe, expect, it } from '@jest/globals';
import { createRandom } from '../chance/random.js';
import { readDelays, readRecipients, takeFaults } from '../scenario/scenario.js';
import { ScenarioReader } from '../scenario/scenario-reader.js';
import { FAULT_PRESETS } from './faults.js';
import { type PlanSettings, planStatuses } from './statuses.js';

function settings(json: unknown, preset: 'none' | 'nasty' = 'none', isVoice = false): PlanSettings {
  const scenario = new ScenarioReader(json);
  const faults = takeFaults(scenario, preset);
  const delays = scenario.section('delays', readDelays);
  scenario.done();
  return { outcomes: faults.outcomes, webhooks: faults.webhooks, delays, timeScale: 1, isVoice };
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

  it('skips delivered in the share asked for, and prices read instead', () => {
    const some = plans(1000, settings({ outcomes: { read: 1, skip_delivered: 0.3 } }));
    const skipped = some.filter(({ statuses }) => statuses.length === 2);
    expect(skipped.length / 1000).toBeCloseTo(0.3, 1);
    for (const { statuses } of skipped) {
      expect(statuses.map(({ status, priced }) => [status, priced])).toEqual([
        ['sent', true],
        ['read', true],
      ]);
    }
    const calm = plans(1000, settings({ outcomes: { read: 1 } }));
    expect(calm.every(({ statuses }) => statuses.length === 3)).toBe(true);
  });

  it('lets voice messages alone be played, after they were read', () => {
    const played = { outcomes: { read: 1, played: 1 } };
    const ends = (isVoice: boolean) =>
      new Set(plans(100, settings(played, 'none', isVoice)).map(({ statuses }) => statuses.at(-1)?.status));
    expect(ends(true)).toEqual(new Set(['played']));
    expect(ends(false)).toEqual(new Set(['read']));
    const [life] = plans(1, { ...settings({}, 'none', true), rule: { outcome: 'played' } });
    expect(life?.statuses.map(({ status }) => status)).toEqual(['sent', 'delivered', 'read', 'played']);
    expect(plans(1, { ...settings({}), rule: { outcome: 'played' } })[0]?.statuses.at(-1)?.status).toBe('read');
  });

  it('takes failures, delays and recipients from a scenario', () => {
    expect(settings({ outcomes: { failed: 1 } }).outcomes).toMatchObject({ delivered: 0, failed: 1, read: 0.6 });
    expect(FAULT_PRESETS.none.outcomes.failed).toBe(0);
    expect(settings({ delays: { sent_ms: [1, 2] } }).delays.sent_ms).toEqual([1, 2]);
    const scenario = new ScenarioReader({ recipients: { '+1 555 01': { outcome: 'failed', code: 131049 } } });
    const recipients = scenario.section('recipients', readRecipients);
    expect(recipients.get('155501')).toEqual({ outcome: 'failed', code: 131049 });
  });
});
