import type { AccountsService } from '../../src/accounts/accounts.service.js';
import { type AttemptError, classifyOutcome, type SendResult } from '../../src/core/delivery/classify-outcome.js';
import { NOTHING_REPORTED, STATUS_RANKS } from '../../src/core/delivery/delivery-status.js';
import {
  type Fact,
  type LedgerEntry,
  learn,
  type MessageRecord,
  type MessageState,
} from '../../src/core/delivery/message-lifecycle.js';
import { META_ERRORS } from '../../src/core/meta-errors/meta-error-table.js';
import type { Notice } from '../../src/messaging/delivery.service.js';
import { sortEvents } from '../../src/webhooks/sort-events.js';

const NOW = new Date('2026-10-01T12:00:00Z');
const ERROR: AttemptError = { code: null, subcode: null, title: 'UND_ERR_SOCKET', details: null, fbtrace_id: null };
const EACH_STATE: Readonly<Record<MessageState, true>> = {
  scheduled: true,
  queued: true,
  sending: true,
  submitted: true,
  unknown: true,
  unconfirmed: true,
  rejected: true,
  expired: true,
  cancelled: true,
};

/** The states of a message; the compiler sees to it that none is missing. */
export const STATES = Object.keys(EACH_STATE) as MessageState[];

/** Every entry that some fact about some message writes into the ledger: all states, all outcomes, all statuses. */
export function entriesOfMessages(): LedgerEntry[] {
  return allRecords().flatMap((record) => allFacts().flatMap((fact) => learn(record, fact, NOW).events));
}

/** Every change of state that some fact causes, as `from → to`. */
export function transitionsOfMessages(): string[] {
  const moves = allRecords().flatMap((record) =>
    allFacts().map((fact) => [record.state, learn(record, fact, NOW).message.state] as const),
  );
  return [...new Set(moves.filter(([from, to]) => from !== to).map(([from, to]) => `${from} → ${to}`))];
}

function allRecords(): MessageRecord[] {
  return STATES.flatMap((state) => [
    // The schema has no submitted message without a wamid.
    ...(state === 'submitted' ? [] : [aRecord(state, null)]),
    aRecord(state, 'wamid.A'),
    // In doubt, which a message that waits for its resend is as well.
    ...(state === 'queued' ? [inDoubt(aRecord(state, null)), neverTried(aRecord(state, null))] : []),
  ]);
}

function aRecord(state: MessageState, wamid: string | null): MessageRecord {
  return {
    state,
    onUnknown: 'hold',
    attemptNo: 1,
    retries: 0,
    wamid,
    otherWamids: [],
    waId: null,
    submittedAt: wamid === null ? null : NOW,
    noStatusAt: null,
    inferred: false,
    delivery: NOTHING_REPORTED,
    attempts: [
      {
        number: 1,
        outcome: wamid === null ? null : 'accepted',
        evidence: wamid === null ? null : 'response',
        wamid,
        httpStatus: null,
        error: null,
      },
    ],
  };
}

function neverTried(record: MessageRecord): MessageRecord {
  return { ...record, attemptNo: 0, attempts: [] };
}

function inDoubt(record: MessageRecord): MessageRecord {
  return { ...record, attempts: record.attempts.map((a) => ({ ...a, outcome: 'unknown', evidence: 'response' })) };
}

function allFacts(): Fact[] {
  const answers = [...allResults()].map((result): Fact => {
    return { kind: 'answered', attempt: 1, outcome: classifyOutcome(result), httpStatus: null, retryInMs: 0 };
  });
  const words = [...Object.keys(STATUS_RANKS), 'deleted'];
  const errors = [{ code: 131026, title: 'Undeliverable', message: null, details: null, href: null }];
  const reports = words.flatMap((status) =>
    [null, 1].flatMap((attempt) =>
      ['wamid.A', 'wamid.B'].flatMap((wamid) =>
        [false, true].map((inferred): Fact => {
          const more = status === 'failed' ? { errors } : { errors: [] };
          const money = { pricing: { category: 'utility' }, conversation: { id: 'c' } };
          return { kind: 'reported', attempt, wamid, inferred, report: { status, at: NOW, ...more, ...money } };
        }),
      ),
    ),
  );
  return [
    ...answers,
    ...reports,
    { kind: 'abandoned', attempt: 1 },
    { kind: 'resend_allowed' },
    { kind: 'waited_long_enough' },
    { kind: 'no_status_seen' },
    { kind: 'expired' },
    { kind: 'cancel_asked' },
    { kind: 'resend_asked' },
    { kind: 'withheld', error: { ...ERROR, code: 131050 } },
    { kind: 'moved', from: '106540352242922', to: '106540352242923', cause: 'stop', why: 'Account has been locked' },
  ];
}

function* allResults(): Iterable<SendResult> {
  const accepted = { messages: [{ id: 'wamid.A' }], contacts: [{ wa_id: '16505550100' }] };
  const held = { messages: [{ id: 'wamid.A', message_status: 'held_for_quality_assessment' }] };
  for (const body of [accepted, held]) yield { kind: 'answer', httpStatus: 200, body };
  for (const code of Object.keys(META_ERRORS)) {
    yield { kind: 'answer', httpStatus: 400, body: { error: { message: ERROR.title, code: Number(code) } } };
  }
  for (const code of ['ECONNREFUSED', 'UND_ERR_SOCKET']) yield { kind: 'failure', code };
}

/** The notices that the applier writes for one webhook body, whatever account and number it names. */
export function noticesOf(body: Buffer): readonly Notice[] {
  const portfolioId = '0198a000-0000-7000-8000-000000000001';
  const accounts = {
    app: () => ({ appId: 'any', portfolioId }),
    waba: (wabaId: string) => ({ wabaId, portfolioId, appId: 'any' }),
    phoneNumber: (phoneNumberId: string) => ({ phoneNumberId, portfolioId, wabaId: wabaOf(body) }),
  } as unknown as AccountsService;
  const webhook = { id: 1, app_id: 'any', body, received_at: NOW, attempts: 0, age_ms: 0 };
  return sortEvents([webhook], { accounts, tokenKeys: [], words: { stop: [], resume: [] } }).notices;
}

function wabaOf(body: Buffer): string {
  return /"id"\s*:\s*"?(\d+)/.exec(body.toString('latin1'))?.[1] ?? '';
}
