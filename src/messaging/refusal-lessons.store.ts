import { personKey } from '../core/consent/person-key.js';
import type { LedgerEntry } from '../core/delivery/message-lifecycle.js';
import type { Queryable } from '../platform/db/queryable.js';
import { applyWishes, recordWindowRefusals } from './consent.store.js';
import { recordMarketingRefusals } from './marketing-refusals.store.js';

/** What was learned of a message, as far as it tells something of its recipient. */
interface Lesson {
  readonly before: { readonly portfolioId: string; readonly phoneNumberId: string; readonly recipient: string };
  readonly learned: { readonly events: readonly LedgerEntry[] };
}

/** Meta, error codes: the person stopped marketing of this business; the customer service window is closed. */
const MARKETING_STOPPED = 131050;
const WINDOW_CLOSED = 131047;

/** Meta chose not to deliver marketing to this person now. */
const MARKETING_HELD = 131049;

/** Learns from Meta's refusals about the person: who stopped marketing or is to get none now, and whose window is closed. */
export async function learnFromRefusals(tx: Queryable, changes: readonly Lesson[], publish: boolean): Promise<void> {
  const refusals = changes.flatMap(({ before, learned }) =>
    learned.events.flatMap((event) => codesOf(event).map((code) => ({ code, at: event.occurredAt, message: before }))),
  );
  if (refusals.length === 0) return;
  const learnt = refusals.map(({ code, at, message }) => ({
    code,
    at,
    portfolioId: message.portfolioId,
    phoneNumberId: message.phoneNumberId,
    person: personKey(message.recipient),
    recipient: message.recipient,
  }));
  await recordWindowRefusals(
    tx,
    learnt.filter((l) => l.code === WINDOW_CLOSED),
  );
  await recordMarketingRefusals(
    tx,
    learnt.filter((l) => l.code === MARKETING_HELD),
  );
  const stopped = learnt.filter((l) => l.code === MARKETING_STOPPED);
  await applyWishes(
    tx,
    stopped.map((l) => ({ ...l, optedOut: true, source: 'meta_131050' as const, reason: null })),
    publish,
  );
}

/** What Meta said, and not what we did when we withheld a message. */
function codesOf(event: LedgerEntry): (number | null)[] {
  if (event.type === 'rejected' && event.data.withheld !== true) {
    return [(event.data.error as { code: number | null }).code];
  }
  if (event.type !== 'failed') return [];
  return ((event.data.errors ?? []) as { code: number | null }[]).map((e) => e.code);
}
