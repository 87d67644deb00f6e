import { toSeconds } from '../clock/clock.js';
import { listArgument } from '../graph/field-selection.js';
import { fbtraceId, type GraphRefusal } from '../graph/graph-error.js';
import { invalidParameter } from '../graph/invalid-parameter.js';
import { spanAt } from './analytics-query.js';
import type { Counts, TrafficCounters } from './traffic-counters.js';

const DAY_MS = 86_400_000;

/** How far back template analytics look, and for how long after sending reads and clicks are counted (cloud-api.md §7). */
export const TEMPLATE_LOOK_BACK_MS = 90 * DAY_MS;

const MOST_TEMPLATES = 10;
const METRICS = ['clicked', 'cost', 'delivered', 'read', 'sent'];
const PRODUCTS = ['CLOUD_API', 'MARKETING_MESSAGES_API_FOR_WHATSAPP'];

/** The errors of insights (cloud-api.md §5). */
const INSIGHTS: Readonly<Record<number, string>> = {
  200005: 'Template insights are not available for this account',
  200006: 'Template insights cannot be disabled once they are enabled',
  200007: 'Template insights are not enabled for this account',
};

/** What Graph says when template insights are unavailable (200005), can't be switched off (200006) or are off (200007). */
export function insightsRefusal(code: 200005 | 200006 | 200007): GraphRefusal {
  const message = `(#${code}) ${INSIGHTS[code]}`;
  return { status: 400, code, body: { error: { message, type: 'OAuthException', code, fbtrace_id: fbtraceId() } } };
}

interface TemplateQuery {
  readonly fromMs: number;
  readonly toMs: number;
  readonly templateIds: readonly string[];
  readonly metrics: readonly string[];
  readonly product: string;
  /** start and end were days, in the time zone of the account. */
  readonly isLocal: boolean;
}

const bad = (field: string, rule: string): GraphRefusal => invalidParameter({ field, rule });

/** Reads the query of `GET /{waba}/template_analytics`. `knows`: whether a template of the account has an id. */
export function readTemplateQuery(
  query: URLSearchParams,
  knows: (id: string) => boolean,
  nowMs: number,
): TemplateQuery | GraphRefusal {
  const isLocal = query.get('use_waba_timezone') === 'true';
  const times = timesOf(query, isLocal, nowMs);
  if ('code' in times) return times;
  if (query.get('granularity')?.toUpperCase() !== 'DAILY') return bad('granularity', 'granularity must be DAILY');
  const templateIds = listArgument(query.get('template_ids') ?? undefined);
  if (templateIds.length === 0 || templateIds.length > MOST_TEMPLATES) {
    return bad('template_ids', `template_ids must have 1 to ${MOST_TEMPLATES} ids`);
  }
  const unknown = templateIds.find((id) => !knows(id));
  if (unknown !== undefined) return bad('template_ids', `template_ids: ${unknown} is no template of this account`);
  const given = listArgument(query.get('metric_types') ?? undefined).map((word) => word.toLowerCase());
  const odd = given.find((word) => !METRICS.includes(word));
  if (odd !== undefined)
    return bad('metric_types', `metric_types can't have ${odd}; it can have ${METRICS.join(', ')}`);
  const product = query.get('product_type')?.toUpperCase() ?? 'CLOUD_API';
  if (!PRODUCTS.includes(product)) return bad('product_type', `product_type must be one of ${PRODUCTS.join(', ')}`);
  return { ...times, templateIds, metrics: given.length > 0 ? given : METRICS, product, isLocal };
}

function timesOf(query: URLSearchParams, isLocal: boolean, nowMs: number) {
  const read = (text: string | null): number => {
    if (!isLocal) return /^\d+$/.test(text ?? '') ? Number(text) * 1000 : Number.NaN;
    return /^\d{4}-\d\d-\d\d$/.test(text ?? '') ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  };
  const form = isLocal ? 'YYYY-MM-DD' : 'a UNIX timestamp in seconds';
  const [start, end] = [read(query.get('start')), read(query.get('end'))];
  if (Number.isNaN(start)) return bad('start', `start must be ${form}`);
  if (Number.isNaN(end)) return bad('end', `end must be ${form}`);
  if (end < start) return bad('end', 'end must not be before start');
  if (start < nowMs - TEMPLATE_LOOK_BACK_MS - DAY_MS) return bad('start', 'start can be at most 90 days ago');
  // The range is rounded to full days, both ends included.
  return { fromMs: spanAt('DAY', start).startMs, toMs: spanAt('DAY', end).endMs };
}

/** Whether `readTemplateQuery` refused. */
export const isRefusedTemplateQuery = (query: TemplateQuery | GraphRefusal): query is GraphRefusal => 'code' in query;

interface Point {
  readonly templateId: string;
  readonly startMs: number;
  readonly counts: Required<Counts>;
}

/** The answer to a query: a point for each template and day on which something was sent. */
export function templateReport(query: TemplateQuery, counters: TrafficCounters, wabaId: string): unknown {
  const points = new Map<string, Point>();
  for (const { templateId, startMs, category, counts } of counters.of(wabaId, query.fromMs, query.toMs)) {
    const isLite = category === 'MARKETING_LITE';
    if (isLite !== (query.product !== 'CLOUD_API') || !query.templateIds.includes(templateId)) continue;
    const dayMs = spanAt('DAY', startMs).startMs;
    const name = `${templateId}/${dayMs}`;
    let point = points.get(name);
    if (!point) {
      point = { templateId, startMs: dayMs, counts: { sent: 0, delivered: 0, read: 0, cost: 0, clicked: new Map() } };
      points.set(name, point);
    }
    add(point.counts, counts);
  }
  const data = [...points.values()].sort((a, b) => a.startMs - b.startMs).map((point) => shown(point, query));
  const block = { granularity: 'DAILY', product_type: query.product.toLowerCase(), data_points: data };
  return {
    data: [query.isLocal ? { ...block, waba_timezone: 'UTC' } : block],
    paging: { cursors: { before: 'MAZDZD', after: 'MjQZD' } },
  };
}

function add(sum: Required<Counts>, counts: Counts): void {
  for (const metric of ['sent', 'delivered', 'read', 'cost'] as const) sum[metric] += counts[metric];
  for (const [button, count] of counts.clicked ?? []) sum.clicked.set(button, (sum.clicked.get(button) ?? 0) + count);
}

function shown({ templateId, startMs, counts }: Point, { metrics, isLocal }: TemplateQuery): Record<string, unknown> {
  const { sent, delivered, read, cost, clicked } = counts;
  const at = (ms: number): string | number => (isLocal ? new Date(ms).toISOString().slice(0, 10) : toSeconds(ms));
  const clicks = [...clicked].map(([button, count]) => {
    const slash = button.indexOf('/');
    return { type: button.slice(0, slash), button_content: button.slice(slash + 1), count };
  });
  const urlClicks = clicks.filter(({ type }) => type === 'url_button').reduce((sum, { count }) => sum + count, 0);
  const all: Record<string, unknown> = {
    sent,
    delivered,
    read,
    ...(clicks.length > 0 ? { clicked: clicks } : {}),
    cost: [
      { type: 'amount_spent', value: cents(cost) },
      { type: 'cost_per_delivered', value: delivered === 0 ? 0 : cents(cost / delivered) },
      ...(urlClicks > 0 ? [{ type: 'cost_per_url_button_click', value: cents(cost / urlClicks) }] : []),
    ],
  };
  const wanted = Object.entries(all).filter(([metric]) => metrics.includes(metric));
  return { template_id: templateId, start: at(startMs), end: at(startMs + DAY_MS), ...Object.fromEntries(wanted) };
}

const cents = (value: number): number => Math.round(value * 10_000) / 10_000;
