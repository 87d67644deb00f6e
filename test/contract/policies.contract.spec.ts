import { beforeAll, expect, it } from '@jest/globals';
import { LUCKY } from '../support/accounts.js';
import { aTextMessage } from '../support/factories.js';
import { describeWithNats } from '../support/nats.js';
import { ThreeWires } from '../support/transports/three-wires.js';
import { until } from '../support/until.js';
import { answerAlike, alike as toldAlike } from './alike.js';
import { LATER } from './operations.js';

const { phoneNumberId: phone_number_id } = LUCKY;
const PUT = { name: 'RateLimitService.PutPolicy', route: 'PUT /v1/rate_limits/{phone_number_id}/policy' } as const;
const EXPLAIN = { name: 'MessagingService.Explain', route: 'GET /v1/messages/{id}/explain' } as const;
const HISTORY = {
  name: 'RateLimitService.ListPolicyChanges',
  route: 'GET /v1/rate_limits/{phone_number_id}/policy/history',
} as const;
const GET = { name: 'MessagingService.Get', route: 'GET /v1/messages/{id}' } as const;

const keys = (count: number, weight = 1) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`campaign-${i}`, weight]));

/** What may be chosen of weights, at the limits. */
const GOOD: readonly (readonly [what: string, weights: object])[] = [
  ['no key', {}],
  ['the least weight', { a: 1 }],
  ['the most', { 'Spring_sale-2026.eu:1': 100 }],
  ['a key of 64 letters', { ['x'.repeat(64)]: 2 }],
  ['100 keys', keys(100)],
];

/** What may not. */
const BAD: readonly (readonly [what: string, weights: object])[] = [
  ['a weight of 0', { a: 0 }],
  ['a weight of 101', { a: 101 }],
  ['half a weight', { a: 1.5 }],
  ['a weight that is a text', { a: '3' }],
  ['no weight', { a: null }],
  ['a key with a blank', { 'spring sale': 2 }],
  ['a key of 65 letters', { ['x'.repeat(65)]: 2 }],
  ['an empty key', { '': 2 }],
  ['101 keys', keys(101)],
];

describeWithNats('what fairness keys weigh, chosen on three wires,', () => {
  let wires: ThreeWires;

  beforeAll(async () => {
    wires = await ThreeWires.start({});
  });

  it.each(GOOD)('is taken, and shown by each alike: %s', async (_, fairness_weights) => {
    expect(await answerAlike(wires, PUT, { phone_number_id, fairness_weights })).toMatchObject({ fairness_weights });
  });

  it.each(BAD)('is refused by each alike, with the field and the rule: %s', async (_, fairness_weights) => {
    expect(await toldAlike(wires, PUT, { phone_number_id, fairness_weights })).toMatchObject({
      ok: false,
      code: 'invalid_request',
      fields: [{ pointer: '/fairness_weights', detail: expect.stringContaining('a whole number from 1 to 100') }],
    });
  });

  it('shows the key of a message, and none on a password, which waits for nobody’s share', async () => {
    const keyOf = async (priority: string) => {
      const { id } = await wires.stack.api.send(aTextMessage({ priority, fairness_key: 'logins', ...LATER }));
      return ((await answerAlike(wires, GET, { id })) as { fairness_key?: string }).fairness_key;
    };
    expect([await keyOf('utility'), await keyOf('authentication')]).toEqual(['logins', undefined]);
  });
});

describeWithNats('how long marketing is spread after a full hour, chosen on three wires,', () => {
  let wires: ThreeWires;

  beforeAll(async () => {
    wires = await ThreeWires.start({});
  });

  const put = (full_hour_spread_ms: unknown) => answerAlike(wires, PUT, { phone_number_id, full_hour_spread_ms });
  /** What each wire says of a message that is scheduled for a full hour, and by how many seconds it goes later. */
  const explained = async () => {
    const send_at = '2126-12-01T09:00:00.000Z';
    const { id } = await wires.stack.api.send(aTextMessage({ priority: 'marketing', send_at }));
    const told = (await answerAlike(wires, EXPLAIN, { id })) as { waiting_for: { until: string; reason: string }[] };
    const [hold] = told.waiting_for;
    return { lateS: Math.round((Date.parse(hold?.until ?? '') - Date.parse(send_at)) / 1000), reason: hold?.reason };
  };

  it.each([0, 1, 1_800_000])('is taken and shown by each alike, with who chose it: %d', async (full_hour_spread_ms) => {
    expect(await put(full_hour_spread_ms)).toMatchObject({ full_hour_spread_ms });
    const { changes } = (await answerAlike(wires, HISTORY, { phone_number_id })) as { changes: object[] };
    expect(changes[0]).toMatchObject({
      after: { full_hour_spread_ms },
      changed_by: expect.stringMatching(/^api key /),
    });
  });

  it.each([-1, 1_800_001])('is refused by each alike, with the field: %d', async (full_hour_spread_ms) => {
    expect(await toldAlike(wires, PUT, { phone_number_id, full_hour_spread_ms })).toMatchObject({
      ok: false,
      code: 'invalid_request',
      fields: [{ pointer: '/full_hour_spread_ms' }],
    });
  });

  it('moves what is accepted from then on, and explain says so; 0 moves nothing', async () => {
    await put(1_800_000);
    // In force within a second: the setting's five minutes are not what the message goes by.
    const late = await until(async () => {
      const told = await explained();
      return told.lateS > 300 && told;
    });
    expect(late.lateS).toBeLessThanOrEqual(1800);
    expect(late.reason).toMatch(
      /^marketing that is scheduled for a full hour is spread .*full_hour_spread_ms of the number's policy/,
    );
    await put(0);
    const atOnce = await until(async () => {
      const told = await explained();
      return told.reason === 'it is not to be sent before then' && told;
    });
    expect(Math.abs(atOnce.lateS)).toBeLessThanOrEqual(1);
    await answerAlike(wires, PUT, { phone_number_id });
    expect(
      (
        await until(async () => {
          const told = await explained();
          return told.lateS > 1 && told;
        })
      ).lateS,
    ).toBeLessThanOrEqual(300);
  });
});
