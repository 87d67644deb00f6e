import type { Clock } from './clock.js';

const HOUR_MS = 3_600_000;
/** Calls per hour, app and WABA: management of an active account (cloud-api.md §6). */
const MANAGEMENT_CALLS = 5000;
/** Calls per hour and WABA on phone nodes, sends included; of Meta's older pages. */
const MESSAGING_CALLS = 11_880_000;

interface Usage {
  hour: number;
  management: number;
  messaging: number;
}

/**
 * The usage headers of every answer: percent of the hour's budget, counted by clock hour. They are told truly, but
 * the budgets are not enforced.
 */
export class UsageMeter {
  private readonly byWaba = new Map<string, Usage>();

  constructor(private readonly clock: Clock) {}

  /** Counts one call and gives the headers of its answer. */
  headersFor(wabaId: string, kind: 'management' | 'messaging'): Record<string, string> {
    const hour = Math.floor(this.clock() / HOUR_MS);
    let usage = this.byWaba.get(wabaId);
    if (usage?.hour !== hour) {
      usage = { hour, management: 0, messaging: 0 };
      this.byWaba.set(wabaId, usage);
    }
    usage[kind]++;
    const management = percent(usage.management, MANAGEMENT_CALLS);
    const messaging = percent(usage.messaging, MESSAGING_CALLS);
    const figures = (percentage: number) =>
      `"call_count":${percentage},"total_cputime":${percentage},"total_time":${percentage},"estimated_time_to_regain_access":0`;
    return {
      'x-app-usage': `{"call_count":${management},"total_time":${management},"total_cputime":${management}}`,
      'x-business-use-case-usage':
        `{"${wabaId}":[{"type":"whatsapp_business_management",${figures(management)}},` +
        `{"type":"whatsapp",${figures(messaging)}}]}`,
    };
  }
}

const percent = (calls: number, budget: number): number => Math.min(100, Math.ceil((100 * calls) / budget));
