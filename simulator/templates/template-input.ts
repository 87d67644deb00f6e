import type { Checker } from '../scenario/check.js';
import {
  type JsonObject,
  QUALITY_SCORES,
  type QualityScore,
  type TemplateContent,
  type TemplateStatus,
} from './template.js';
import { categoryOf, isFault, readContent } from './template-request.js';

/** A template that a scenario or the control API brings along. */
export interface BornTemplate {
  readonly wabaId: string;
  readonly content: TemplateContent;
  readonly status: TemplateStatus;
  readonly quality: QualityScore;
}

/** How templates are treated; the member `template_rules` of a scenario. */
export interface TemplateRules {
  /** How long a review takes; undefined: until the control API decides. */
  readonly reviewMs: number | undefined;
  /** Messages of the first part of a paced template; 0 = no pacing. */
  readonly pacingFirst: number;
  readonly pacingDecideAfterMs: number;
  /** Whether blocks and reads change the quality. */
  readonly isQualityLive: boolean;
}

const STATUSES: readonly TemplateStatus[] = ['APPROVED', 'ARCHIVED', 'DISABLED', 'PAUSED', 'PENDING', 'REJECTED'];

/** A review of Meta's takes minutes to a day; three seconds let people see PENDING without waiting. */
const REVIEW_MS = 3000;

/** Meta aims at an hour for a whole campaign; held messages wait for less than that. */
const DECIDE_AFTER_MS = 600_000;

const LONGEST_MS = 30 * 86_400_000;

const KNOWN = [
  'waba_id',
  'name',
  'language',
  'category',
  'parameter_format',
  'components',
  'message_send_ttl_seconds',
  'status',
  'quality_score',
];

/** Reads a template: a request of Meta's with `waba_id`, `status` and `quality_score`. Only a body is needed. */
export function readBornTemplate(
  check: Checker,
  json: unknown,
  path: string,
  defaultWabaId: string,
): BornTemplate | undefined {
  const root = check.object(json, path, KNOWN);
  const category = categoryOf(root.category) ?? 'UTILITY';
  const text = {
    language: 'en_US',
    components: [{ type: 'BODY', text: 'Hello from the simulator' }],
    ...root,
    category,
  };
  const content = readContent({ body: text as JsonObject, allowsSamples: true });
  if (isFault(content)) {
    check.fail(`${path}.${content.field}`, content.rule);
    return undefined;
  }
  const status = STATUSES.find((word) => word === (root.status ?? 'APPROVED'));
  if (!status) check.fail(`${path}.status`, `must be one of ${STATUSES.join(', ')}`);
  const quality = QUALITY_SCORES.find((word) => word === (root.quality_score ?? 'UNKNOWN'));
  if (!quality) check.fail(`${path}.quality_score`, `must be one of ${QUALITY_SCORES.join(', ')}`);
  const wabaId = check.string(root.waba_id, `${path}.waba_id`) ?? defaultWabaId;
  return { wabaId, content, status: status ?? 'APPROVED', quality: quality ?? 'UNKNOWN' };
}

/** Reads `template_rules`: `{review_ms: number | "manual", pacing: {first, decide_after_ms}, live_quality}`. */
export function readTemplateRules(check: Checker, json: unknown, path: string): TemplateRules {
  const root = check.object(json, path, ['review_ms', 'pacing', 'live_quality']);
  const pacing = check.object(root.pacing, `${path}.pacing`, ['first', 'decide_after_ms']);
  const isManual = root.review_ms === 'manual';
  const reviewMs = isManual ? undefined : check.number(root.review_ms, `${path}.review_ms`, [0, LONGEST_MS]);
  return {
    reviewMs: isManual ? undefined : (reviewMs ?? REVIEW_MS),
    pacingFirst: check.number(pacing.first, `${path}.pacing.first`, [0, 1_000_000]) ?? 0,
    pacingDecideAfterMs:
      check.number(pacing.decide_after_ms, `${path}.pacing.decide_after_ms`, [1, LONGEST_MS]) ?? DECIDE_AFTER_MS,
    isQualityLive: check.boolean(root.live_quality, `${path}.live_quality`) ?? true,
  };
}
