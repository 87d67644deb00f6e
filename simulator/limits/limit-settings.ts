import type { Checker } from '../scenario/check.js';
import { digitsOf } from '../sends/faults.js';
import type { CapSetting } from './marketing-cap.js';
import { TIER_NAMES, type Tier } from './messaging-tiers.js';
import type { PairMode } from './pair-limit.js';

/** Most recipients a test number may have (cloud-api.md §8). */
const MOST_TEST_RECIPIENTS = 5;

/** Which of Meta's limits hold, and how tightly. Infinity = off. */
export interface LimitSettings {
  readonly throughput: 'on' | 'off';
  readonly pair: PairMode | 'off';
  readonly management_calls_per_hour: number;
  /** 80007 in the documents, 80008 seen in the wild. */
  readonly management_code: number;
  readonly messaging_calls_per_hour: number;
  readonly app_calls_per_hour: number;
  readonly messaging_limit: Tier;
  /** Meta does not say which code an exhausted messaging limit has. */
  readonly messaging_limit_code: number;
  /** The messaging limit rises by itself when it is used and the quality is good. */
  readonly messaging_limit_rises: boolean;
  /** Numbers are upgraded by themselves once so many people were reached in 24 h without a limit; Meta: 100,000. */
  readonly throughput_rises_at: number;
  readonly marketing_per_user: CapSetting | 'off';
  /** Recipients of test numbers, by the number's id; WhatsApp ids. */
  readonly test_numbers: Readonly<Record<string, readonly string[]>>;
}

/** Meta's own figures; what Meta does not publish is off. */
export const DEFAULT_LIMITS: LimitSettings = {
  throughput: 'on',
  pair: 'continuous',
  management_calls_per_hour: 5000,
  management_code: 80007,
  messaging_calls_per_hour: 11_880_000,
  app_calls_per_hour: 200_000,
  messaging_limit: 'TIER_UNLIMITED',
  messaging_limit_code: 131048,
  messaging_limit_rises: false,
  throughput_rises_at: Number.POSITIVE_INFINITY,
  marketing_per_user: 'off',
  test_numbers: {},
};

/** Reads limits; members that are silent stay as in `base`. */
export function readLimits(check: Checker, json: unknown, path: string, base: LimitSettings): LimitSettings {
  const root = check.object(json, path, Object.keys(DEFAULT_LIMITS));
  const endable = (
    name: 'management_calls_per_hour' | 'messaging_calls_per_hour' | 'app_calls_per_hour' | 'throughput_rises_at',
  ) =>
    root[name] === 'off'
      ? Number.POSITIVE_INFINITY
      : (check.number(root[name], `${path}.${name}`, [1, 1e12]) ?? base[name]);
  const code = (name: 'management_code' | 'messaging_limit_code') =>
    check.number(root[name], `${path}.${name}`, [1, 9_999_999]) ?? base[name];
  const word = <T extends string>(name: keyof LimitSettings, words: readonly T[], otherwise: T): T => {
    const found = words.find((known) => known === root[name]);
    if (root[name] !== undefined && found === undefined)
      check.fail(`${path}.${name}`, `must be one of ${words.join(', ')}`);
    return found ?? otherwise;
  };
  return {
    throughput: word('throughput', ['on', 'off'], base.throughput),
    pair: word('pair', ['continuous', 'settle_first', 'off'], base.pair),
    management_calls_per_hour: endable('management_calls_per_hour'),
    management_code: code('management_code'),
    messaging_calls_per_hour: endable('messaging_calls_per_hour'),
    app_calls_per_hour: endable('app_calls_per_hour'),
    messaging_limit: word('messaging_limit', TIER_NAMES, base.messaging_limit),
    messaging_limit_code: code('messaging_limit_code'),
    messaging_limit_rises:
      check.boolean(root.messaging_limit_rises, `${path}.messaging_limit_rises`) ?? base.messaging_limit_rises,
    throughput_rises_at: endable('throughput_rises_at'),
    marketing_per_user: capOf(check, root.marketing_per_user, `${path}.marketing_per_user`) ?? base.marketing_per_user,
    test_numbers:
      root.test_numbers === undefined
        ? base.test_numbers
        : testNumbersOf(check, root.test_numbers, `${path}.test_numbers`),
  };
}

function capOf(check: Checker, json: unknown, path: string): CapSetting | 'off' | undefined {
  if (json === undefined || json === 'off') return json;
  const root = check.object(json, path, ['messages', 'hours']);
  const messages = check.number(root.messages, `${path}.messages`, [0, 1000]);
  if (messages === undefined) check.fail(`${path}.messages`, 'is required');
  return { messages: messages ?? 0, hours: check.number(root.hours, `${path}.hours`, [1, 720]) ?? 24 };
}

function testNumbersOf(check: Checker, json: unknown, path: string): Record<string, string[]> {
  const numbers: Record<string, string[]> = {};
  for (const [id, list] of Object.entries(check.object(json, path))) {
    const recipients = check.array(list, `${path}.${id}`).map((phone) => digitsOf(String(phone)));
    if (recipients.length > MOST_TEST_RECIPIENTS)
      check.fail(`${path}.${id}`, `a test number has at most ${MOST_TEST_RECIPIENTS} recipients`);
    numbers[id] = recipients;
  }
  return numbers;
}
