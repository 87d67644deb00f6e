import type { Stateful } from '../state/stateful.js';
import { getOrAdd } from '../structures/get-or-add.js';
import type { QualityScore } from './template.js';

const HOUR_MS = 3_600_000;

/** Hours over which Meta judges (cloud-api.md §3.6). */
const WINDOW_HOURS = 7 * 24;

/** What people do with the messages of a template. */
export type Feedback = 'blocked' | 'delivered' | 'read';

interface HourCount {
  readonly hour: number;
  blocked: number;
  delivered: number;
  read: number;
}

/** Shares of blocks among delivered messages from which a score follows. Meta's are not published; these are ours. */
const YELLOW_FROM = 0.02;
const RED_FROM = 0.05;

/** Messages before a score is given at all: fewer say nothing. */
const LEAST_DELIVERED = 20;

/** Counts by hour what people do with each template's messages, over the seven days that Meta looks back. */
export class TemplateFeedback implements Stateful {
  private hours = new Map<string, HourCount[]>();

  add(templateId: string, kind: Feedback, atMs: number): void {
    const hour = Math.floor(atMs / HOUR_MS);
    const counts = getOrAdd(this.hours, templateId, (): HourCount[] => []);
    let last = counts.at(-1);
    if (last?.hour !== hour) {
      last = { hour, blocked: 0, delivered: 0, read: 0 };
      counts.push(last);
      while (counts[0] && counts[0].hour <= hour - WINDOW_HOURS) counts.shift();
    }
    last[kind]++;
  }

  /** The score that the last seven days give; undefined when there is too little to judge by. */
  score(templateId: string, atMs: number): QualityScore | undefined {
    const { delivered, blocked } = this.total(templateId, atMs);
    if (delivered < LEAST_DELIVERED) return undefined;
    const share = blocked / delivered;
    return share >= RED_FROM ? 'RED' : share >= YELLOW_FROM ? 'YELLOW' : 'GREEN';
  }

  /** What happened in the last seven days. */
  total(templateId: string, atMs: number): Readonly<Record<Feedback, number>> {
    const since = Math.floor(atMs / HOUR_MS) - WINDOW_HOURS;
    const sum = { blocked: 0, delivered: 0, read: 0 };
    for (const { hour, ...counts } of this.hours.get(templateId) ?? []) {
      if (hour <= since) continue;
      for (const kind of ['blocked', 'delivered', 'read'] as const) sum[kind] += counts[kind];
    }
    return sum;
  }

  /** Begins anew, as Meta does for a template that was edited or unpaused. */
  forget(templateId: string): void {
    this.hours.delete(templateId);
  }

  reset(): void {
    this.hours = new Map();
  }

  save(): unknown {
    return this.hours;
  }

  load(saved: unknown): void {
    this.hours = saved as Map<string, HourCount[]>;
  }
}
