import type { Stateful } from '../state/stateful.js';
import type { FaultName } from './faults.js';
import type { LedgerEntry } from './ledger.js';

/** What one send adds to the counts. */
export interface CountedSend {
  readonly to: string | null;
  readonly callbackData: string | null;
  readonly outcome: LedgerEntry['outcome'];
  readonly fault?: FaultName;
  readonly code?: number;
  readonly isAccepted: boolean;
}

/** Counts of sends. `sends` = `accepted` + the rest; `accepted` are all that got a wamid, faulted ones included. */
export interface SendStats {
  readonly sends: number;
  readonly accepted: number;
  readonly refused: number;
  /** Answers with 130429, by the limit or as a fault. */
  readonly throttled: number;
  readonly faults: Readonly<Record<string, number>>;
  /** By `to` + `biz_opaque_callback_data` of accepted sends; how many there are and how many came more than once. */
  readonly accepted_by_callback_data: { readonly distinct: number; readonly more_than_once: number };
}

/** Counts sends as they are judged. */
export class SendCounters implements Stateful {
  private sends = 0;
  private accepted = 0;
  private refused = 0;
  private throttled = 0;
  private faults: Record<string, number> = {};
  private byCallbackData = new Map<string, number>();
  private moreThanOnce = 0;

  count({ to, callbackData, outcome, fault, code, isAccepted }: CountedSend): void {
    this.sends++;
    if (isAccepted) this.accepted++;
    if (outcome === 'refused') this.refused++;
    if (code === 130429) this.throttled++;
    if (fault !== undefined) this.faults[fault] = (this.faults[fault] ?? 0) + 1;
    else if (outcome === 'faulted') this.faults[`code_${code}`] = (this.faults[`code_${code}`] ?? 0) + 1;
    if (isAccepted && callbackData !== null) this.countKey(`${to}/${callbackData}`);
  }

  get stats(): SendStats {
    const { sends, accepted, refused, throttled, faults } = this;
    const accepted_by_callback_data = { distinct: this.byCallbackData.size, more_than_once: this.moreThanOnce };
    return { sends, accepted, refused, throttled, faults: { ...faults }, accepted_by_callback_data };
  }

  reset(): void {
    this.sends = this.accepted = this.refused = this.throttled = this.moreThanOnce = 0;
    this.faults = {};
    this.byCallbackData.clear();
  }

  save(): unknown {
    const { sends, accepted, refused, throttled, moreThanOnce, faults, byCallbackData } = this;
    return { sends, accepted, refused, throttled, moreThanOnce, faults, byCallbackData };
  }

  load(saved: unknown): void {
    Object.assign(this, saved);
  }

  private countKey(key: string): void {
    const times = (this.byCallbackData.get(key) ?? 0) + 1;
    this.byCallbackData.set(key, times);
    if (times === 2) this.moreThanOnce++;
  }
}
