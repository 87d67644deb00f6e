import { asInteger, asObject } from '../webhook/json-value.js';

/** What Meta's usage headers say of a budget of calls. */
export interface Usage {
  /** Whose budget: a WABA's id, or null for the app's. */
  readonly wabaId: string | null;
  /** The fullest of its measures, in percent; 100 means throttled. */
  readonly percent: number;
  /** How long Meta refuses calls from now on, in milliseconds; 0 when it does not. */
  readonly regainInMs: number;
}

const MINUTE_MS = 60_000;
const MEASURES = ['call_count', 'total_cputime', 'total_time'] as const;

/**
 * Reads `x-business-use-case-usage` (budgets of WABAs, with the minutes until access is regained) and `x-app-usage`.
 * Rule: Meta, "Rate limits" (percent of the budget; `estimated_time_to_regain_access` in minutes). Total: a header
 * that cannot be read says nothing.
 */
export function parseUsage(businessUseCase: string | undefined, app: string | undefined): Usage[] {
  const usages: Usage[] = [];
  for (const [wabaId, entries] of Object.entries(parse(businessUseCase) ?? {})) {
    for (const entry of Array.isArray(entries) ? entries : []) usages.push(toUsage(wabaId, entry));
  }
  const ofApp = parse(app);
  if (ofApp !== null) usages.push(toUsage(null, ofApp));
  return usages;
}

function parse(header: string | undefined): Record<string, unknown> | null {
  if (header === undefined) return null;
  try {
    return asObject(JSON.parse(header));
  } catch {
    return null;
  }
}

function toUsage(wabaId: string | null, entry: unknown): Usage {
  const fields = asObject(entry) ?? {};
  const percent = Math.max(0, ...MEASURES.map((measure) => asInteger(fields[measure]) ?? 0));
  return {
    wabaId,
    percent,
    regainInMs: Math.max(0, asInteger(fields.estimated_time_to_regain_access) ?? 0) * MINUTE_MS,
  };
}
