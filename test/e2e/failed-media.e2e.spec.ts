import { beforeAll, expect, it } from '@jest/globals';
import type { ExplainView } from '../../src/messaging/preflight.dto.js';
import type { RateLimitView } from '../../src/rate-limit/rate-limit.dto.js';
import { LUCKY } from '../support/accounts.js';
import { aRecipient, aTextMessage } from '../support/factories.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

const SOON = { withinMs: 30_000 };
const TWO_HOURS_MS = 2 * 3_600_000;

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ simulator: { mps: 80, scenario: { outcomes: { delivered: 1, read: 0 } } } });
});

const anImage = (link: string) =>
  stack.api.send({ phone_number_id: LUCKY.phoneNumberId, to: aRecipient(), type: 'image', image: { link } });
const broken = () => anImage('https://files.invalid/one.png');
const state = async () => (await stack.api.get<RateLimitView>(`/v1/rate_limits/${LUCKY.phoneNumberId}`)).body;

it('pauses a number’s media for two hours after five links in a row that Meta could not fetch, which only webhooks tell; text goes on', async () => {
  // Four, and one that arrives: nothing is paused.
  const four = await Promise.all(Array.from({ length: 4 }, broken));
  for (const { id } of four) await stack.api.untilMessage(id, (m) => m.status === 'failed');
  const good = await anImage('https://example.com/one.png');
  await stack.api.untilMessage(good.id, (m) => m.status === 'delivered');

  const five = await Promise.all(Array.from({ length: 5 }, broken));
  for (const { id } of five) await stack.api.untilMessage(id, (m) => m.status === 'failed');
  // The lane's owner looks while it has something to send.
  await until(async () => {
    await stack.api.send(aTextMessage());
    return (await state()).limits.some((limit) => limit.limit === 'media' && limit.left === 0);
  }, SOON);

  const held = await anImage('https://example.com/two.png');
  const explained = async () => (await stack.api.get<ExplainView>(`/v1/messages/${held.id}/explain`)).body;
  const told = await until(async () => {
    const view = await explained();
    return view.waiting_for.length > 0 && view;
  }, SOON);
  expect(told).toMatchObject({ state: 'queued', waiting_for: [{ limit: 'media' }] });
  const inMs = Date.parse(told.waiting_for[0]?.until ?? '') - Date.now();
  expect(inMs).toBeGreaterThan(TWO_HOURS_MS - 120_000);
  expect(inMs).toBeLessThanOrEqual(TWO_HOURS_MS);
  const text = await stack.api.send(aTextMessage());
  await stack.api.untilMessage(text.id, (m) => m.state === 'submitted');
  expect((await stack.api.message(held.id)).attempts).toEqual([]);
});
