import { describe, expect, it } from '@jest/globals';
import type { Summary } from './summary.js';
import { countLostAnswers, isGood, summaryText } from './summary-text.js';
import type { GatewayMessage, LedgerLine } from './wire.js';

const GOOD: Summary = {
  messages: 10,
  accepted: 10,
  submitted: 10,
  delivered: 10,
  read: 4,
  failed: 0,
  rejected: 0,
  unknown: 0,
  unconfirmed: 0,
  lost: 0,
  duplicates: 0,
  throttled_130429: 0,
  max_in_any_second: 8,
  seconds: 1,
  mps: 9,
};

const told = (summary: Summary, run = { settled: true, open: 0 }) =>
  summaryText(summary, { lost: 2, resolved: 2 }, run);

describe('the verdict', () => {
  it('is good when nothing is lost, nothing is doubled and all is final', () => {
    expect(isGood(GOOD, true)).toBe(true);
    expect(told(GOOD)).toContain('Each of the 10 messages');
  });

  it.each<[string, Summary, boolean]>([
    ['2 are lost', { ...GOOD, lost: 2 }, true],
    ['1 went out once too often', { ...GOOD, duplicates: 1 }, true],
    ['3 were not accepted', { ...GOOD, accepted: 7 }, true],
    ['4 were not final in time', GOOD, false],
  ])('is not good when %s', (words, summary, settled) => {
    expect(isGood(summary, settled)).toBe(false);
    expect(told(summary, { settled, open: settled ? 0 : 4 })).toContain(`NOT good: ${words}`);
  });

  it('blames the platform when it was not done in time', () => {
    expect(told(GOOD, { settled: false, open: 0 })).toContain('the platform was not done in time');
  });
});

describe('lost answers', () => {
  const line = (n: number, over: Partial<LedgerLine>): LedgerLine => ({
    seq: n,
    at_ms: n,
    phone_number_id: '1',
    to: `${n}`,
    outcome: 'faulted',
    wamid: `w${n}`,
    answered: false,
    ...over,
  });
  const message = (wamid: string): GatewayMessage => ({ id: wamid, to: '', state: 'submitted', status: null, wamid });

  it('are resolved when the gateway knows the wamid all the same', () => {
    const ledger = [line(1, { fault: 'lost_response' }), line(2, { fault: 'truncated' })];
    expect(countLostAnswers(ledger, [message('w1'), message('w9')])).toEqual({ lost: 2, resolved: 1 });
  });

  it('are not those that were late, or that belong to sends the platform refused', () => {
    const ledger = [line(1, { fault: 'slow' }), line(2, { fault: 'throttle', wamid: undefined })];
    expect(countLostAnswers(ledger, []).lost).toBe(0);
  });
});
