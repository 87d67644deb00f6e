import type { Stateful } from '../state/stateful.js';
import type { AcceptedSend, StatusChange } from '../traffic.js';
import { countryOf } from './country.js';
import { priceOf } from './rates.js';
import type { CounterKey, TrafficCounters } from './traffic-counters.js';

const DAY_MS = 86_400_000;

/** Reads and clicks are counted for so long after sending (cloud-api.md §7). */
const READS_COUNT_MS = 7 * DAY_MS;

/** Messages that are remembered until they can't be read any more; the oldest go first. About 50 MB at most. */
const MOST_REMEMBERED = 100_000;

type Traffic = Pick<
  AcceptedSend,
  'atMs' | 'category' | 'phoneNumberId' | 'templateName' | 'type' | 'userId' | 'waId' | 'wabaId' | 'wamid'
>;

/** The counters of a message, and when it was sent. */
type MessageKey = CounterKey & { readonly atMs: number; isDelivered?: true };

/** What turns traffic into counters. */
export interface RecorderParts {
  readonly counters: TrafficCounters;
  /** Digits of a number. */
  readonly digitsOf: (phoneNumberId: string) => string;
  /** Whether the user may be written to freely, in which case utility is free. */
  readonly isWindowOpen: (phoneNumberId: string, user: string, atMs: number) => boolean;
  /** The template of a send; undefined when there is none in the store. */
  readonly templateOf: (send: AcceptedSend) => { readonly id: string; readonly category: string } | undefined;
}

/** Counts every status once, and prices what is delivered: templates cost, all but utility inside the window (§1.6). */
export class TrafficRecorder implements Stateful {
  /** Key of the counters of each message by wamid. */
  private keys = new Map<string, MessageKey>();

  constructor(private readonly parts: RecorderParts) {}

  accepted(send: AcceptedSend): void {
    this.keys.set(send.wamid, { ...this.keyOf(send, this.parts.templateOf(send)), atMs: send.atMs });
    if (this.keys.size <= MOST_REMEMBERED) return;
    for (const wamid of this.keys.keys()) {
      this.keys.delete(wamid);
      return;
    }
  }

  /** Counts a status and gives what it tells of the message: a read without `delivered` before it is both. */
  status({ wamid, status, atMs, ...send }: StatusChange): readonly ('delivered' | 'read')[] {
    const key = this.keys.get(wamid) ?? { ...this.keyOf({ ...send, wamid, atMs }, undefined), atMs };
    switch (status) {
      case 'sent':
        this.parts.counters.at(key, key.atMs).sent++;
        return [];
      case 'delivered':
        return this.deliver(key) ? ['delivered'] : [];
      case 'read': {
        // Of a message that is forgotten nobody knows whether it was counted.
        const isNew = this.keys.has(wamid) && this.deliver(key);
        if (atMs - key.atMs <= READS_COUNT_MS) this.parts.counters.at(key, key.atMs).read++;
        return isNew ? ['delivered', 'read'] : ['read'];
      }
      default:
        return [];
    }
  }

  /** The template of a message; '' when it has none or is long ago. */
  templateIdOf(wamid: string): string {
    return this.keys.get(wamid)?.templateId ?? '';
  }

  /** A user pressed a button of a template's message: `kind` is Meta's word, such as quick_reply_button. */
  click(wamid: string, kind: string, label: string, atMs: number): void {
    const key = this.keys.get(wamid);
    if (!key || key.templateId === '' || atMs - key.atMs > READS_COUNT_MS) return;
    const counts = this.parts.counters.at(key, key.atMs);
    counts.clicked ??= new Map();
    const button = `${kind}/${label}`;
    counts.clicked.set(button, (counts.clicked.get(button) ?? 0) + 1);
  }

  reset(): void {
    this.keys = new Map();
  }

  save(): unknown {
    return this.keys;
  }

  load(saved: unknown): void {
    this.keys = saved as Map<string, MessageKey>;
  }

  /** Counts and prices a delivery once; false when it was counted before. */
  private deliver(key: MessageKey): boolean {
    if (key.isDelivered) return false;
    key.isDelivered = true;
    const counts = this.parts.counters.at(key, key.atMs);
    counts.delivered++;
    if (key.pricingType === 'REGULAR') counts.cost += priceOf(key.category, key.country);
    return true;
  }

  private keyOf(send: Traffic, template: ReturnType<RecorderParts['templateOf']>): CounterKey {
    const user = send.waId ?? send.userId ?? '';
    const category =
      send.type === 'template' ? (template?.category ?? send.category ?? 'MARKETING').toUpperCase() : 'SERVICE';
    const isInWindow = this.parts.isWindowOpen(send.phoneNumberId, user, send.atMs);
    const isFree = category === 'SERVICE' || (category === 'UTILITY' && isInWindow);
    return {
      wabaId: send.wabaId,
      phone: this.parts.digitsOf(send.phoneNumberId),
      country: countryOf(user),
      category,
      pricingType: isFree ? 'FREE_CUSTOMER_SERVICE' : 'REGULAR',
      templateId: template?.id ?? '',
    };
  }
}
