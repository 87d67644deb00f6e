import type { AttemptError } from '../delivery/classify-outcome.js';
import { reactionTo } from '../meta-errors/meta-error-table.js';

/** How sure we have to be that a customer service window is closed before a free-form message is refused here. */
export type WindowPolicy =
  /** Never refuse: Meta judges. */
  | 'off'
  /** Refuse on evidence only: what we do not know may be open. */
  | 'known'
  /** Refuse unless we know that it is open. */
  | 'enforce';

/** What of a message decides whether it may go to this person. */
export interface ContactIntent {
  /** It is sent to promote something, whatever its form. */
  readonly isMarketing: boolean;
  /** Anything but a template: only for people who wrote lately. */
  readonly isFreeForm: boolean;
}

/** What is known of a person and a number at the instant of sending. */
export interface ConsentFacts {
  readonly optedOut: boolean;
  /** When the person last wrote to the number, by Meta's clock; null when we never heard of it. */
  readonly lastInboundAt: Date | null;
  /** When Meta last refused a free-form message to the person with 131047. */
  readonly windowRefusedAt: Date | null;
  /** When a webhook last brought an inbound message of anybody to the number: only then does silence mean anything. */
  readonly numberHeardAt: Date | null;
}

/** Meta, "Customer service windows": 24 hours from the person's last message. */
const WINDOW_MS = 24 * 3_600_000;

/** Between our clock and Meta's: at the edge Meta judges. */
const EDGE_MS = 60_000;

/** How long Meta's own "closed" counts: an inbound message whose webhook is late may have opened it since. */
const REFUSAL_COUNTS_MS = 3_600_000;

const MARKETING_STOPPED = 131050;
const WINDOW_CLOSED = 131047;

/**
 * Decides whether a message may go to its person now: null, or the error that it ends with, under Meta's own code.
 * An opt-out refuses marketing, always. The window refuses free-form messages as far as the policy says.
 */
export function refusalOf(
  intent: ContactIntent,
  facts: ConsentFacts,
  policy: WindowPolicy,
  now: Date,
): AttemptError | null {
  if (intent.isMarketing && facts.optedOut) {
    return error(MARKETING_STOPPED, 'opted_out: this person does not want marketing messages; it was not sent');
  }
  if (intent.isFreeForm && isClosed(facts, policy, now)) {
    return error(
      WINDOW_CLOSED,
      'customer_service_window_closed: this person has not written within 24 hours; send a template. It was not sent',
    );
  }
  return null;
}

function isClosed(facts: ConsentFacts, policy: WindowPolicy, now: Date): boolean {
  if (policy === 'off') return false;
  const isOpen = facts.lastInboundAt !== null && age(facts.lastInboundAt, now) <= WINDOW_MS + EDGE_MS;
  if (isOpen) return metaSaidClosed(facts, now);
  if (policy === 'enforce' || metaSaidClosed(facts, now)) return true;
  // The person wrote once and not since, as far as we hear: which only means something if we hear at all.
  const hears = facts.numberHeardAt !== null && age(facts.numberHeardAt, now) <= WINDOW_MS;
  return facts.lastInboundAt !== null && hears;
}

function metaSaidClosed({ windowRefusedAt, lastInboundAt }: ConsentFacts, now: Date): boolean {
  if (windowRefusedAt === null || age(windowRefusedAt, now) > REFUSAL_COUNTS_MS) return false;
  return lastInboundAt === null || windowRefusedAt > lastInboundAt;
}

function age(at: Date, now: Date): number {
  return now.getTime() - at.getTime();
}

function error(code: number, details: string): AttemptError {
  return { code, subcode: null, title: reactionTo(code).title, details, fbtrace_id: null };
}
