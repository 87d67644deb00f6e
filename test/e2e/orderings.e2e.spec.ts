import { beforeAll, expect, it } from '@jest/globals';
import type { MessageView } from '../../src/messaging/messaging.dto.js';
import { aTextMessage } from '../support/factories.js';
import { createRandom, shuffled } from '../support/random.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { aStatus, messagesWebhook, postWebhook } from '../support/webhooks.js';

const MESSAGES = 500;
const SEED = Number(process.env.HELIOGRAPH_TEST_SEED ?? 1);

/** What Meta reports of each message: every status, some twice, one of them at another time. */
const REPORTS = [
  { status: 'sent', timestamp: '1793001600', pricing: { billable: true, category: 'utility' } },
  { status: 'sent', timestamp: '1793001600', pricing: { billable: true, category: 'utility' } },
  { status: 'failed', timestamp: '1793001603', errors: [{ code: 131026, title: 'Message undeliverable' }] },
  { status: 'delivered', timestamp: '1793001605' },
  { status: 'delivered', timestamp: '1793001604' },
  { status: 'read', timestamp: '1793001606' },
  { status: 'something new', timestamp: '1793001607' },
];

let stack: Stack;

beforeAll(async () => {
  // No webhook resolves an unknown outcome here, so that no answer must be given up.
  const settings = { LEASE_MS: '30000', GRAPH_TIMEOUT_MS: '20000' };
  stack = await startStack({ settings, simulator: { mps: 1000, scenario: { outcomes: { delivered: 0, failed: 0 } } } });
  await stack.control('callback', { url: null });
  const { db } = stack.database;
  await until(async () => (await db.rows(`select from phone_numbers where throughput_level = 'HIGH'`)).length > 0);
});

it(`ends in one state, whatever the order of the webhooks (seed ${SEED})`, async () => {
  const random = createRandom(SEED);
  const accepted = await stack.api.sendAll(Array.from({ length: MESSAGES }, () => aTextMessage()));
  const { db } = stack.database;
  await until(async () => (await db.rows(`select from messages where wamid is null`)).length === 0, {
    withinMs: 30_000,
  });
  const lines = new Map((await stack.simulator.ledger()).map((line) => [line.to, line]));

  // Each message's reports in an order of their own, interleaved with those of all others, some with the token.
  const statuses = shuffled(
    accepted.flatMap((m) => REPORTS.map((report) => ({ m, report }))),
    random,
  ).map(({ m, report }) => {
    const line = lines.get(m.to ?? null);
    const token = random() < 0.5 ? { biz_opaque_callback_data: line?.biz_opaque_callback_data } : {};
    return aStatus({ id: line?.wamid ?? '', recipient_id: m.to?.slice(1), ...token, ...report });
  });
  const posts: object[] = [];
  for (let i = 0; i < statuses.length; ) {
    const size = 1 + Math.floor(random() * 20);
    posts.push(messagesWebhook({ statuses: statuses.slice(i, i + size) }));
    i += size;
  }
  const answers = await Promise.all(posts.map((post) => postWebhook(stack.api, post)));
  expect(new Set(answers.map((a) => a.status))).toEqual(new Set([200]));

  await until(async () => (await db.rows('select from webhook_queue')).length === 0, { withinMs: 30_000 });
  const messages = await stack.api.allMessages();
  expect(messages).toHaveLength(MESSAGES);
  expect(new Set(messages.map((m) => JSON.stringify(essence(m)))).size).toBe(1);
  expect(messages[0] && essence(messages[0])).toEqual({
    state: 'submitted',
    status: 'read',
    sent_at: at('1793001600'),
    failed_at: at('1793001603'),
    delivered_at: at('1793001604'),
    read_at: at('1793001606'),
    errors: [expect.objectContaining({ code: 131026 })],
    pricing: { billable: true, category: 'utility' },
  });
  const gaps = await db.rows(
    `select aggregate_id from message_events group by aggregate_id
     having count(*) <> max(version) or min(version) <> 1`,
  );
  expect(gaps).toEqual([]);
});

const at = (seconds: string) => new Date(Number(seconds) * 1000).toISOString();

function essence(m: MessageView): Partial<MessageView> {
  const { state, status, sent_at, failed_at, delivered_at, read_at, errors, pricing } = m;
  return { state, status, sent_at, failed_at, delivered_at, read_at, errors, pricing };
}
