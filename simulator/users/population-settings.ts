import type { Checker } from '../scenario/check.js';
import { COUNTRIES } from './number-plans.js';

/** The people of the platform; member `people` of a scenario. Shares are from 0 to 1. */
export interface PopulationSettings {
  /** How many there are; who is written to besides them lives too. */
  readonly size: number;
  /** Shares by ISO country; empty: all alike. */
  readonly countries: Readonly<Record<string, number>>;
  /** Of the messages read: how many are answered, and within which time nine of ten of the answers come. */
  readonly answer: number;
  readonly answer_ms: readonly [number, number];
  /** How answers are shared among kinds, as weights. Buttons are pressed only where there are some. */
  readonly answers: Readonly<Record<AnswerKind, number>>;
  /** Of the templates read: after how many somebody stops marketing, half of them by writing STOP. */
  readonly opt_out: number;
  /** Of the messages read: after how many somebody blocks the number. */
  readonly block: number;
  /** Of the messages read: after how many somebody is found to have changed the number. */
  readonly change_number: number;
  /** Of the people: who never reads, and who reads late. */
  readonly never_read: number;
  readonly read_late: number;
  readonly read_late_ms: readonly [number, number];
  /** Of the people: who shows a username only, so that webhooks carry no number. */
  readonly username_only: number;
}

/** How somebody answers. */
export type AnswerKind = 'text' | 'button' | 'image' | 'audio' | 'reaction';

const HOUR_MS = 3_600_000;

/** Nobody does anything: what a scenario without `people` gets. */
export const QUIET: PopulationSettings = {
  size: 10_000,
  countries: {},
  answer: 0,
  answer_ms: [2000, 60_000],
  answers: { text: 6, button: 2, image: 1, audio: 0.5, reaction: 0.5 },
  opt_out: 0,
  block: 0,
  change_number: 0,
  never_read: 0,
  read_late: 0,
  read_late_ms: [HOUR_MS, 20 * HOUR_MS],
  username_only: 0,
};

/** What a scenario with `people` gets where it is silent: figures of our own that look like a decent campaign. */
const LIVELY: PopulationSettings = {
  ...QUIET,
  answer: 0.1,
  opt_out: 0.01,
  block: 0.002,
  change_number: 0.0005,
  never_read: 0.2,
  read_late: 0.1,
  username_only: 0.05,
};

const SHARES = ['answer', 'opt_out', 'block', 'change_number', 'never_read', 'read_late', 'username_only'] as const;

/** Reads the member `people`. */
export function readPopulation(check: Checker, json: unknown, path: string): PopulationSettings {
  if (json === undefined) return QUIET;
  const root = check.object(json, path, Object.keys(LIVELY));
  const shares = Object.fromEntries(
    SHARES.map((name) => [name, check.number(root[name], `${path}.${name}`, [0, 1]) ?? LIVELY[name]]),
  ) as Pick<PopulationSettings, (typeof SHARES)[number]>;
  if (shares.never_read + shares.read_late > 1) check.fail(path, 'never_read and read_late add up to more than 1');
  const answers = check.object(root.answers, `${path}.answers`, Object.keys(LIVELY.answers));
  for (const [kind, weight] of Object.entries(answers)) check.number(weight, `${path}.answers.${kind}`, [0, 1e6]);
  return {
    ...shares,
    size: check.number(root.size, `${path}.size`, [1, 100_000_000]) ?? LIVELY.size,
    countries: countriesOf(check, root.countries, `${path}.countries`),
    answer_ms: rangeOf(check, root.answer_ms, `${path}.answer_ms`, LIVELY.answer_ms),
    read_late_ms: rangeOf(check, root.read_late_ms, `${path}.read_late_ms`, LIVELY.read_late_ms),
    answers:
      root.answers === undefined ? LIVELY.answers : { ...NO_ANSWERS, ...(answers as Record<AnswerKind, number>) },
  };
}

const NO_ANSWERS: Readonly<Record<AnswerKind, number>> = { text: 0, button: 0, image: 0, audio: 0, reaction: 0 };

function countriesOf(check: Checker, json: unknown, path: string): Record<string, number> {
  const countries = check.object(json, path, COUNTRIES);
  for (const [country, share] of Object.entries(countries)) check.number(share, `${path}.${country}`, [0, 1e6]);
  const shares = Object.values(countries) as number[];
  if (shares.length > 0 && !shares.some((share) => share > 0)) check.fail(path, 'somebody must live somewhere');
  return countries as Record<string, number>;
}

function rangeOf(check: Checker, json: unknown, path: string, base: readonly [number, number]) {
  if (json === undefined) return base;
  const [low, high] = check.array(json, path).map((ms) => check.number(ms, path, [1, 30 * 24 * HOUR_MS]));
  if (low !== undefined && high !== undefined && low <= high) return [low, high] as const;
  check.fail(path, 'must be [low, high] in milliseconds');
  return base;
}
