import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../canonical-json.js';
import { reactionTo } from '../meta-errors/meta-error-table.js';
import type { AttemptError, Outcome, OutcomeKind } from './classify-outcome.js';
import { NOTHING_REPORTED, rankOf } from './delivery-status.js';
import { type AttemptRecord, type Fact, learn, type MessageRecord, type MessageState } from './message-lifecycle.js';

const NOW = new Date('2026-03-01T10:00:00.000Z');

const ERROR: AttemptError = { code: 1, subcode: null, title: 'x', details: null, fbtrace_id: null };
const OUTCOMES: Readonly<Record<OutcomeKind, (attempt: number) => Outcome>> = {
  accepted: (attempt) => ({ kind: 'accepted', wamid: wamidOf(attempt), waId: null, held: false }),
  rejected: () => ({ kind: 'rejected', error: ERROR, reaction: reactionTo(131026) }),
  rejected_retry: () => ({ kind: 'rejected_retry', error: ERROR, reaction: reactionTo(130429) }),
  not_sent: () => ({ kind: 'not_sent', error: ERROR }),
  unknown: () => ({ kind: 'unknown', error: ERROR }),
};
const OUTCOME_KINDS = Object.keys(OUTCOMES) as OutcomeKind[];

/** One request makes one message at Meta, so that each attempt has a wamid of its own. */
function wamidOf(attempt: number): string {
  return `wamid.${attempt}`;
}

const open = (number: number): AttemptRecord => ({
  number,
  outcome: null,
  evidence: null,
  wamid: null,
  httpStatus: null,
  error: null,
});

const armed = (attempts: readonly AttemptRecord[], onUnknown: 'hold' | 'resend' = 'resend'): MessageRecord => ({
  state: attempts.length === 0 ? 'queued' : 'sending',
  onUnknown,
  attemptNo: attempts.length,
  retries: 0,
  wamid: null,
  otherWamids: [],
  waId: null,
  submittedAt: null,
  noStatusAt: null,
  inferred: false,
  delivery: NOTHING_REPORTED,
  attempts,
});

const answered = (attempt: number, kind: OutcomeKind): Fact => ({
  kind: 'answered',
  attempt,
  outcome: OUTCOMES[kind](attempt),
  httpStatus: 200,
  retryInMs: 1000,
});

const reported = (attempt: number, status: string, more: { token?: boolean; second?: number } = {}): Fact => ({
  kind: 'reported',
  attempt: more.token === false ? null : attempt,
  wamid: wamidOf(attempt),
  report: {
    status,
    at: new Date(NOW.getTime() + 1000 * (more.second ?? 0)),
    errors: [],
    pricing: null,
    conversation: null,
  },
  inferred: false,
});

/** What Meta and our own machinery may tell of one attempt, all of it or parts: at most one answer to one request. */
const factsOf = (attempt: number): fc.Arbitrary<Fact[]> =>
  fc
    .record({
      answer: fc.option(fc.constantFrom(...OUTCOME_KINDS).map((kind) => answered(attempt, kind))),
      abandoned: fc.boolean(),
      reports: fc.array(
        fc
          .tuple(fc.constantFrom('sent', 'delivered', 'read', 'failed', 'played'), fc.integer({ min: 0, max: 4 }))
          .map(([status, second]) => reported(attempt, status, { second })),
        { maxLength: 4 },
      ),
    })
    .map(({ answer, abandoned, reports }) => [
      ...(answer === null ? [] : [answer]),
      ...(abandoned ? [{ kind: 'abandoned', attempt } as const] : []),
      ...reports,
    ]);

const inTwoOrders = (facts: fc.Arbitrary<Fact[]>) =>
  facts.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
  );

interface End {
  readonly message: MessageRecord;
  readonly events: readonly string[];
}

function learnAll(message: MessageRecord, facts: readonly Fact[]): End {
  return facts.reduce<End>(
    (end, fact) => {
      const learned = learn(end.message, fact, NOW);
      return { message: learned.message, events: [...end.events, ...learned.events.map((event) => event.type)] };
    },
    { message, events: [] },
  );
}

const count = (events: readonly string[], type: string): number => events.filter((t) => t === type).length;

/** The part of a message that must not depend on the order in which the facts came. */
function fateOf({ message, events }: End): string {
  const attempts = [...message.attempts]
    .sort((a, b) => a.number - b.number)
    .map((a) => ({ number: a.number, outcome: a.outcome, wamid: a.wamid }));
  const { accepted: _, ...times } = message.delivery.times;
  return canonicalJson({
    state: message.state,
    status: message.delivery.status,
    times,
    attempts,
    submitted: count(events, 'submitted'),
    duplicates: count(events, 'duplicate_confirmed'),
  });
}

const acceptedWamids = (facts: readonly Fact[]): Set<string> =>
  new Set(
    facts.flatMap((fact) => {
      if (fact.kind === 'reported') return fact.wamid;
      return fact.kind === 'answered' && fact.outcome.kind === 'accepted' ? fact.outcome.wamid : [];
    }),
  );

describe('the facts of one attempt', () => {
  it('end in the same state, wamid and status in whatever order they come', () => {
    fc.assert(
      fc.property(inTwoOrders(factsOf(1)), ([facts, shuffled]) => {
        const [a, b] = [learnAll(armed([open(1)]), facts), learnAll(armed([open(1)]), shuffled)];
        expect(fateOf(b)).toBe(fateOf(a));
        expect(b.message.wamid).toBe(a.message.wamid);
      }),
      { numRuns: 500 },
    );
  });

  it('end in submitted as soon as one of them is evidence of acceptance', () => {
    fc.assert(
      fc.property(inTwoOrders(factsOf(1)), ([facts, shuffled]) => {
        const isAccepted = acceptedWamids(facts).size > 0;
        expect(learnAll(armed([open(1)]), shuffled).message.state === 'submitted').toBe(isAccepted);
      }),
      { numRuns: 500 },
    );
  });

  it('tell nothing new when they come twice', () => {
    fc.assert(
      fc.property(inTwoOrders(factsOf(1)), ([facts, shuffled]) => {
        const once = learnAll(armed([open(1)]), facts);
        const twice = learnAll(once.message, shuffled);
        expect(twice).toEqual({ message: once.message, events: [] });
      }),
      { numRuns: 300 },
    );
  });
});

describe('the facts of two attempts, of which the first was in doubt', () => {
  const doubtful = { ...open(1), outcome: 'unknown', evidence: 'recovery' } as const;
  const both = fc.tuple(factsOf(1), factsOf(2)).map(([a, b]) => [...a, ...b]);
  const start = armed([doubtful, open(2)]);

  it('end in the same state and status, with every extra copy counted once, in whatever order they come', () => {
    fc.assert(
      fc.property(inTwoOrders(both), ([facts, shuffled]) => {
        const [a, b] = [learnAll(start, facts), learnAll(start, shuffled)];
        expect(fateOf(b)).toBe(fateOf(a));
        expect(count(b.events, 'duplicate_confirmed')).toBe(Math.max(0, acceptedWamids(facts).size - 1));
        const { wamid } = b.message;
        if (wamid !== null) expect([...acceptedWamids(facts)]).toContain(wamid);
      }),
      { numRuns: 500 },
    );
  });
});

type Step = Fact | { readonly kind: 'arm' };

/** Any course of events, legal or not: attempts 1 to 3, every fact, and arming whenever the message is queued. */
const course: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Step>({ kind: 'arm' }) },
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom(...OUTCOME_KINDS))
        .map(([attempt, kind]) => answered(attempt, kind)),
    },
    {
      weight: 5,
      arbitrary: fc
        .tuple(
          fc.integer({ min: 1, max: 3 }),
          fc.constantFrom('sent', 'delivered', 'read', 'failed', 'warning', 'deleted'),
        )
        .map(([attempt, status]) => reported(attempt, status)),
    },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 3 }).map((attempt): Fact => ({ kind: 'abandoned', attempt })) },
    {
      weight: 5,
      arbitrary: fc
        .constantFrom(
          'resend_allowed',
          'waited_long_enough',
          'no_status_seen',
          'expired',
          'cancel_asked',
          'resend_asked',
          'withheld',
        )
        .map((kind) => ({ kind, ...(kind === 'withheld' ? { error: OPTED_OUT } : {}) }) as Fact),
    },
  ),
  { maxLength: 25 },
);

const OPTED_OUT = { code: 131050, subcode: null, title: 'Opted out', details: null, fbtrace_id: null };

interface Passage {
  readonly before: MessageRecord;
  readonly fact: Fact;
  readonly after: MessageRecord;
  readonly events: readonly { readonly type: string }[];
}

/** Lives through a course, skipping what cannot be: facts of an attempt that was never armed. */
function live(steps: readonly Step[], onUnknown: 'hold' | 'resend'): Passage[] {
  let message = armed([], onUnknown);
  const passages: Passage[] = [];
  for (const step of steps) {
    if (step.kind === 'arm') {
      if (message.state !== 'queued') continue;
      const attemptNo = message.attemptNo + 1;
      message = { ...message, state: 'sending', attemptNo, attempts: [...message.attempts, open(attemptNo)] };
      continue;
    }
    if ('attempt' in step && (step.attempt ?? 0) > message.attemptNo) continue;
    const { message: after, events } = learn(message, step, NOW);
    passages.push({ before: message, fact: step, after, events });
    message = after;
  }
  return passages;
}

function throughEveryCourse(check: (passages: readonly Passage[]) => void): void {
  fc.assert(
    fc.property(course, fc.constantFrom('hold' as const, 'resend' as const), (steps, policy) => {
      check(live(steps, policy));
    }),
    { numRuns: 1000 },
  );
}

const attemptIn = (message: MessageRecord, number: number): AttemptRecord | undefined =>
  message.attempts.find((attempt) => attempt.number === number);

describe('through any course of events a message', () => {
  it('never leaves submitted, and never changes the wamid that it was submitted with', () => {
    throughEveryCourse((passages) => {
      for (const { before, after } of passages) {
        if (before.state === 'submitted') expect(after.state).toBe('submitted');
        if (before.wamid !== null) expect(after.wamid).toBe(before.wamid);
        expect(after.wamid !== null).toBe(after.state === 'submitted');
      }
    });
  });

  it('never changes an attempt that is known to be accepted', () => {
    throughEveryCourse((passages) => {
      for (const { before, after } of passages) {
        for (const settled of before.attempts.filter((a) => a.outcome === 'accepted')) {
          expect(attemptIn(after, settled.number)).toBe(settled);
        }
      }
    });
  });

  it('keeps exactly one record of each attempt and invents none', () => {
    throughEveryCourse((passages) => {
      for (const { before, after } of passages) {
        const numbers = (message: MessageRecord) => message.attempts.map((a) => a.number).sort();
        expect(numbers(after)).toEqual(numbers(before));
        expect(after.attemptNo).toBe(before.attemptNo);
      }
    });
  });

  it('leaves doubt for the queue only when resending is allowed or asked for, or a late answer says it was not accepted', () => {
    throughEveryCourse((passages) => {
      for (const { before, fact, after } of passages) {
        const isDoubtful = before.state === 'unknown' || before.state === 'unconfirmed';
        if (!isDoubtful || after.state !== 'queued') continue;
        if (fact.kind === 'answered') {
          expect(fact.attempt).toBe(before.attemptNo);
          expect(['rejected_retry', 'not_sent']).toContain(fact.outcome.kind);
        } else {
          const mayResend =
            fact.kind === 'resend_asked' || (fact.kind === 'resend_allowed' && before.state === 'unknown');
          expect([fact.kind, before.state, mayResend]).toEqual([fact.kind, before.state, true]);
        }
      }
    });
  });

  it('never lets the rank of its status fall', () => {
    throughEveryCourse((passages) => {
      for (const { before, after } of passages) {
        expect(rankOf(after.delivery.status)).toBeGreaterThanOrEqual(rankOf(before.delivery.status));
      }
    });
  });

  it('tells of every extra wamid once, and of nothing else as a duplicate', () => {
    throughEveryCourse((passages) => {
      const told = passages.flatMap(({ events }) => events.filter((event) => event.type === 'duplicate_confirmed'));
      const last = passages.at(-1)?.after;
      const wamids = new Set((last?.attempts ?? []).flatMap((attempt) => attempt.wamid ?? []));
      expect(told).toHaveLength(Math.max(0, wamids.size - 1));
    });
  });

  it('tells of every change of its state but those between the queue and the wire', () => {
    const told: Readonly<Partial<Record<MessageState, string>>> = {
      submitted: 'submitted',
      unknown: 'unknown',
      unconfirmed: 'unconfirmed',
      rejected: 'rejected',
      expired: 'expired',
      cancelled: 'cancelled',
    };
    throughEveryCourse((passages) => {
      for (const { before, fact, after, events } of passages) {
        const types = events.map((event) => event.type);
        if (before.state === after.state) {
          for (const type of Object.values(told)) expect(types).not.toContain(type);
          expect(types).not.toContain('resend_queued');
        } else if (after.state === 'queued') {
          expect(types).toEqual(/^resend_/.test(fact.kind) ? ['resend_queued'] : []);
        } else {
          expect(types[0]).toBe(told[after.state]);
          expect(new Set(types).size).toBe(types.length);
        }
      }
    });
  });

  it('hands on every report of Meta that says something new about it', () => {
    throughEveryCourse((passages) => {
      for (const { before, fact, after, events } of passages) {
        if (fact.kind !== 'reported') continue;
        const isNew = after.delivery !== before.delivery;
        const isRaw = fact.report.status === 'warning' || fact.report.status === 'deleted';
        const type = isRaw ? 'status_other' : fact.report.status;
        expect(
          count(
            events.map((e) => e.type),
            type,
          ),
        ).toBe(isNew || isRaw ? 1 : 0);
      }
    });
  });

  it('calls off what waits only, and never says of what may be at Meta that it was not sent', () => {
    throughEveryCourse((passages) => {
      for (const { before, fact, after } of passages) {
        if (fact.kind !== 'cancel_asked' && fact.kind !== 'withheld') continue;
        if (before.state !== 'queued') expect(after).toBe(before);
        const inDoubt = before.attempts.some((a) => a.outcome === 'unknown' || a.outcome === null);
        if (inDoubt) expect(['cancelled', 'rejected']).not.toContain(after === before ? null : after.state);
      }
    });
  });
});
