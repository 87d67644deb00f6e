import { beforeAll, expect, it } from '@jest/globals';
import type { StopList, StopView } from '../../src/rate-limit/rate-limit.dto.js';
import { LUCKY } from '../support/accounts.js';
import { aTextMessage } from '../support/factories.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

const SOON = { withinMs: 30_000 };

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ simulator: { mps: 80 }, settings: { THROUGHPUT_POLL_MS: '1000' } });
});

const stops = async (query = '') =>
  (await stack.api.get<StopList>(`/v1/rate_limits/stops${query}`)).body.stops as readonly StopView[];
const stateOf = async (id: string) => (await stack.api.message(id)).state;
const readings = async () =>
  (
    await stack.database.db.rows<{ status: string; name_status: string; polled_at: Date }>(
      `select status, name_status, polled_at from phone_numbers where phone_number_id = $1`,
      [LUCKY.phoneNumberId],
    )
  )[0];

/** A message that Meta refuses with a code that stops, and one behind it that waits for the release. */
async function stoppedBy(code: number): Promise<string> {
  const refused = await stack.api.send(aTextMessage());
  await until(async () => (await stateOf(refused.id)) === 'rejected', SOON);
  await until(async () => (await stops()).some((stop) => stop.code === code), SOON);
  return (await stack.api.send(aTextMessage())).id;
}

/** Polls that have begun after now, and are read. */
async function afterPolls(times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    const before = (await readings())?.polled_at.getTime() ?? 0;
    await until(async () => ((await readings())?.polled_at.getTime() ?? 0) > before, SOON);
  }
}

it.each([
  {
    code: 133010,
    change: { registered: false },
    back: { registered: true },
    from: 'DISCONNECTED',
    to: 'CONNECTED',
    field: 'status',
  },
  {
    code: 131037,
    change: { name_status: 'DECLINED' },
    back: { name_status: 'APPROVED' },
    from: 'DECLINED',
    to: 'APPROVED',
    field: 'name_status',
  },
] as const)(
  'a number that $code had stopped goes on when polls have shown $from and then $to, and it is told who said so',
  async (c) => {
    await stack.control(`phone_numbers/${LUCKY.phoneNumberId}`, c.change);
    const held = await stoppedBy(c.code);
    await until(async () => (await readings())?.[c.field] === c.from, SOON);
    expect(await stateOf(held)).toBe('queued');
    await stack.control(`phone_numbers/${LUCKY.phoneNumberId}`, c.back);
    await until(async () => (await stateOf(held)) === 'submitted', SOON);
    expect(await stops()).toEqual([]);
    const said = `Meta: poll of ${c.field}, ${c.to} after ${c.from}`;
    expect((await stops('?ended=true')).find((stop) => stop.code === c.code)).toMatchObject({ released_by: said });
    const events = await stack.api.allEvents();
    expect(events.filter((e) => e.data.code === c.code).map((e) => [e.type, e.data.released_by])).toEqual([
      ['io.heliograph.rate_limit.stopped.v1', undefined],
      ['io.heliograph.rate_limit.released.v1', said],
    ]);
  },
);

it('an account that Meta had locked waits for a person, although every poll calls its number connected', async () => {
  await stack.control(`wabas/${LUCKY.wabaId}`, { lock: 131031, silent: true });
  const held = await stoppedBy(131031);
  await stack.control(`wabas/${LUCKY.wabaId}`, { lock: null, silent: true });
  await afterPolls(3);
  expect(await readings()).toMatchObject({ status: 'CONNECTED', name_status: 'APPROVED' });
  expect((await stops()).map((stop) => stop.code)).toEqual([131031]);
  expect(await stateOf(held)).toBe('queued');
});
