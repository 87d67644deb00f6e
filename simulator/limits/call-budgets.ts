import { type GraphRefusal, graphRefusal } from '../graph/graph-error.js';
import type { CallMeter } from '../graph/policies.js';
import type { Budget } from '../graph/registry.js';
import type { Stateful } from '../state/stateful.js';
import { InstantLog, type SavedInstants } from './instant-log.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Calls per rolling hour; Infinity where a budget is off. */
export interface CallLimits {
  /** Per app and account on nodes and their management edges: 200, or 5,000 for an active account. */
  readonly management: number;
  /** Per account on phone nodes and their edges, sends included; of Meta's older pages. */
  readonly messaging: number;
  /** Per app, whatever the account: 200 times its users (general rule of Graph). */
  readonly app: number;
  /** What Graph says when the management budget is spent: 80007 in the documents, 80008 seen in the wild. */
  readonly managementCode: number;
}

interface Account {
  readonly management: InstantLog;
  readonly messaging: InstantLog;
}

interface SavedBudgets {
  readonly app: SavedInstants;
  readonly accounts: readonly (readonly [id: string, management: SavedInstants, messaging: SavedInstants])[];
}

/**
 * Counts every call of the last hour against Meta's budgets, refuses what is over (80007, 80008, 4; cloud-api.md §6)
 * and tells in the usage headers how they stand. A refused call costs nothing, so a client is let in again as soon as
 * the header says.
 */
export class CallBudgets implements CallMeter, Stateful {
  private readonly app = new InstantLog(HOUR_MS);
  private readonly accounts = new Map<string, Account>();

  constructor(private readonly limitsNow: () => CallLimits) {}

  count(wabaId: string, budget: Budget, atMs: number): GraphRefusal | undefined {
    const limits = this.limitsNow();
    const log = this.accountOf(wabaId)[budget];
    const isManagement = budget === 'management';
    if (log.countAt(atMs) >= limits[budget]) return graphRefusal(isManagement ? limits.managementCode : 80007);
    // Sends are counted per account alone: the general rule of Graph does not hold for business use cases.
    if (isManagement && this.app.countAt(atMs) >= limits.app) return graphRefusal(4);
    log.add(atMs);
    if (isManagement) this.app.add(atMs);
    return undefined;
  }

  headers(wabaId: string, atMs: number): Record<string, string> {
    const { management, messaging } = this.accountOf(wabaId);
    const limits = this.limitsNow();
    const app = percent(this.app.countAt(atMs), limits.app);
    return {
      'x-app-usage': `{"call_count":${app},"total_time":${app},"total_cputime":${app}}`,
      'x-business-use-case-usage':
        `{"${wabaId}":[{"type":"whatsapp_business_management",${figures(management, limits.management, atMs)}},` +
        `{"type":"whatsapp",${figures(messaging, limits.messaging, atMs)}}]}`,
    };
  }

  reset(): void {
    this.app.reset();
    this.accounts.clear();
  }

  save(): unknown {
    const accounts = [...this.accounts].map(
      ([id, { management, messaging }]) => [id, management.save(), messaging.save()] as const,
    );
    return { app: this.app.save(), accounts } satisfies SavedBudgets;
  }

  load(saved: unknown): void {
    const { app, accounts } = saved as SavedBudgets;
    this.reset();
    this.app.load(app);
    for (const [id, management, messaging] of accounts) {
      this.accountOf(id).management.load(management);
      this.accountOf(id).messaging.load(messaging);
    }
  }

  private accountOf(wabaId: string): Account {
    let account = this.accounts.get(wabaId);
    if (!account) {
      account = { management: new InstantLog(HOUR_MS), messaging: new InstantLog(HOUR_MS) };
      this.accounts.set(wabaId, account);
    }
    return account;
  }
}

/** 100 means spent and nothing else does; the first call shows as 1, as in Meta's samples. */
const percent = (calls: number, budget: number): number =>
  calls === 0 || budget === Number.POSITIVE_INFINITY
    ? 0
    : Math.min(100, Math.max(1, Math.floor((100 * calls) / budget)));

function figures(log: InstantLog, limit: number, atMs: number): string {
  const usage = percent(log.countAt(atMs), limit);
  const minutes = usage < 100 ? 0 : Math.ceil((log.belowAt(limit, atMs) - atMs) / MINUTE_MS);
  return `"call_count":${usage},"total_cputime":${usage},"total_time":${usage},"estimated_time_to_regain_access":${minutes}`;
}
