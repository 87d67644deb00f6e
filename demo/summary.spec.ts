import { describe, expect, it } from '@jest/globals';
import { type Evidence, fullestSecond, summarise } from './summary.js';
import type { AcceptedPost, GatewayMessage, LedgerLine } from './wire.js';

const T0 = 1_800_000_000_000;

const post = (n: number): AcceptedPost => ({ id: `m${n}`, to: `+1555010000${n}` });

const message = (n: number, over: Partial<GatewayMessage> = {}): GatewayMessage => ({
  id: `m${n}`,
  to: post(n).to,
  state: 'submitted',
  status: 'delivered',
  wamid: `w${n}`,
  delivered_at: '2026-12-01T09:00:00Z',
  read_at: null,
  ...over,
});

const line = (n: number, over: Partial<LedgerLine> = {}): LedgerLine => ({
  seq: n,
  at_ms: T0 + n * 100,
  phone_number_id: '1',
  to: post(n).to,
  outcome: 'accepted',
  wamid: `w${n}`,
  answered: true,
  ...over,
});

const REFUSED = { wamid: undefined, outcome: 'refused' } as const;

function evidence(over: Partial<Evidence> = {}): Evidence {
  const all = [1, 2, 3];
  return {
    requested: 3,
    accepted: all.map(post),
    messages: all.map((n) => message(n)),
    ledger: all.map((n) => line(n)),
    startedAtMs: T0,
    ...over,
  };
}

describe('the summary', () => {
  it('finds nothing wrong when both sides agree', () => {
    expect(summarise(evidence())).toEqual({
      messages: 3,
      accepted: 3,
      submitted: 3,
      delivered: 3,
      read: 0,
      failed: 0,
      rejected: 0,
      unknown: 0,
      unconfirmed: 0,
      lost: 0,
      duplicates: 0,
      throttled_130429: 0,
      max_in_any_second: 3,
      seconds: 0.3,
      mps: 10,
    });
  });

  it('has the keys of the contract in their order', () => {
    expect(Object.keys(summarise(evidence())).join(' ')).toBe(
      'messages accepted submitted delivered read failed rejected unknown unconfirmed lost duplicates ' +
        'throttled_130429 max_in_any_second seconds mps',
    );
  });

  it('calls a message lost that the gateway says is submitted and the platform never accepted', () => {
    expect(summarise(evidence({ ledger: [line(1), line(2)] })).lost).toBe(1);
    expect(summarise(evidence({ ledger: [line(1), line(2), line(3, REFUSED)] })).lost).toBe(1);
  });

  it('calls a message lost that the gateway does not know any more', () => {
    expect(summarise(evidence({ messages: [message(1), message(2)] })).lost).toBe(1);
  });

  it.each(['unknown', 'unconfirmed', 'queued', 'sending', 'rejected'])(
    'calls a message lost that the platform has and the gateway says is %s',
    (state) => {
      const messages = [message(1), message(2), message(3, { state, wamid: null })];
      expect(summarise(evidence({ messages })).lost).toBe(1);
    },
  );

  it('calls a message lost whose wamid the platform never gave', () => {
    const messages = [message(1), message(2), message(3, { wamid: 'invented' })];
    expect(summarise(evidence({ messages })).lost).toBe(1);
  });

  it.each(['rejected', 'unknown', 'unconfirmed', 'expired', 'queued'])(
    'does not call a message lost that the gateway owns up to: %s',
    (state) => {
      const messages = [message(1), message(2), message(3, { state, wamid: null, status: null })];
      expect(summarise(evidence({ messages, ledger: [line(1), line(2)] })).lost).toBe(0);
    },
  );

  it('matches recipients whether they are written with a plus or without', () => {
    const ledger = [1, 2, 3].map((n) => line(n, { to: `1555010000${n}` }));
    expect(summarise(evidence({ ledger })).lost).toBe(0);
  });

  it('counts every acceptance of a recipient beyond the first as a duplicate', () => {
    const again = [line(4, { to: post(1).to }), line(5, { to: post(1).to }), line(6, { to: post(2).to })];
    expect(summarise(evidence({ ledger: [line(1), line(2), line(3), ...again] })).duplicates).toBe(3);
  });

  it('does not count a refused attempt before the accepted one as a duplicate', () => {
    expect(summarise(evidence({ ledger: [line(1, REFUSED), line(1), line(2), line(3)] })).duplicates).toBe(0);
  });

  it('counts refusals for throughput without those that were made up by a fault', () => {
    const refusals = [
      line(7, { ...REFUSED, code: 130429 }),
      line(8, { ...REFUSED, outcome: 'faulted', fault: 'throttle', code: 130429 }),
      line(9, { ...REFUSED, code: 131056 }),
    ];
    expect(summarise(evidence({ ledger: [line(1), line(2), line(3), ...refusals] })).throttled_130429).toBe(1);
  });

  it('counts a read message as delivered although delivered was never reported', () => {
    const messages = [message(1), message(2), message(3, { status: 'read', delivered_at: null, read_at: 'x' })];
    expect(summarise(evidence({ messages }))).toMatchObject({ delivered: 3, read: 1 });
  });

  it('leaves messages of earlier runs out of account', () => {
    const messages = [...evidence().messages, message(9, { state: 'unknown' })];
    expect(summarise(evidence({ messages })).unknown).toBe(0);
  });

  it('has no rate when a single message arrived', () => {
    expect(summarise(evidence({ ledger: [line(1)] })).mps).toBe(0);
  });
});

describe('the fullest second', () => {
  const at = (...instants: number[]) => instants.map((at_ms) => ({ phone_number_id: '1', at_ms }));

  it('is open at its beginning and closed at its end', () => {
    expect(fullestSecond(at(0, 1000))).toBe(1);
    expect(fullestSecond(at(0.001, 1000))).toBe(2);
  });

  it('slides: it is not a second of the clock', () => {
    expect(fullestSecond(at(900, 950, 1050, 1100))).toBe(4);
  });

  it('takes instants in any order', () => {
    expect(fullestSecond(at(5000, 10, 5200, 20, 5100))).toBe(3);
  });

  it('looks at each number alone', () => {
    expect(fullestSecond([...at(1, 2), { phone_number_id: '2', at_ms: 3 }])).toBe(2);
  });

  it('is empty without arrivals', () => {
    expect(fullestSecond([])).toBe(0);
  });
});
