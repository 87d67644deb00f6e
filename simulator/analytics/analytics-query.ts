import type { FieldSelection } from '../graph/field-selection.js';
import { listArgument } from '../graph/field-selection.js';
import type { GraphRefusal } from '../graph/graph-error.js';
import { invalidParameter } from '../graph/invalid-parameter.js';

const DAY_MS = 86_400_000;

/** Spans into which analytics cut time; MONTH is a calendar month in UTC. */
export type Span = 'DAY' | 'HALF_HOUR' | 'MONTH';

/** Every word Meta has for a span: the older expansion says DAY, the newer ones DAILY (cloud-api.md §7). */
const SPANS: Readonly<Record<string, Span>> = {
  HALF_HOUR: 'HALF_HOUR',
  DAY: 'DAY',
  DAILY: 'DAY',
  MONTH: 'MONTH',
  MONTHLY: 'MONTH',
};

/** What every expansion asks for. */
export interface AnalyticsQuery {
  readonly fromMs: number;
  readonly toMs: number;
  readonly span: Span;
  /** The word the client used. */
  readonly granularity: string;
  /** Digits; empty: all. */
  readonly phones: readonly string[];
  /** Empty: all. */
  readonly countries: readonly string[];
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

/** What an expansion takes beside times, numbers and countries, with the words its lists may have. */
export interface ExpansionRule {
  readonly granularities: readonly string[];
  readonly lists: Readonly<Record<string, readonly string[]>>;
  /** How far back Meta looks. */
  readonly lookBackMs: number;
}

const SHARED_ARGUMENTS = ['start', 'end', 'granularity', 'phone_numbers', 'country_codes'];

/** Reads an expansion such as `analytics.start(…).end(…).granularity(DAY)`, or says what Graph refuses it for. */
export function readQuery(
  { name, args }: FieldSelection,
  rule: ExpansionRule,
  nowMs: number,
): AnalyticsQuery | GraphRefusal {
  const known = [...SHARED_ARGUMENTS, ...Object.keys(rule.lists)];
  const odd = Object.keys(args).find((key) => !known.includes(key));
  if (odd !== undefined) return bad(odd, `${name} takes no ${odd}; it takes ${known.join(', ')}`);
  const times = timesOf(name, args, nowMs, rule.lookBackMs);
  if ('code' in times) return times;
  const granularity = listArgument(args.granularity)[0]?.toUpperCase() ?? '';
  if (!rule.granularities.includes(granularity)) {
    return bad('granularity', `${name}.granularity must be one of ${rule.granularities.join(', ')}`);
  }
  const lists: Record<string, readonly string[]> = {};
  for (const [key, words] of Object.entries(rule.lists)) {
    const given = listArgument(args[key]).map((word) => word.toUpperCase());
    const wrong = given.find((word) => words.length > 0 && !words.includes(word));
    if (wrong !== undefined) return bad(key, `${name}.${key} can't have ${wrong}; it can have ${words.join(', ')}`);
    lists[key] = given;
  }
  return {
    ...times,
    span: SPANS[granularity] ?? 'DAY',
    granularity,
    phones: listArgument(args.phone_numbers).map((phone) => phone.replace(/\D/g, '')),
    countries: listArgument(args.country_codes).map((country) => country.toUpperCase()),
    lists,
  };
}

function timesOf(name: string, args: FieldSelection['args'], nowMs: number, lookBackMs: number) {
  const [start, end] = [Number(args.start), Number(args.end)];
  if (!Number.isInteger(start)) return bad('start', `${name}.start must be a UNIX timestamp in seconds`);
  if (!Number.isInteger(end)) return bad('end', `${name}.end must be a UNIX timestamp in seconds`);
  if (end <= start) return bad('end', `${name}.end must be after start`);
  const fromMs = start * 1000;
  // A whole day of slack: clients round to days.
  if (fromMs < nowMs - lookBackMs - DAY_MS) {
    return bad('start', `${name}.start can be at most ${lookBackMs / DAY_MS} days ago`);
  }
  return { fromMs, toMs: end * 1000 };
}

const bad = (field: string, rule: string): GraphRefusal => invalidParameter({ field, rule });

/** Whether `readQuery` refused. */
export const isRefusedQuery = (query: AnalyticsQuery | GraphRefusal): query is GraphRefusal => 'code' in query;

/** The span that an instant falls into. */
export function spanAt(span: Span, atMs: number): { readonly startMs: number; readonly endMs: number } {
  if (span === 'MONTH') {
    const date = new Date(atMs);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    return { startMs: Date.UTC(year, month, 1), endMs: Date.UTC(year, month + 1, 1) };
  }
  const lengthMs = span === 'DAY' ? DAY_MS : 1_800_000;
  const startMs = Math.floor(atMs / lengthMs) * lengthMs;
  return { startMs, endMs: startMs + lengthMs };
}
