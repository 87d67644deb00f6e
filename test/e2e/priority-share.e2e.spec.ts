import { beforeAll, expect, it } from '@jest/globals';
import { aTextMessage } from '../support/factories.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

const SOON = { withinMs: 60_000 };
const PASSWORDS = 150;

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ simulator: { mps: 80 } });
});

it('sends a utility and a marketing message while more passwords wait than go in a second', async () => {
  const later = { send_at: '2126-12-01T09:00:00Z' };
  const send = (priority: string, count: number) =>
    stack.api.sendAll(Array.from({ length: count }, () => aTextMessage({ priority, ...later })));
  const [utility] = await send('utility', 1);
  const [marketing] = await send('marketing', 1);
  const passwords = await send('authentication', PASSWORDS);
  // All of them at once, so that it is known what waits when the first of them goes.
  await stack.database.db.run(`update messages set due_at = now() where state = 'scheduled'`);
  await until(() => stack.simulator.stats().accepted === PASSWORDS + 2, SOON);
  const isPassword = new Set(passwords.map((message) => message.id));
  const attempts = await stack.database.db.rows<{ message_id: string; armed_at: Date }>(
    'select message_id, armed_at from attempts',
  );
  const armedAt = new Map(attempts.map((row) => [row.message_id, row.armed_at.getTime()]));
  /** Passwords of a later look, strictly: those of one look are armed together. */
  const passwordsAfter = (id: string | undefined) =>
    attempts.filter(
      (row) => isPassword.has(row.message_id) && row.armed_at.getTime() > (armedAt.get(id ?? '') ?? Infinity),
    );
  // Their slots are the 25th and the 50th of 152, and no second has more than 80.
  expect(passwordsAfter(marketing?.id).length).toBeGreaterThan(0);
  expect(passwordsAfter(utility?.id).length).toBeGreaterThan(0);
});
