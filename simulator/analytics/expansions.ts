import { toSeconds } from '../clock/clock.js';
import { type AnalyticsQuery, type ExpansionRule, type Span, spanAt } from './analytics-query.js';
import type { Counted, TrafficCounters } from './traffic-counters.js';

const YEAR_MS = 365 * 86_400_000;

/** An expansion of the account node: what it takes, and what it answers. */
export interface Expansion extends ExpansionRule {
  report(query: AnalyticsQuery, counters: TrafficCounters, wabaId: string): unknown;
}

const CATEGORIES = [
  'AUTHENTICATION',
  'AUTHENTICATION_INTERNATIONAL',
  'MARKETING',
  'MARKETING_LITE',
  'SERVICE',
  'UTILITY',
];

/** The expansions of `GET /{waba}?fields=…` (cloud-api.md §7). */
export const EXPANSIONS: Readonly<Record<string, Expansion>> = {
  analytics: {
    granularities: ['HALF_HOUR', 'DAY', 'MONTH'],
    lists: { product_types: [] },
    lookBackMs: YEAR_MS,
    report: messagesReport,
  },
  conversation_analytics: {
    granularities: ['HALF_HOUR', 'DAILY', 'MONTHLY'],
    lists: {
      metric_types: ['COST', 'CONVERSATION'],
      conversation_categories: CATEGORIES,
      conversation_types: ['FREE_ENTRY_POINT', 'FREE_TIER', 'REGULAR'],
      conversation_directions: ['BUSINESS_INITIATED', 'UNKNOWN', 'USER_INITIATED'],
      dimensions: ['CONVERSATION_CATEGORY', 'CONVERSATION_DIRECTION', 'CONVERSATION_TYPE', 'COUNTRY', 'PHONE'],
    },
    lookBackMs: YEAR_MS,
    report: conversationsReport,
  },
  pricing_analytics: {
    granularities: ['HALF_HOUR', 'DAILY', 'MONTHLY'],
    lists: {
      metric_types: ['COST', 'VOLUME'],
      pricing_categories: CATEGORIES,
      pricing_types: ['FREE_CUSTOMER_SERVICE', 'FREE_ENTRY_POINT', 'REGULAR'],
      dimensions: ['COUNTRY', 'PHONE', 'PRICING_CATEGORY', 'PRICING_TYPE', 'TIER'],
      tiers: [],
    },
    lookBackMs: YEAR_MS,
    report: pricingReport,
  },
};

/** What was counted in the spans that a query touches, as far as its numbers and countries say. */
function countedIn(query: AnalyticsQuery, counters: TrafficCounters, wabaId: string): Counted[] {
  const fromMs = spanAt(query.span, query.fromMs).startMs;
  const toMs = spanAt(query.span, query.toMs - 1).endMs;
  const isAmong = (list: readonly string[], word: string): boolean => list.length === 0 || list.includes(word);
  return [...counters.of(wabaId, fromMs, toMs)].filter(
    ({ phone, country }) => isAmong(query.phones, phone) && isAmong(query.countries, country),
  );
}

/** Sums by span and by what `keyOf` says; in order of time. */
function summed<M extends Record<string, number>>(
  counted: readonly Counted[],
  span: Span,
  keyOf: (item: Counted) => Record<string, string>,
  metricsOf: (item: Counted) => M,
): (Record<string, string | number> & M)[] {
  const points = new Map<string, Record<string, string | number>>();
  for (const item of counted) {
    const { startMs, endMs } = spanAt(span, item.startMs);
    const key = keyOf(item);
    const name = JSON.stringify([startMs, key]);
    const metrics = metricsOf(item);
    const point = points.get(name);
    if (!point) points.set(name, { start: toSeconds(startMs), end: toSeconds(endMs), ...key, ...metrics });
    else for (const [metric, value] of Object.entries(metrics)) point[metric] = rounded(Number(point[metric]) + value);
  }
  const all = [...points.values()] as (Record<string, string | number> & M)[];
  return all.sort((a, b) => Number(a.start) - Number(b.start));
}

/** Sums of prices without the dust of binary fractions. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

function messagesReport(query: AnalyticsQuery, counters: TrafficCounters, wabaId: string): unknown {
  const counted = countedIn(query, counters, wabaId);
  const points = summed(
    counted,
    query.span,
    () => ({}),
    ({ counts: { sent, delivered } }) => ({ sent, delivered }),
  );
  const countries =
    query.countries.length > 0 ? query.countries : [...new Set(counted.map(({ country }) => country))].sort();
  const phones = query.phones.length > 0 ? query.phones : [...new Set(counted.map(({ phone }) => phone))].sort();
  return { phone_numbers: phones, country_codes: countries, granularity: query.granularity, data_points: points };
}

const has = (list: readonly string[] | undefined, word: string): boolean =>
  !list || list.length === 0 || list.includes(word);

/** Members of a point for the dimensions asked for. */
function dimensionsOf(wanted: readonly string[] | undefined, all: Readonly<Record<string, readonly [string, string]>>) {
  const key: Record<string, string> = {};
  for (const word of wanted ?? []) {
    const [member, value] = all[word] ?? ['', ''];
    if (value !== '') key[member] = value;
  }
  return key;
}

/** Conversations are a thing of the past: each delivered message of the kinds that opened them counts as one. */
function conversationsReport(query: AnalyticsQuery, counters: TrafficCounters, wabaId: string): unknown {
  const { lists, span } = query;
  const counted = countedIn(query, counters, wabaId).filter(
    (item) => has(lists.conversation_categories, item.category) && has(lists.conversation_types, typeOf(item)),
  );
  const points = summed(
    counted.filter(({ counts }) => counts.delivered > 0),
    span,
    (item) =>
      dimensionsOf(lists.dimensions, {
        PHONE: ['phone_number', item.phone],
        COUNTRY: ['country', item.country],
        CONVERSATION_TYPE: ['conversation_type', typeOf(item)],
        CONVERSATION_DIRECTION: ['conversation_direction', 'UNKNOWN'],
        CONVERSATION_CATEGORY: ['conversation_category', item.category],
      }),
    ({ counts }) =>
      metricsOf(lists.metric_types, { CONVERSATION: ['conversation', counts.delivered], COST: ['cost', counts.cost] }),
  );
  return { data: [{ data_points: points }] };
}

/** Conversations know no FREE_CUSTOMER_SERVICE; what is free inside the window was REGULAR there. */
const typeOf = ({ pricingType }: Counted): string => (pricingType === 'FREE_ENTRY_POINT' ? pricingType : 'REGULAR');

function metricsOf(
  wanted: readonly string[] | undefined,
  all: Readonly<Record<string, readonly [string, number]>>,
): Record<string, number> {
  const entries = Object.entries(all).filter(([word]) => has(wanted, word));
  return Object.fromEntries(entries.map(([, pair]) => pair));
}

function pricingReport(query: AnalyticsQuery, counters: TrafficCounters, wabaId: string): unknown {
  const { lists, span } = query;
  const counted = countedIn(query, counters, wabaId).filter(
    ({ category, pricingType }) => has(lists.pricing_categories, category) && has(lists.pricing_types, pricingType),
  );
  const points = summed(
    counted.filter(({ counts }) => counts.delivered > 0),
    span,
    (item) =>
      dimensionsOf(lists.dimensions, {
        PHONE: ['phone_number', item.phone],
        COUNTRY: ['country', item.country],
        // Free messages have no tier; the simulator's prices do not fall with the volume.
        TIER: ['tier', item.pricingType === 'REGULAR' ? '0:MAX' : ''],
        PRICING_TYPE: ['pricing_type', item.pricingType],
        PRICING_CATEGORY: ['pricing_category', item.category],
      }),
    ({ counts }) =>
      metricsOf(lists.metric_types, { VOLUME: ['volume', counts.delivered], COST: ['cost', counts.cost] }),
  );
  return { data: [{ data_points: points }] };
}
