import type { AttemptError, Outcome, OutcomeKind } from './classify-outcome.js';
import {
  type Delivery,
  isNews,
  isRanked,
  mergeStatus,
  NOTHING_REPORTED,
  type StatusReport,
} from './delivery-status.js';

/** Where a message stands with us; `delivery.status` says where it stands with Meta. */
export type MessageState =
  | 'scheduled'
  | 'queued'
  | 'sending'
  | 'submitted'
  | 'unknown'
  | 'unconfirmed'
  | 'rejected'
  | 'expired'
  | 'cancelled';

/** How it became known what an attempt came to. */
export type Evidence = 'response' | 'webhook' | 'recovery' | 'inferred';

/** One attempt: one request that was armed before its first byte left. */
export interface AttemptRecord {
  readonly number: number;
  readonly outcome: OutcomeKind | null;
  readonly evidence: Evidence | null;
  readonly wamid: string | null;
  readonly httpStatus: number | null;
  readonly error: AttemptError | null;
}

/** What the lifecycle needs to know of a message. */
export interface MessageRecord {
  readonly state: MessageState;
  readonly onUnknown: 'hold' | 'resend';
  /** Number of the latest attempt; 0 before the first. */
  readonly attemptNo: number;
  /** How often Meta refused it in a way that allows another try. */
  readonly retries: number;
  readonly wamid: string | null;
  /** Under which else Meta has the message: each one is a copy too many. */
  readonly otherWamids: readonly string[];
  readonly waId: string | null;
  readonly submittedAt: Date | null;
  readonly noStatusAt: Date | null;
  /** True when a status without a token was linked by elimination rather than by evidence. */
  readonly inferred: boolean;
  readonly delivery: Delivery;
  /** Errors that the sending met, as opposed to those in `delivery`. */
  readonly attempts: readonly AttemptRecord[];
}

/** One thing we learned about a message. */
export type Fact =
  | {
      readonly kind: 'answered';
      readonly attempt: number;
      readonly outcome: Outcome;
      readonly httpStatus: number | null;
      /** Wait before the next attempt, for outcomes that allow one. */
      readonly retryInMs: number;
    }
  /** The worker that armed this attempt is gone, so nobody waits for its answer any more. */
  | { readonly kind: 'abandoned'; readonly attempt: number }
  /** Meta reported on it. `attempt` is null when the status carried no token of ours. */
  | {
      readonly kind: 'reported';
      readonly attempt: number | null;
      readonly wamid: string;
      readonly report: StatusReport;
      readonly inferred: boolean;
    }
  | { readonly kind: 'resend_allowed' }
  | { readonly kind: 'waited_long_enough' }
  | { readonly kind: 'no_status_seen' }
  | { readonly kind: 'expired' }
  /** The caller does not want it sent any more. */
  | { readonly kind: 'cancel_asked' }
  /** The caller wants what nobody knows of sent once more, and bears the risk of a second copy. */
  | { readonly kind: 'resend_asked' }
  /** Sending it now would be wrong for good: the person opted out, or the customer service window is closed. */
  | { readonly kind: 'withheld'; readonly error: AttemptError }
  /** Another number of its pool sends it, because its own will not for long. */
  | {
      readonly kind: 'moved';
      readonly from: string;
      readonly to: string;
      readonly cause: string;
      readonly why: string;
    };

/** What goes into the ledger: history for the caller, event on the bus. */
export interface LedgerEntry {
  readonly type: string;
  readonly occurredAt: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The message after a fact, and what to tell the world. */
export interface Learned {
  readonly message: MessageRecord;
  readonly events: readonly LedgerEntry[];
  /** Wait before the message is due again; null when its due time does not change. */
  readonly dueInMs: number | null;
}

/** A message of which nothing is known but that this attempt of it is armed. */
export function justArmed(attemptNo: number): MessageRecord {
  return {
    state: 'sending',
    onUnknown: 'hold',
    attemptNo,
    retries: 0,
    wamid: null,
    otherWamids: [],
    waId: null,
    submittedAt: null,
    noStatusAt: null,
    inferred: false,
    delivery: NOTHING_REPORTED,
    attempts: [],
  };
}

/** States in which the latest attempt's fate is still open. */
const OPEN: readonly MessageState[] = ['sending', 'unknown', 'unconfirmed'];

/**
 * What a fact makes of a message. Pure and total; `now` is the database's time. Facts of an attempt may come in any
 * order and more than once (answer, webhook, recovery): whatever the order, the message ends in the same state, and
 * evidence of acceptance always wins over its absence.
 */
export function learn(message: MessageRecord, fact: Fact, now: Date): Learned {
  switch (fact.kind) {
    case 'answered':
      return learnAnswer(message, fact, now);
    case 'abandoned':
      return learnUnknown(message, fact.attempt, null, { evidence: 'recovery', httpStatus: null }, now);
    case 'reported':
      return learnReport(message, fact, now);
    case 'resend_allowed':
      return message.state === 'unknown'
        ? changed({ ...message, state: 'queued' }, [entry('resend_queued', now)], 0)
        : unchanged(message);
    case 'waited_long_enough':
      return message.state === 'unknown'
        ? changed({ ...message, state: 'unconfirmed' }, [entry('unconfirmed', now)])
        : unchanged(message);
    case 'no_status_seen':
      return isAwaitingStatus(message)
        ? changed({ ...message, noStatusAt: now }, [entry('no_status', now, { wamid: message.wamid })])
        : unchanged(message);
    case 'expired':
      return isWaiting(message)
        ? changed({ ...message, state: 'expired' }, [entry('expired', now)])
        : unchanged(message);
    case 'cancel_asked':
      return isWaiting(message)
        ? withdrawn(message, now, { ...message, state: 'cancelled' }, entry('cancelled', now))
        : unchanged(message);
    case 'resend_asked':
      return message.state === 'unknown' || message.state === 'unconfirmed'
        ? changed({ ...message, state: 'queued' }, [entry('resend_queued', now)], 0)
        : unchanged(message);
    case 'withheld':
      return isWaiting(message) ? withhold(message, fact.error, now) : unchanged(message);
    case 'moved':
      return mayMove(message) ? changed(message, [moveEntry(fact, now)]) : unchanged(message);
  }
}

/** Nothing of it is on the wire: only then may it still be called off. */
export function isWaiting(message: MessageRecord): boolean {
  return message.state === 'queued' || message.state === 'scheduled';
}

/** Outcomes after which it is certain that Meta does not have a message. */
export const NOT_AT_META: readonly OutcomeKind[] = ['rejected', 'rejected_retry', 'not_sent'];

/**
 * It waits, and certainly has not reached Meta: only then may another number send it. An attempt in doubt stays with its
 * number whatever is tried afterwards, because the person may have the message from there.
 */
export function mayMove(message: MessageRecord): boolean {
  const isRefused = ({ outcome }: AttemptRecord) => outcome !== null && NOT_AT_META.includes(outcome);
  return isWaiting(message) && message.wamid === null && message.attempts.every(isRefused);
}

/** An earlier attempt may have reached Meta, and nothing has told since. */
export function isInDoubt(message: MessageRecord): boolean {
  return message.wamid === null && message.attempts.some((attempt) => attempt.outcome === 'unknown');
}

/** Calling off a resend does not undo the attempt before it: then nobody knows, and saying "not sent" would be a guess. */
function withdrawn(message: MessageRecord, now: Date, next: MessageRecord, told: LedgerEntry): Learned {
  if (!isInDoubt(message)) return changed(next, [told]);
  return changed({ ...message, state: 'unconfirmed' }, [entry('unconfirmed', now)]);
}

function withhold(message: MessageRecord, error: AttemptError, now: Date): Learned {
  const { code, title, details } = error;
  const report = { code, title, message: null, details, href: null };
  const delivery = { ...message.delivery, errors: [...message.delivery.errors, report] };
  const told = entry('rejected', now, { withheld: true, error });
  return withdrawn(message, now, { ...message, state: 'rejected', delivery }, told);
}

function moveEntry({ from, to, cause, why }: Extract<Fact, { kind: 'moved' }>, now: Date): LedgerEntry {
  return entry('moved', now, { from_phone_number_id: from, to_phone_number_id: to, cause, reason: why });
}

type Answer = Extract<Fact, { kind: 'answered' }>;
type Reported = Extract<Fact, { kind: 'reported' }>;

function learnAnswer(message: MessageRecord, fact: Answer, now: Date): Learned {
  const { outcome, httpStatus } = fact;
  const attempt = attemptOf(message, fact.attempt);
  // Only an open or unknown attempt can still learn from an answer: what a webhook proved stays proven.
  if (attempt.outcome !== null && attempt.outcome !== 'unknown') return unchanged(message);
  if (outcome.kind === 'unknown') {
    return learnUnknown(message, fact.attempt, outcome.error, { evidence: 'response', httpStatus }, now);
  }
  if (outcome.kind === 'accepted') {
    const settled = settleAttempt(message, {
      number: fact.attempt,
      outcome: 'accepted',
      evidence: 'response',
      wamid: outcome.wamid,
      httpStatus,
      error: null,
    });
    const report: StatusReport = {
      status: outcome.held ? 'held' : 'accepted',
      at: now,
      errors: [],
      pricing: null,
      conversation: null,
    };
    return accept(settled, { wamid: outcome.wamid, waId: outcome.waId, report, now, evidence: 'response' });
  }
  const settled = settleAttempt(message, {
    number: fact.attempt,
    outcome: outcome.kind,
    evidence: 'response',
    wamid: null,
    httpStatus,
    error: outcome.error,
  });
  // The message has moved on (accepted by evidence, or a later attempt): the answer is history only.
  if (fact.attempt !== message.attemptNo || !OPEN.includes(message.state)) return changed(settled, []);
  if (outcome.kind === 'rejected') {
    return changed({ ...settled, state: 'rejected' }, [
      entry('rejected', now, { attempt: fact.attempt, error: outcome.error }),
    ]);
  }
  return changed({ ...settled, state: 'queued', retries: message.retries + 1 }, [], fact.retryInMs);
}

function learnUnknown(
  message: MessageRecord,
  number: number,
  error: AttemptError | null,
  how: { evidence: Evidence; httpStatus: number | null },
  now: Date,
): Learned {
  const attempt = attemptOf(message, number);
  if (attempt.outcome !== null) return unchanged(message);
  const settled = settleAttempt(message, { number, outcome: 'unknown', wamid: null, error, ...how });
  if (number !== message.attemptNo || message.state !== 'sending') return changed(settled, []);
  return changed({ ...settled, state: 'unknown' }, [
    entry('unknown', now, { attempt: number, error, on_unknown: message.onUnknown }),
  ]);
}

function learnReport(message: MessageRecord, fact: Reported, now: Date): Learned {
  // An inferred report can only be about the attempt in doubt.
  const number = fact.attempt ?? (fact.inferred ? message.attemptNo : null);
  const known = number === null ? null : attemptOf(message, number);
  const settled =
    // What was accepted stays as it was written down; another wamid of the same attempt is another copy.
    known === null || known.outcome === 'accepted' || message.wamid === fact.wamid
      ? message
      : settleAttempt(message, {
          number: known.number,
          outcome: 'accepted',
          evidence: fact.inferred ? 'inferred' : 'webhook',
          wamid: fact.wamid,
          httpStatus: known.httpStatus,
          error: known.error,
        });
  const next = fact.inferred && !settled.inferred ? { ...settled, inferred: true } : settled;
  return accept(next, { wamid: fact.wamid, waId: null, report: fact.report, now, evidence: 'webhook' });
}

interface Acceptance {
  readonly wamid: string;
  readonly waId: string | null;
  readonly report: StatusReport;
  readonly now: Date;
  readonly evidence: Evidence;
}

/** Meta has the message: by its answer, or because it reports on it. The attempt's fate is written down already. */
function accept(message: MessageRecord, a: Acceptance): Learned {
  const events: LedgerEntry[] = [];
  let next = message;
  if (a.waId !== null && next.waId === null) next = { ...next, waId: a.waId };
  if (next.wamid === null) {
    next = { ...next, state: 'submitted', wamid: a.wamid, submittedAt: a.now };
    const inferred = next.inferred ? { inferred: true } : {};
    events.push(entry('submitted', a.now, { wamid: a.wamid, evidence: a.evidence, ...inferred }));
  } else if (a.wamid !== next.wamid && !next.otherWamids.includes(a.wamid)) {
    next = { ...next, otherWamids: [...next.otherWamids, a.wamid] };
    events.push(entry('duplicate_confirmed', a.now, { wamid: a.wamid }));
  }
  const delivery = mergeStatus(next.delivery, a.report);
  if (isNews(next.delivery, delivery)) {
    next = { ...next, delivery };
    // `submitted` has told of the acceptance already.
    if (a.report.status !== 'accepted') events.push(reportEntry(a));
  } else if (!isRanked(a.report.status)) {
    events.push(reportEntry(a));
  }
  return changed(next, events);
}

function reportEntry({ report, wamid }: Acceptance): LedgerEntry {
  return {
    type: isRanked(report.status) ? report.status : 'status_other',
    occurredAt: report.at,
    data: {
      wamid,
      status: report.status,
      ...(report.errors.length === 0 ? {} : { errors: report.errors }),
      ...(report.pricing === null ? {} : { pricing: report.pricing }),
      ...(report.conversation === null ? {} : { conversation: report.conversation }),
    },
  };
}

function attemptOf(message: MessageRecord, number: number): AttemptRecord {
  return (
    message.attempts.find((a) => a.number === number) ?? {
      number,
      outcome: null,
      evidence: null,
      wamid: null,
      httpStatus: null,
      error: null,
    }
  );
}

function settleAttempt(message: MessageRecord, settled: AttemptRecord): MessageRecord {
  return { ...message, attempts: [...message.attempts.filter((a) => a.number !== settled.number), settled] };
}

/** Meta took the message and has reported nothing of it, which has not been noticed yet. */
export function isAwaitingStatus(message: MessageRecord): boolean {
  return message.state === 'submitted' && message.noStatusAt === null && !hasReport(message.delivery);
}

function hasReport(delivery: Delivery): boolean {
  return delivery.status !== null && delivery.status !== 'accepted' && delivery.status !== 'held';
}

function entry(type: string, occurredAt: Date, data: Readonly<Record<string, unknown>> = {}): LedgerEntry {
  return { type, occurredAt, data };
}

function changed(message: MessageRecord, events: readonly LedgerEntry[], dueInMs: number | null = null): Learned {
  return { message, events, dueInMs };
}

function unchanged(message: MessageRecord): Learned {
  return { message, events: [], dueInMs: null };
}
