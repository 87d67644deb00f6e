import { beforeAll, expect, it } from '@jest/globals';
import { LUCKY } from '../support/accounts.js';
import { aTextMessage } from '../support/factories.js';
import { describeWithNats } from '../support/nats.js';
import { ThreeWires } from '../support/transports/three-wires.js';
import { answerAlike, alike as toldAlike } from './alike.js';
import { LATER } from './operations.js';

const { phoneNumberId: phone_number_id } = LUCKY;
const PUT = { name: 'RateLimitService.PutPolicy', route: 'PUT /v1/rate_limits/{phone_number_id}/policy' } as const;
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
