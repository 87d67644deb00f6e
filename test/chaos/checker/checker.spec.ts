import { describe, expect, it } from '@jest/globals';
import { check } from './checker.js';
import type { Command, EventSeen, RoundLedgers, StoredMessage, WireLine } from './ledgers.js';

const NUMBER = '106540352242922';
const TYPES = ['queued', 'submitted', 'sent', 'delivered'];

function command(n: number, over: Partial<Command> = {}): Command {
  const answers = [{ messageId: `id-${n}`, atMs: 1000 + n }];
  return { key: `key-${n}`, to: `+1555${n}`, phoneNumberId: NUMBER, onUnknown: 'hold', answers, ...over };
}

function line(n: number, over: Partial<WireLine> = {}): WireLine {
  return {
    seq: n,
    at_ms: 2000 + n * 100,
    phone_number_id: NUMBER,
    to: `1555${n}`,
    biz_opaque_callback_data: `w1.message${n}.1.mac`,
    outcome: 'accepted',
    wamid: `wamid-${n}`,
    ...over,
  };
}

function message(n: number, over: Partial<StoredMessage> = {}): StoredMessage {
  return { id: `id-${n}`, state: 'submitted', status: 'read', wamid: `wamid-${n}`, callback_data: `key-${n}`, ...over };
}

function events(n: number, types: readonly string[] = TYPES): EventSeen[] {
  return types.map((type, i) => ({ id: `event-${n}-${i + 1}`, messageId: `id-${n}`, version: i + 1, type }));
}

/** A round of three messages in which everything went well, but for what a test changes. */
function round(over: Partial<RoundLedgers> = {}): RoundLedgers {
  const all = [1, 2, 3];
  const history = over.history ?? all.flatMap((n) => events(n));
  return {
    commands: all.map((n) => command(n)),
    wire: all.map((n) => line(n)),
    messages: all.map((n) => message(n)),
    history,
    readers: [{ name: 'reader', seen: history }],
    crashes: [],
    promises: { mps: 80, mostInDoubtPerCrash: 1, takeOverWithinMs: 500, everyMessageDelivered: true },
    ...over,
  };
}

const rulesOf = (r: RoundLedgers) => [...new Set(check(r).map(({ rule }) => rule))];

describe('the checker finds nothing in', () => {
  it('a round in which everything went well', () => expect(check(round())).toEqual([]));

  it('a message that was refused, and accepted at its second attempt', () => {
    const refused = line(1, { wamid: undefined, outcome: 'faulted', fault: 'throttle', code: 130429 });
    const accepted = line(1, { seq: 9, biz_opaque_callback_data: 'w1.message1.2.mac', at_ms: 2900 });
    expect(check(round({ wire: [refused, line(2), line(3), accepted] }))).toEqual([]);
  });

  it('an event that a reader got twice', () => {
    const seen = [1, 2, 3].flatMap((n) => [...events(n), ...events(n).slice(1, 2)]);
    expect(check(round({ readers: [{ name: 'reader', seen }] }))).toEqual([]);
  });

  it('a message whose crash left it in doubt, when an event says so', () => {
    const history = [...events(1), ...events(2), ...events(3, ['queued', 'unknown'])];
    const messages = [message(1), message(2), message(3, { state: 'unknown', wamid: null })];
    const crashes = [{ atMs: 2250, healedAtMs: 2250 }];
    expect(check(round({ wire: [line(1), line(2)], messages, history, crashes }))).toEqual([]);
  });
});

describe('the checker catches', () => {
  const inDoubt = message(3, { state: 'unknown', wamid: null });
  const doubted = [...events(1), ...events(2), ...events(3, ['queued', 'unknown'])];
  const swapped = (n: number) => [0, 2, 1, 3].map((i) => events(n)[i] as EventSeen);
  const crowd = Array.from({ length: 81 }, (_, i) => line(i + 10, { at_ms: 5000 + i * 12, wamid: undefined }));

  it.each<[string, string, Partial<RoundLedgers>]>([
    ['an acknowledged message that is lost', 'I1', { messages: [message(1), message(2)] }],
    [
      'a message that is stuck in the queue',
      'I1',
      { messages: [message(1), message(2), message(3, { state: 'queued' })] },
    ],
    ['a submission that the platform never saw', 'I1', { wire: [line(1), line(2)] }],
    ['a rejection that nobody spoke', 'I1', { messages: [message(1), message(2), message(3, { state: 'rejected' })] }],
    [
      'a command that is never answered',
      'availability',
      { commands: [command(1), command(2), command(3, { answers: [] })] },
    ],
    [
      'one key with two messages',
      'I2',
      { messages: [1, 2, 3].map((n) => message(n)).concat(message(3, { id: 'id-4' })) },
    ],
    [
      'a retry that is answered with another id',
      'I2',
      {
        commands: [
          command(1),
          command(2),
          command(3, { answers: ['id-3', 'id-2'].map((messageId) => ({ messageId, atMs: 1 })) }),
        ],
      },
    ],
    [
      'a resend on a time-out: two copies under HOLD',
      'I3',
      { wire: [line(1), line(2), line(3), line(3, { biz_opaque_callback_data: 'w1.message3.2.mac', wamid: 'again' })] },
    ],
    [
      'a duplicate under RESEND that is not counted',
      'I4',
      {
        commands: [command(1), command(2), command(3, { onUnknown: 'resend' })],
        wire: [line(1), line(2), line(3), line(3, { biz_opaque_callback_data: 'w1.message3.2.mac', wamid: 'again' })],
      },
    ],
    [
      'more in doubt than crashes explain',
      'I5',
      { messages: [message(1), message(2), inDoubt], wire: [line(1), line(2)], history: doubted },
    ],
    [
      'a doubt of which no event tells',
      'I5',
      {
        messages: [message(1), message(2), inDoubt],
        wire: [line(1), line(2)],
        history: [...events(1), ...events(2), ...events(3, ['queued'])],
      },
    ],
    ['an accepted message that stays unresolved', 'I6', { messages: [message(1), message(2), inDoubt] }],
    [
      'a wamid that the platform never gave',
      'I6',
      { messages: [message(1), message(2), message(3, { wamid: 'invented' })] },
    ],
    [
      'a webhook that was answered 200 and lost',
      'I7',
      { history: [...events(1), ...events(2), ...events(3, ['queued', 'submitted', 'sent', 'read'])] },
    ],
    [
      'an event that a reader never got',
      'I10',
      { readers: [{ name: 'reader', seen: [...events(1), ...events(2), ...events(3).slice(1)] }] },
    ],
    [
      'a version that goes back',
      'I10',
      { readers: [{ name: 'reader', seen: [...events(1), ...swapped(2), ...events(3)] }] },
    ],
    [
      'an event of a transaction that was rolled back',
      'I10',
      { readers: [{ name: 'reader', seen: [1, 2, 3, 4].flatMap((n) => events(n)) }] },
    ],
    [
      'a gap in a history',
      'I10',
      { history: [...events(1), ...events(2), ...events(3).filter((e) => e.version !== 2)] },
    ],
    [
      'one attempt on the wire twice',
      'I11',
      { wire: [line(1), line(2), line(3), line(3, { seq: 4, wamid: undefined })] },
    ],
    ['a send without a token', 'I11', { wire: [line(1), line(2), line(3, { biz_opaque_callback_data: null })] }],
    ['81 sends within a second', 'rate', { wire: [line(1), line(2), line(3), ...crowd] }],
    [
      'a send that the platform found too fast',
      'rate',
      { wire: [line(1), line(2), line(3), line(9, { outcome: 'refused', code: 130429, wamid: undefined })] },
    ],
    [
      'a lane that stands still after a crash',
      'take-over',
      { wire: [line(1), line(2), line(3, { at_ms: 4000 })], crashes: [{ atMs: 2250, healedAtMs: 2250 }] },
    ],
  ])('%s', (_, rule, broken) => expect(rulesOf(round(broken))).toContain(rule));
});
