import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ConsentFacts, type ContactIntent, refusalOf, type WindowPolicy } from './may-contact.js';

const NOW = new Date('2026-10-01T12:00:00Z');
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);
const NOTHING: ConsentFacts = { optedOut: false, lastInboundAt: null, windowRefusedAt: null, numberHeardAt: null };
const FREE: ContactIntent = { isMarketing: false, isFreeForm: true };
const CAMPAIGN: ContactIntent = { isMarketing: true, isFreeForm: false };
const codeOf = (intent: ContactIntent, facts: Partial<ConsentFacts>, policy: WindowPolicy = 'known') =>
  refusalOf(intent, { ...NOTHING, ...facts }, policy, NOW)?.code ?? null;

describe('a free-form message', () => {
  it.each<[string, Partial<ConsentFacts>, boolean]>([
    ['goes to a person of whom nothing is known', {}, true],
    [
      'goes within 24 hours of what the person wrote',
      { lastInboundAt: hoursAgo(23.99), numberHeardAt: hoursAgo(1) },
      true,
    ],
    ['stays when that is longer ago', { lastInboundAt: hoursAgo(24.1), numberHeardAt: hoursAgo(1) }, false],
    [
      'goes all the same when the number has heard of nobody for a day',
      { lastInboundAt: hoursAgo(90), numberHeardAt: hoursAgo(25) },
      true,
    ],
    ['stays when Meta has just said that the window is closed', { windowRefusedAt: hoursAgo(0.5) }, false],
    ['goes when Meta said so long ago', { windowRefusedAt: hoursAgo(1.5) }, true],
    ['goes when the person has written since', { windowRefusedAt: hoursAgo(0.5), lastInboundAt: hoursAgo(0.1) }, true],
    ['goes to a person who opted out of marketing', { optedOut: true }, true],
  ])('%s', (_, facts, goes) => {
    expect(codeOf(FREE, facts)).toBe(goes ? null : 131047);
  });

  it('is never refused here when the policy leaves it to Meta', () => {
    expect(
      codeOf(FREE, { lastInboundAt: hoursAgo(100), windowRefusedAt: hoursAgo(0.1), numberHeardAt: NOW }, 'off'),
    ).toBeNull();
  });

  it('is refused when nothing is known, where the policy wants knowledge', () => {
    expect(codeOf(FREE, {}, 'enforce')).toBe(131047);
    expect(codeOf(FREE, { lastInboundAt: hoursAgo(1) }, 'enforce')).toBeNull();
  });
});

describe('a marketing message', () => {
  it('does not go to a person who opted out, under any policy', () => {
    for (const policy of ['off', 'known', 'enforce'] as const)
      expect(codeOf(CAMPAIGN, { optedOut: true }, policy)).toBe(131050);
  });

  it('goes to everybody else, window or not, when it is a template', () => {
    expect(
      codeOf(CAMPAIGN, { lastInboundAt: hoursAgo(100), windowRefusedAt: NOW, numberHeardAt: NOW }, 'enforce'),
    ).toBeNull();
  });
});

const instant = fc.option(
  fc.integer({ min: 0, max: 200 * 60 }).map((minutes) => hoursAgo(minutes / 60)),
  { nil: null },
);
const facts = fc.record({
  optedOut: fc.boolean(),
  lastInboundAt: instant,
  windowRefusedAt: instant,
  numberHeardAt: instant,
});
const intents = fc.record({ isMarketing: fc.boolean(), isFreeForm: fc.boolean() });

describe('whatever is known', () => {
  it('a stricter policy refuses whatever a milder one does', () => {
    fc.assert(
      fc.property(intents, facts, (intent, known) => {
        const refused = (policy: WindowPolicy) => refusalOf(intent, known, policy, NOW) !== null;
        if (refused('off')) expect(refused('known')).toBe(true);
        if (refused('known')) expect(refused('enforce')).toBe(true);
      }),
    );
  });

  it('a template that is no marketing always goes', () => {
    fc.assert(
      fc.property(facts, fc.constantFrom<WindowPolicy>('off', 'known', 'enforce'), (known, policy) => {
        expect(refusalOf({ isMarketing: false, isFreeForm: false }, known, policy, NOW)).toBeNull();
      }),
    );
  });

  it('what a person writes now never closes a window', () => {
    fc.assert(
      fc.property(facts, fc.constantFrom<WindowPolicy>('known', 'enforce'), (known, policy) => {
        const before = { ...known, windowRefusedAt: known.windowRefusedAt && hoursAgo(0.01) };
        expect(refusalOf(FREE, { ...before, lastInboundAt: NOW }, policy, NOW)).toBeNull();
      }),
    );
  });
});
