import {
  digitsOf,
  FAULT_NAMES,
  FAULT_PRESETS,
  type FaultPreset,
  type FaultSettings,
  type Outcomes,
  type WebhookFaults,
} from '../sends/faults.js';
import { Checker } from './check.js';
import type { ScenarioReader } from './scenario-reader.js';

/** Milliseconds within which nine of ten statuses of a kind follow what they follow. */
export interface Delays {
  readonly sent_ms: readonly [number, number];
  readonly delivered_ms: readonly [number, number];
  readonly read_ms: readonly [number, number];
  readonly played_ms: readonly [number, number];
}

/**
 * The end a recipient's messages come to: the last status they get; `none` = accepted and never heard of again. What is
 * no voice message cannot be played, and ends with `read`.
 */
export interface RecipientRule {
  readonly outcome: 'none' | 'sent' | 'delivered' | 'read' | 'played' | 'failed';
  /** Error of `failed`; 131026 when absent. */
  readonly code?: number;
  /** Within which time `read` follows; the usual delay when absent. */
  readonly read_ms?: readonly [number, number];
}

export interface ScenarioWaba {
  readonly id: string;
  readonly name?: string;
}

export interface ScenarioNumber {
  readonly id: string;
  /** Absent: the default WABA. */
  readonly waba_id?: string;
  readonly mps?: number;
  readonly is_on_biz_app?: boolean;
}

const DELAYS: Delays = {
  sent_ms: [50, 400],
  delivered_ms: [300, 3000],
  read_ms: [1000, 5000],
  played_ms: [1000, 30_000],
};
const OUTCOMES = ['none', 'sent', 'delivered', 'read', 'played', 'failed'] as const;
const SHARE = [0, 1] as const;

/** Reads the members `faults` and `outcomes`; `preset` holds where they are silent. */
export function takeFaults(scenario: ScenarioReader, preset: FaultPreset): FaultSettings {
  const faults = scenario.section('faults', (check, json, path) => faultsOf(check, json, preset, path));
  const outcomes = scenario.section('outcomes', (check, json, path) => outcomesOf(check, json, faults.outcomes, path));
  return { ...faults, outcomes };
}

/** Reads the members `wabas` and `phone_numbers`: what exists besides the default account and its numbers. */
export function takeAssets(scenario: ScenarioReader): {
  readonly wabas: readonly ScenarioWaba[];
  readonly phoneNumbers: readonly ScenarioNumber[];
} {
  return {
    wabas: scenario.section('wabas', (check, json, path) =>
      check.array(json, path).map((waba, i) => wabaOf(check, waba, `${path}[${i}]`)),
    ),
    phoneNumbers: scenario.section('phone_numbers', (check, json, path) =>
      check.array(json, path).map((number, i) => numberOf(check, number, `${path}[${i}]`)),
    ),
  };
}

/** Reads `faults` alone, as `POST /_simulator/faults` and `setFaults` take them: a preset's name or an object. */
export function readFaults(json: unknown): FaultSettings {
  const check = new Checker();
  const faults = faultsOf(check, json, 'none', 'faults');
  check.done();
  return faults;
}

function faultsOf(check: Checker, json: unknown, preset: FaultPreset, path: string): FaultSettings {
  if (typeof json === 'string') return presetOf(check, json, path);
  const known = ['preset', ...FAULT_NAMES, 'only_first_attempt', 'by_recipient', 'webhooks', 'outcomes'];
  const root = check.object(json, path, known);
  const base = root.preset === undefined ? FAULT_PRESETS[preset] : presetOf(check, root.preset, `${path}.preset`);
  const sends: Record<string, number> = { ...base.sends };
  for (const name of FAULT_NAMES) {
    const share = check.number(root[name], `${path}.${name}`, SHARE);
    if (share !== undefined) sends[name] = share;
  }
  if (Object.values(sends).reduce((sum, share) => sum + share, 0) > 1)
    check.fail(path, 'the shares add up to more than 1');
  return {
    sends,
    only_first_attempt: check.boolean(root.only_first_attempt, `${path}.only_first_attempt`) ?? base.only_first_attempt,
    by_recipient: stepsOf(check, root.by_recipient, `${path}.by_recipient`),
    webhooks: webhooksOf(check, root.webhooks, base.webhooks, `${path}.webhooks`),
    outcomes: outcomesOf(check, root.outcomes, base.outcomes, `${path}.outcomes`),
  };
}

function presetOf(check: Checker, name: unknown, path: string): FaultSettings {
  if (typeof name === 'string' && Object.hasOwn(FAULT_PRESETS, name)) return FAULT_PRESETS[name as FaultPreset];
  check.fail(path, `must be one of ${Object.keys(FAULT_PRESETS).join(', ')}`);
  return FAULT_PRESETS.none;
}

function stepsOf(check: Checker, json: unknown, path: string): Record<string, string[]> {
  const steps: Record<string, string[]> = {};
  for (const [to, list] of Object.entries(check.object(json, path))) {
    steps[digitsOf(to)] = check.array(list, `${path}.${to}`).map(String);
    for (const step of steps[digitsOf(to)] ?? []) {
      const isKnown = step === 'ok' || /^\d+$/.test(step) || FAULT_NAMES.some((name) => name === step);
      if (!isKnown)
        check.fail(`${path}.${to}`, `${step} is neither ok, nor a Graph code, nor one of ${FAULT_NAMES.join(', ')}`);
    }
  }
  return steps;
}

function webhooksOf(check: Checker, json: unknown, base: WebhookFaults, path: string): WebhookFaults {
  const root = check.object(json, path, Object.keys(base));
  const share = (key: keyof WebhookFaults) => check.number(root[key], `${path}.${key}`, SHARE) ?? base[key];
  return {
    duplicated: share('duplicated'),
    reordered: share('reordered'),
    answer_unread: share('answer_unread'),
    early: share('early'),
    batch_max: check.number(root.batch_max, `${path}.batch_max`, [1, 1000]) ?? base.batch_max,
    batch_wait_ms: check.number(root.batch_wait_ms, `${path}.batch_wait_ms`, [0, 60_000]) ?? base.batch_wait_ms,
  };
}

function outcomesOf(check: Checker, json: unknown, base: Outcomes, path: string): Outcomes {
  const root = check.object(json, path, Object.keys(base));
  const share = (key: keyof Outcomes) => check.number(root[key], `${path}.${key}`, SHARE);
  const failed = share('failed') ?? base.failed;
  // Whoever asks only for failures means: and the rest is delivered, as far as it was.
  const delivered = share('delivered') ?? Math.min(base.delivered, 1 - failed);
  if (delivered + failed > 1 + 1e-9) check.fail(path, 'delivered and failed add up to more than 1');
  return {
    delivered,
    failed,
    read: share('read') ?? base.read,
    skip_delivered: share('skip_delivered') ?? base.skip_delivered,
    played: share('played') ?? base.played,
  };
}

/** Reads the member `delays`. */
export function readDelays(check: Checker, json: unknown, where: string): Delays {
  const root = check.object(json, where, Object.keys(DELAYS));
  const range = (key: keyof Delays): readonly [number, number] => {
    const path = `${where}.${key}`;
    if (root[key] === undefined) return DELAYS[key];
    const [low, high] = check.array(root[key], path).map((ms) => check.number(ms, path, [1, 604_800_000]));
    if (low !== undefined && high !== undefined && low <= high) return [low, high];
    check.fail(path, 'must be [low, high] in milliseconds');
    return DELAYS[key];
  };
  return {
    sent_ms: range('sent_ms'),
    delivered_ms: range('delivered_ms'),
    read_ms: range('read_ms'),
    played_ms: range('played_ms'),
  };
}

/** Reads the member `recipients`: rules by the digits of a phone number. */
export function readRecipients(check: Checker, json: unknown, where: string): Map<string, RecipientRule> {
  const rules = new Map<string, RecipientRule>();
  for (const [to, value] of Object.entries(check.object(json, where))) {
    const path = `${where}.${to}`;
    const root = check.object(value, path, ['outcome', 'code']);
    const outcome = OUTCOMES.find((name) => name === root.outcome);
    if (!outcome) check.fail(`${path}.outcome`, `must be one of ${OUTCOMES.join(', ')}`);
    rules.set(digitsOf(to), {
      outcome: outcome ?? 'none',
      code: check.number(root.code, `${path}.code`, [1, 9_999_999]),
    });
  }
  return rules;
}

function wabaOf(check: Checker, json: unknown, path: string): ScenarioWaba {
  const root = check.object(json, path, ['id', 'name']);
  return { id: idOf(check, root.id, `${path}.id`), name: check.string(root.name, `${path}.name`) };
}

function numberOf(check: Checker, json: unknown, path: string): ScenarioNumber {
  const root = check.object(json, path, ['id', 'waba_id', 'mps', 'is_on_biz_app']);
  return {
    id: idOf(check, root.id, `${path}.id`),
    waba_id: root.waba_id === undefined ? undefined : idOf(check, root.waba_id, `${path}.waba_id`),
    mps: check.number(root.mps, `${path}.mps`, [1, 100_000]),
    is_on_biz_app: check.boolean(root.is_on_biz_app, `${path}.is_on_biz_app`),
  };
}

function idOf(check: Checker, value: unknown, path: string): string {
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return value;
  check.fail(path, 'must be a string of digits');
  return '';
}
