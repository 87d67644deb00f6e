import { describe, expect, it } from '@jest/globals';
import { NOTHING_REPORTED } from '../core/delivery/delivery-status.js';
import { type Fact, learn, type MessageRecord } from '../core/delivery/message-lifecycle.js';
import { learnAll } from './learn-all.js';

const NOW = new Date('2026-03-01T10:00:00.000Z');
const SENDING: MessageRecord = {
  state: 'sending',
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
  attempts: [{ number: 1, outcome: null, evidence: null, wamid: null, httpStatus: null, error: null }],
};
const reported = (status: string): Fact => ({
  kind: 'reported',
  attempt: 1,
  wamid: 'wamid.1',
  report: { status, at: NOW, errors: [], pricing: null, conversation: null },
  inferred: false,
});

describe('several facts about one message', () => {
  it('are learned in their order, each from what the one before left', () => {
    const facts = [reported('sent'), reported('sent'), reported('read')];
    const learned = learnAll(SENDING, facts, NOW);
    expect(learned.message.delivery.status).toBe('read');
    expect(learned.events.map((event) => event.type)).toEqual(['submitted', 'sent', 'read']);
    expect(learned.message).toEqual(facts.reduce((m, fact) => learn(m, fact, NOW).message, SENDING));
  });

  it('leave the very same message when none of them is news, so that nothing is written', () => {
    const known = learnAll(SENDING, [reported('sent')], NOW).message;
    const again = learnAll(known, [reported('sent'), { kind: 'expired' }], NOW);
    expect(again.message).toBe(known);
    expect(again.events).toEqual([]);
    expect(learnAll(known, [], NOW).message).toBe(known);
  });

  it('keep the wait that one of them asked for', () => {
    const doubtful: MessageRecord = { ...SENDING, state: 'unknown' };
    expect(learnAll(doubtful, [{ kind: 'resend_allowed' }, { kind: 'no_status_seen' }], NOW).dueInMs).toBe(0);
    expect(learnAll(doubtful, [{ kind: 'waited_long_enough' }], NOW).dueInMs).toBeNull();
  });
});
