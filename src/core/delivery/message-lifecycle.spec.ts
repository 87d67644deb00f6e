import { describe, expect, it } from '@jest/globals';
import { reactionTo } from '../meta-errors/meta-error-table.js';
import type { AttemptError, Outcome } from './classify-outcome.js';
import { NOTHING_REPORTED } from './delivery-status.js';
import {
  type AttemptRecord,
  type Fact,
  type Learned,
  learn,
  type MessageRecord,
  type MessageState,
} from './message-lifecycle.js';

const NOW = new Date('2026-03-01T10:00:00.000Z');
const AT = new Date('2026-03-01T09:59:58.000Z');
const ERROR: AttemptError = { code: 131026, subcode: null, title: 'Undeliverable', details: 'd', fbtrace_id: 'f' };

const attempt = (number: number, more: Partial<AttemptRecord> = {}): AttemptRecord => ({
  number,
  outcome: null,
  evidence: null,
  wamid: null,
  httpStatus: null,
  error: null,
  ...more,
});

const message = (state: MessageState, more: Partial<MessageRecord> = {}): MessageRecord => ({
  state,
  onUnknown: 'hold',
  attemptNo: 1,
  retries: 0,
  wamid: null,
  otherWamids: [],
  waId: null,
  submittedAt: null,
  noStatusAt: null,
  inferred: false,
  delivery: NOTHING_REPORTED,
  attempts: [attempt(1)],
  ...more,
});

const sending = message('sending');
const inDoubt = message('unknown', { attempts: [attempt(1, { outcome: 'unknown', evidence: 'recovery' })] });

const answered = (outcome: Outcome, more: { attempt?: number; httpStatus?: number } = {}): Fact => ({
  kind: 'answered',
  attempt: 1,
  outcome,
  httpStatus: 200,
  retryInMs: 4000,
  ...more,
});
const accepted = (wamid = 'wamid.1', more: { waId?: string; held?: boolean } = {}): Outcome => ({
  kind: 'accepted',
  wamid,
  waId: null,
  held: false,
  ...more,
});
const REJECTED: Outcome = { kind: 'rejected', error: ERROR, reaction: reactionTo(131026) };
const RETRY: Outcome = { kind: 'rejected_retry', error: ERROR, reaction: reactionTo(130429) };
const NOT_SENT: Outcome = { kind: 'not_sent', error: ERROR };
const UNKNOWN: Outcome = { kind: 'unknown', error: ERROR };

type Reported = Extract<Fact, { kind: 'reported' }>;
const reported = (status: string, more: Partial<Omit<Reported, 'kind' | 'report'>> = {}): Fact => ({
  kind: 'reported',
  attempt: 1,
  wamid: 'wamid.1',
  report: { status, at: AT, errors: [], pricing: null, conversation: null },
  inferred: false,
  ...more,
});

function taught(start: MessageRecord, ...facts: readonly Fact[]): Learned {
  return facts.reduce<Learned>(
    (soFar, fact) => {
      const next = learn(soFar.message, fact, NOW);
      return { ...next, events: [...soFar.events, ...next.events] };
    },
    { message: start, events: [], dueInMs: null },
  );
}

const typesOf = (learned: Learned): string[] => learned.events.map((event) => event.type);
const countOf = (learned: Learned, type: string): number => typesOf(learned).filter((t) => t === type).length;

describe('an answer to the latest attempt', () => {
  it('that accepts it submits the message with its wamid and recipient', () => {
    const { message: m, events, dueInMs } = learn(sending, answered(accepted('wamid.1', { waId: '1650' })), NOW);
    expect(m).toMatchObject({ state: 'submitted', wamid: 'wamid.1', waId: '1650', submittedAt: NOW });
    expect(m.delivery).toMatchObject({ status: 'accepted', times: { accepted: NOW } });
    expect(m.attempts).toEqual([
      attempt(1, { outcome: 'accepted', evidence: 'response', wamid: 'wamid.1', httpStatus: 200 }),
    ]);
    expect(events).toEqual([{ type: 'submitted', occurredAt: NOW, data: { wamid: 'wamid.1', evidence: 'response' } }]);
    expect(dueInMs).toBeNull();
  });

  it('that holds it back says so', () => {
    const learned = learn(sending, answered(accepted('wamid.1', { held: true })), NOW);
    expect(learned.message.delivery.status).toBe('held');
    expect(typesOf(learned)).toEqual(['submitted', 'held']);
  });

  it('that rejects it ends the message with the error', () => {
    const learned = learn(sending, answered(REJECTED, { httpStatus: 400 }), NOW);
    expect(learned.message.state).toBe('rejected');
    expect(learned.message.attempts).toEqual([
      attempt(1, { outcome: 'rejected', evidence: 'response', httpStatus: 400, error: ERROR }),
    ]);
    expect(learned.events).toEqual([{ type: 'rejected', occurredAt: NOW, data: { attempt: 1, error: ERROR } }]);
  });

  it.each([RETRY, NOT_SENT])('that proves $kind queues the message again after the wait', (outcome) => {
    const learned = learn(sending, answered(outcome), NOW);
    expect(learned.message).toMatchObject({ state: 'queued', retries: 1, attemptNo: 1 });
    expect(learned.dueInMs).toBe(4000);
    expect(learned.events).toEqual([]);
  });

  it('that says nothing certain leaves the message in doubt and says what is done about it', () => {
    const learned = learn({ ...sending, onUnknown: 'resend' }, answered(UNKNOWN, { httpStatus: 502 }), NOW);
    expect(learned.message.state).toBe('unknown');
    expect(learned.message.attempts).toEqual([
      attempt(1, { outcome: 'unknown', evidence: 'response', httpStatus: 502, error: ERROR }),
    ]);
    expect(learned.events).toEqual([
      { type: 'unknown', occurredAt: NOW, data: { attempt: 1, error: ERROR, on_unknown: 'resend' } },
    ]);
    expect(learned.dueInMs).toBeNull();
  });

  it.each([
    ['accepts', accepted(), 'submitted'],
    ['rejects', REJECTED, 'rejected'],
    ['refuses for now', RETRY, 'queued'],
    ['was never given', NOT_SENT, 'queued'],
    ['says nothing', UNKNOWN, 'unknown'],
  ] as const)('that comes late and %s settles a message in doubt', (_, outcome, state) => {
    expect(learn(inDoubt, answered(outcome), NOW).message.state).toBe(state);
  });

  it('that comes late settles an unconfirmed message as well', () => {
    const start = { ...inDoubt, state: 'unconfirmed' } as const;
    expect(learn(start, answered(REJECTED), NOW).message.state).toBe('rejected');
    expect(learn(start, answered(RETRY), NOW).message.state).toBe('queued');
    expect(learn(start, answered(accepted()), NOW).message.state).toBe('submitted');
  });
});

describe('an answer to an attempt', () => {
  it('that a webhook proved accepted changes nothing', () => {
    const proven = taught(sending, reported('sent')).message;
    for (const outcome of [accepted(), REJECTED, RETRY, NOT_SENT, UNKNOWN]) {
      expect(learn(proven, answered(outcome), NOW)).toEqual({ message: proven, events: [], dueInMs: null });
    }
  });

  it('before the latest one is history only, unless it accepts', () => {
    const start = message('sending', { attemptNo: 2, attempts: [attempt(1, { outcome: 'unknown' }), attempt(2)] });
    for (const outcome of [REJECTED, RETRY, NOT_SENT]) {
      const learned = learn(start, answered(outcome), NOW);
      expect(learned).toMatchObject({ message: { state: 'sending', retries: 0 }, events: [], dueInMs: null });
      expect(learned.message.attempts.find((a) => a.number === 1)?.outcome).toBe(outcome.kind);
    }
    expect(learn(start, answered(accepted()), NOW).message.state).toBe('submitted');
  });

  it('in doubt does not take back a resend that was allowed meanwhile', () => {
    const queued = taught(inDoubt, { kind: 'resend_allowed' }).message;
    const learned = learn(queued, answered(REJECTED), NOW);
    expect(learned.message.state).toBe('queued');
    expect(learned.events).toEqual([]);
  });
});

describe('an attempt whose worker is gone', () => {
  it('puts its message in doubt', () => {
    const learned = learn(sending, { kind: 'abandoned', attempt: 1 }, NOW);
    expect(learned.message.state).toBe('unknown');
    expect(learned.message.attempts).toEqual([attempt(1, { outcome: 'unknown', evidence: 'recovery' })]);
    expect(typesOf(learned)).toEqual(['unknown']);
  });

  it('before the latest one is history only', () => {
    const start = message('sending', { attemptNo: 2, attempts: [attempt(1), attempt(2)] });
    const learned = learn(start, { kind: 'abandoned', attempt: 1 }, NOW);
    expect(learned.message.state).toBe('sending');
    expect(learned.message.attempts.find((a) => a.number === 1)?.outcome).toBe('unknown');
    expect(learned.events).toEqual([]);
  });

  it('changes nothing when its fate is known', () => {
    for (const outcome of [accepted(), REJECTED, RETRY, UNKNOWN]) {
      const settled = taught(sending, answered(outcome)).message;
      expect(learn(settled, { kind: 'abandoned', attempt: 1 }, NOW).message).toBe(settled);
    }
  });
});

describe('a report of Meta', () => {
  const states = ['queued', 'sending', 'unknown', 'unconfirmed', 'rejected', 'expired', 'cancelled'] as const;
  it.each(states)('with a token submits a message that was %s, and says that it was the webhook', (state) => {
    const learned = learn(message(state), reported('delivered'), NOW);
    expect(learned.message).toMatchObject({ state: 'submitted', wamid: 'wamid.1', submittedAt: NOW });
    expect(learned.message.attempts[0]).toMatchObject({ outcome: 'accepted', evidence: 'webhook', wamid: 'wamid.1' });
    expect(learned.events.map((event) => [event.type, event.occurredAt])).toEqual([
      ['submitted', NOW],
      ['delivered', AT],
    ]);
    expect(learned.events[0]?.data).toEqual({ wamid: 'wamid.1', evidence: 'webhook' });
  });

  it('keeps what the answer said beside what the webhook proved', () => {
    const learned = taught(sending, answered(UNKNOWN, { httpStatus: 502 }), reported('sent'));
    expect(learned.message.attempts).toEqual([
      attempt(1, { outcome: 'accepted', evidence: 'webhook', wamid: 'wamid.1', httpStatus: 502, error: ERROR }),
    ]);
  });

  it('without a rank is handed on as it is', () => {
    const start = taught(sending, answered(accepted())).message;
    const learned = learn(start, reported('warning'), NOW);
    expect(learned.message.delivery).toBe(start.delivery);
    expect(learned.events).toEqual([
      { type: 'status_other', occurredAt: AT, data: { wamid: 'wamid.1', status: 'warning' } },
    ]);
  });

  it('that is known already tells nothing', () => {
    const start = taught(sending, reported('sent')).message;
    expect(learn(start, reported('sent'), NOW)).toEqual({ message: start, events: [], dueInMs: null });
  });

  it('found by its wamid is merged without touching the attempts', () => {
    const start = taught(sending, answered(accepted())).message;
    const learned = learn(start, reported('delivered', { attempt: null }), NOW);
    expect(learned.message.attempts).toBe(start.attempts);
    expect(typesOf(learned)).toEqual(['delivered']);
  });

  it('linked by elimination settles the attempt in doubt and is marked as inferred', () => {
    const learned = learn(inDoubt, reported('failed', { attempt: null, inferred: true }), NOW);
    expect(learned.message).toMatchObject({ state: 'submitted', wamid: 'wamid.1', inferred: true });
    expect(learned.message.attempts[0]).toMatchObject({ outcome: 'accepted', evidence: 'inferred' });
    expect(learned.events[0]?.data).toMatchObject({ inferred: true });
  });

  it('of both attempts tells of the copy once, however many reports of it come', () => {
    const start = message('sending', { attemptNo: 2, attempts: [attempt(1, { outcome: 'unknown' }), attempt(2)] });
    const second = { attempt: 2, wamid: 'wamid.2' };
    const learned = taught(
      start,
      reported('sent', second),
      reported('sent'),
      reported('delivered'),
      reported('delivered', second),
      reported('read'),
      answered(accepted('wamid.2'), { attempt: 2 }),
    );
    expect(learned.message.wamid).toBe('wamid.2');
    expect(countOf(learned, 'duplicate_confirmed')).toBe(1);
    expect(learned.events.find((event) => event.type === 'duplicate_confirmed')?.data).toEqual({ wamid: 'wamid.1' });
  });

  it('of two messages made of one request tells of the copy once, however their reports mix', () => {
    const twin = { wamid: 'wamid.twin' };
    const learned = taught(
      sending,
      reported('sent'),
      reported('sent', twin),
      reported('delivered'),
      reported('delivered', twin),
      reported('read'),
      reported('read', twin),
    );
    expect(countOf(learned, 'duplicate_confirmed')).toBe(1);
  });
});

describe('time and people', () => {
  it('allow a resend of a message in doubt, at once', () => {
    const learned = learn(inDoubt, { kind: 'resend_allowed' }, NOW);
    expect(learned).toMatchObject({ message: { state: 'queued' }, dueInMs: 0 });
    expect(typesOf(learned)).toEqual(['resend_queued']);
  });

  it('leave a doubt that lasted too long unconfirmed', () => {
    const learned = learn(inDoubt, { kind: 'waited_long_enough' }, NOW);
    expect(learned.message.state).toBe('unconfirmed');
    expect(typesOf(learned)).toEqual(['unconfirmed']);
  });

  it.each(['queued', 'scheduled'] as const)('expire what is still %s', (state) => {
    const learned = learn(message(state), { kind: 'expired' }, NOW);
    expect(learned.message.state).toBe('expired');
    expect(typesOf(learned)).toEqual(['expired']);
  });

  it('notice once that Meta reports nothing', () => {
    for (const held of [false, true]) {
      const start = taught(sending, answered(accepted('wamid.1', { held }))).message;
      const learned = taught(start, { kind: 'no_status_seen' }, { kind: 'no_status_seen' });
      expect(learned.message.noStatusAt).toEqual(NOW);
      expect(learned.events).toEqual([{ type: 'no_status', occurredAt: NOW, data: { wamid: 'wamid.1' } }]);
    }
  });

  it('notice nothing missing once Meta has reported', () => {
    const start = taught(sending, answered(accepted()), reported('failed')).message;
    expect(learn(start, { kind: 'no_status_seen' }, NOW).message).toBe(start);
  });

  it.each(['queued', 'sending', 'unknown', 'unconfirmed', 'rejected', 'expired', 'cancelled'] as const)(
    'notice nothing missing of what is %s, because Meta may not have it',
    (state) => {
      const start = message(state);
      expect(learn(start, { kind: 'no_status_seen' }, NOW).message).toBe(start);
    },
  );

  const MOVED = { kind: 'moved', from: '1', to: '2', cause: 'stop', why: 'locked' } as const;
  it.each<[string, MessageState, AttemptRecord[], boolean]>([
    ['what waits and was never tried', 'queued', [], true],
    ['what is scheduled', 'scheduled', [], true],
    ['what Meta refused for now', 'queued', [attempt(1, { outcome: 'rejected_retry' })], true],
    ['what never left', 'queued', [attempt(1, { outcome: 'not_sent' })], true],
    ['nothing in doubt', 'queued', [attempt(1, { outcome: 'unknown' })], false],
    [
      'nothing in doubt, whatever came after',
      'queued',
      [attempt(1, { outcome: 'unknown' }), attempt(2, { outcome: 'not_sent' })],
      false,
    ],
    ['nothing that was just armed', 'sending', [attempt(1)], false],
    ['nothing that is over', 'rejected', [attempt(1, { outcome: 'rejected' })], false],
  ])('let another number take over %s', (_, state, attempts, moves) => {
    const start = message(state, { attempts });
    const data = { from_phone_number_id: '1', to_phone_number_id: '2', cause: 'stop', reason: 'locked' };
    const events = moves ? [{ type: 'moved', occurredAt: NOW, data }] : [];
    expect(learn(start, MOVED, NOW)).toEqual({ message: start, events, dueInMs: null });
  });

  const DONE = ['submitted', 'rejected', 'expired', 'cancelled', 'sending'] as const;
  const TIMES = ['resend_allowed', 'waited_long_enough', 'expired', 'cancel_asked', 'resend_asked'] as const;
  it.each(DONE.flatMap((state) => TIMES.map((kind) => [kind, state] as const)))(
    'do not let %s move %s',
    (kind, state) => {
      const start = message(state);
      expect(learn(start, { kind }, NOW)).toEqual({ message: start, events: [], dueInMs: null });
    },
  );

  it.each(['queued', 'scheduled', 'unconfirmed'] as const)('do not resend what is %s', (state) => {
    const start = message(state);
    expect(learn(start, { kind: 'resend_allowed' }, NOW).message).toBe(start);
  });
});
