import { describe, expect, it } from '@jest/globals';
import { META_ERRORS } from '../meta-errors/meta-error-table.js';
import { STOP_RULES, type Stop, stopOf } from './stop.js';

const message = { phoneNumberId: 'n1', wabaId: 'w1', portfolioId: 'p1', type: 'text', template: null };
const campaign = { ...message, type: 'template', template: 'spring' };
const aStop = (over: Partial<Stop>): Stop => ({
  scope: 'number',
  scopeId: 'n1',
  stops: 'all',
  code: 131031,
  reason: 'locked',
  untilMs: null,
  ...over,
});

describe('a stop', () => {
  it.each([
    ['a number', { scope: 'number', scopeId: 'n1' }, true, true],
    ['another number', { scope: 'number', scopeId: 'n2' }, false, false],
    ['the account', { scope: 'waba', scopeId: 'w1' }, true, true],
    ['another account', { scope: 'waba', scopeId: 'n1' }, false, false],
    ['the portfolio', { scope: 'portfolio', scopeId: 'p1' }, true, true],
    ['another portfolio', { scope: 'portfolio', scopeId: 'w1' }, false, false],
    ['what the business begins', { scope: 'waba', scopeId: 'w1', stops: 'templates' }, false, true],
    ['one template', { scope: 'template', scopeId: 'w1/spring' }, false, true],
    ['another template', { scope: 'template', scopeId: 'w1/summer' }, false, false],
  ] as const)('of %s stops exactly that', (_, over, text, template) => {
    expect(stopOf(message, [aStop(over)], 0) !== null).toBe(text);
    expect(stopOf(campaign, [aStop(over)], 0) !== null).toBe(template);
  });

  it('ends when its time is over, and one without an end outlasts all others', () => {
    const soon = aStop({ untilMs: 100 });
    expect(stopOf(message, [soon], 99)).toBe(soon);
    expect(stopOf(message, [soon], 100)).toBeNull();
    const endless = aStop({});
    expect(stopOf(message, [soon, endless, aStop({ untilMs: 500 })], 0)).toBe(endless);
  });
});

describe('the errors that stop something', () => {
  it('are all known errors that are not tried again, and say whom to tell', () => {
    for (const code of Object.keys(STOP_RULES).map(Number)) {
      expect([code, META_ERRORS[code]?.onSend, META_ERRORS[code]?.slow !== 'none']).toEqual([code, 'rejected', true]);
    }
  });
});
