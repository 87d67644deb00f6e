import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ESCALATION_POLICIES } from '../limits/escalation.js';
import { STOP_RULES, type Stop, stopOf } from '../limits/stop.js';
import { chooseSender, isHealthy } from './choose-sender.js';
import { type Destination, LOSS_RULES, lossOf, movesOf, type PoolSender, type StrandedMessage } from './fail-over.js';

const NOW = Date.parse('2026-10-01T12:00:00Z');
const MINUTE = 60_000;
const aSender = (over: Partial<PoolSender> = {}): PoolSender => ({
  phoneNumberId: 'n1',
  wabaId: 'w1',
  portfolioId: 'p1',
  status: 'CONNECTED',
  isThere: true,
  isMember: true,
  ...over,
});
const aStop = (over: Partial<Stop> = {}): Stop => ({
  scope: 'number',
  scopeId: 'n1',
  stops: 'all',
  code: 131037,
  reason: 'locked',
  untilMs: null,
  ...over,
});
const causeOf = (sender: PoolSender, stops: readonly Stop[], type = 'template') =>
  lossOf(sender, type, stops, NOW)?.cause ?? null;

const anyStop: fc.Arbitrary<Stop> = fc.record({
  scope: fc.constantFrom('number', 'waba', 'portfolio', 'template'),
  scopeId: fc.constantFrom('n1', 'n2', 'w1', 'w2', 'p1', 'w1/offer'),
  stops: fc.constantFrom('all', 'templates'),
  code: fc.constantFrom(131037, 131048, 130429),
  reason: fc.constant('refused'),
  untilMs: fc.option(fc.integer({ min: -60, max: 3000 }).map((minutes) => NOW + minutes * MINUTE)),
});
const anyType = fc.constantFrom('template', 'text', 'interactive', 'image');

describe('a number is lost', () => {
  it.each<[string, PoolSender, Stop[], string | null]>([
    ['when a stop of its own has no end', aSender(), [aStop()], 'stop'],
    ['when its account is stopped', aSender(), [aStop({ scope: 'waba', scopeId: 'w1' })], 'stop'],
    ['when all of the portfolio is', aSender(), [aStop({ scope: 'portfolio', scopeId: 'p1' })], 'stop'],
    ['when a stop goes on for half an hour', aSender(), [aStop({ untilMs: NOW + 30 * MINUTE })], 'stop'],
    ['not when it is over a moment sooner', aSender(), [aStop({ untilMs: NOW + 30 * MINUTE - 1 })], null],
    ['not when only a template is paused', aSender(), [aStop({ scope: 'template', scopeId: 'w1/offer' })], null],
    ['not when others are stopped', aSender(), [aStop({ scopeId: 'n2' }), aStop({ scopeId: 'w2' })], null],
    ['when Meta bans it', aSender({ status: 'BANNED' }), [], 'status'],
    ['not when Meta only warns', aSender({ status: 'FLAGGED' }), [], null],
    ['not when nobody asked Meta yet', aSender({ status: null }), [], null],
    ['when it left the pool', aSender({ isMember: false }), [], 'removed'],
    ['when it is the portfolio’s no more', aSender({ isThere: false, isMember: false }), [aStop()], 'deleted'],
  ])('%s', (_, sender, stops, cause) => {
    expect(causeOf(sender, stops)).toBe(cause);
  });

  it('for templates alone when only these are stopped', () => {
    const spam = aStop({ stops: 'templates', code: 131048 });
    expect([causeOf(aSender(), [spam]), causeOf(aSender(), [spam], 'text')]).toEqual(['stop', null]);
  });

  it('by no light step of an escalation, and by every stop of an error of Meta’s that is not about a template', () => {
    for (const { lastsMs } of Object.values(ESCALATION_POLICIES)) {
      expect(causeOf(aSender(), [aStop({ untilMs: NOW + lastsMs.light })])).toBeNull();
    }
    const ids = { number: 'n1', waba: 'w1', portfolio: 'p1', template: 'w1/offer' };
    for (const [code, rule] of Object.entries(STOP_RULES)) {
      const untilMs = rule.endsAfterMs === null ? null : NOW + rule.endsAfterMs;
      const stop = aStop({ ...rule, scopeId: ids[rule.scope], code: Number(code), untilMs });
      expect([code, causeOf(aSender(), [stop])]).toEqual([code, rule.scope === 'template' ? null : 'stop']);
    }
  });

  it('never by stops that are all over soon, or that do not hold the message', () => {
    fc.assert(
      fc.property(fc.array(anyStop), anyType, (stops, type) => {
        const soon = stops.map((s) => ({
          ...s,
          untilMs: Math.min(s.untilMs ?? Infinity, NOW + LOSS_RULES.leastMs - 1),
        }));
        expect(lossOf(aSender(), type, soon, NOW)).toBeNull();
        const held = stopOf({ ...aSender(), type, template: 'offer' }, stops, NOW);
        if (held === null) expect(lossOf(aSender(), type, stops, NOW)).toBeNull();
      }),
    );
  });

  it('still, when another stop comes, or one goes on for longer', () => {
    fc.assert(
      fc.property(fc.array(anyStop), anyStop, fc.nat(), anyType, (stops, more, longerMs, type) => {
        if (lossOf(aSender(), type, stops, NOW) === null) return;
        const longer = stops.map((s) => ({ ...s, untilMs: s.untilMs === null ? null : s.untilMs + longerMs }));
        expect(lossOf(aSender(), type, [...longer, more], NOW)).not.toBeNull();
      }),
    );
  });

  it('never when it is healthy: what moves away does not move back and forth', () => {
    fc.assert(
      fc.property(fc.array(anyStop), fc.constantFrom('CONNECTED', 'BANNED', 'FLAGGED', null), (stops, status) => {
        const sender = aSender({ status });
        const isStopped = stopOf({ ...sender, type: 'template', template: null }, stops, NOW) !== null;
        const isLost = lossOf(sender, 'template', stops, NOW) !== null;
        const member = { ...sender, throughputMps: 80, qualityRating: 'GREEN', isStopped, isLost };
        if (isLost) expect(isHealthy(member)).toBe(false);
        // Whoever moved to it stays with it.
        if (isHealthy(member)) {
          const other = { ...member, phoneNumberId: 'n2' };
          expect(chooseSender('+1', [other, member], 'n1')).toBe('n1');
        }
      }),
    );
  });
});

const aMessage = (id: string, over: Partial<StrandedMessage> = {}): StrandedMessage => ({
  id,
  type: 'template',
  inDoubt: false,
  isReply: false,
  namesMetaFile: false,
  ...over,
});
const ANYTHING: Destination = { isSameWaba: true, hasWindow: true, takesTemplate: true };
const stayOf = (message: Partial<StrandedMessage>, to: Partial<Destination> = {}) =>
  movesOf([aMessage('1', message)], false, () => ({ ...ANYTHING, ...to })).stays.get('1') ?? null;

const anyMessage = (id: string): fc.Arbitrary<StrandedMessage> =>
  fc.record({
    id: fc.constant(id),
    type: anyType,
    inDoubt: fc.boolean(),
    isReply: fc.boolean(),
    namesMetaFile: fc.boolean(),
  });
const anyQueue = fc.nat(8).chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => anyMessage(`${i}`))));
const anyDestination: fc.Arbitrary<Destination> = fc.record({
  isSameWaba: fc.boolean(),
  hasWindow: fc.boolean(),
  takesTemplate: fc.boolean(),
});

describe('a message on a lost number', () => {
  it.each<[string, Partial<StrandedMessage>, Partial<Destination>, string | null]>([
    ['a template goes', {}, { hasWindow: false }, null],
    ['a template stays when the other account does not have it', {}, { takesTemplate: false }, 'template'],
    ['a text goes when the person wrote to the other number', { type: 'text' }, { takesTemplate: false }, null],
    ['a text stays when they did not', { type: 'text' }, { hasWindow: false }, 'window'],
    ['a reply stays', { type: 'text', isReply: true }, {}, 'reply'],
    ['a file of Meta’s stays', { namesMetaFile: true }, {}, 'file'],
    ['a flow stays with its account', { type: 'interactive' }, { isSameWaba: false }, 'account'],
    ['a flow goes within it', { type: 'interactive' }, {}, null],
  ])('%s', (_, message, to, stay) => {
    expect(stayOf(message, to)).toBe(stay);
  });

  it('moves or stays for a reason, and keeps its place among those that move', () => {
    fc.assert(
      fc.property(anyQueue, fc.boolean(), fc.option(anyDestination), (queue, isBusy, to) => {
        const { moves, stays } = movesOf(queue, isBusy, to === null ? null : () => to);
        expect([...moves, ...stays.keys()].sort()).toEqual(queue.map((m) => m.id).sort());
        expect(moves).toEqual(queue.map((m) => m.id).filter((id) => moves.includes(id)));
      }),
    );
  });

  it('never moves when anything of its person is on its way or in doubt, or when there is nowhere to go', () => {
    fc.assert(
      fc.property(anyQueue, fc.boolean(), fc.option(anyDestination), (queue, isBusy, to) => {
        const { moves } = movesOf(queue, isBusy, to === null ? null : () => to);
        if (isBusy || to === null || queue.some((m) => m.inDoubt)) expect(moves).toEqual([]);
      }),
    );
  });
});
