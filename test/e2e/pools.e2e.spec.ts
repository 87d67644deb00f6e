import { beforeAll, describe, expect, it } from '@jest/globals';
import type { LedgerLine } from '../../simulator/sends/ledger.js';
import type { PoolView } from '../../src/accounts/pools.dto.js';
import type { MessageView } from '../../src/messaging/messaging.dto.js';
import type { ExplainView } from '../../src/messaging/preflight.dto.js';
import { aRecipient, aTemplateMessage, aTextMessage } from '../support/factories.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

const SOON = { withinMs: 60_000 };
const PEOPLE = 30;
const EACH = 5;

let stack: Stack;
let numbers: string[];
let pool: PoolView;

beforeAll(async () => {
  // 20 a second each, so that a queue lasts for seconds.
  stack = await startStack({ replicas: 2, simulator: { phoneNumbers: 2, mps: 20 } });
  const { body } = await stack.api.get<{ phone_numbers: { phone_number_id: string; throughput_mps: number }[] }>(
    '/v1/phone_numbers',
  );
  numbers = body.phone_numbers.map((n) => n.phone_number_id);
  const asked = { name: 'Campaigns', phone_number_ids: numbers };
  pool = (await stack.api.call<PoolView>('POST', '/v1/pools', { body: asked })).body;
  await until(
    async () => (await stack.database.db.rows(`select from phone_numbers where is_on_biz_app`)).length === 2,
    SOON,
  );
});

const ofPool = () => ({ phone_number_id: undefined, pool_id: pool.id });
/** A template that says which message it is. */
const aCampaign = (to: string, name: string) => {
  const components = [{ type: 'body', parameters: [{ type: 'text', text: name }] }];
  const template = { name: 'order_confirmation', language: { code: 'en_US' }, components };
  return aTemplateMessage({ ...ofPool(), to, template });
};
const nameOf = (line: LedgerLine) => {
  const { template } = line.body as { template?: { components: { parameters: { text: string }[] }[] } };
  return template?.components[0]?.parameters[0]?.text ?? '';
};
const explain = async (id: string) => (await stack.api.get<ExplainView>(`/v1/messages/${id}/explain`)).body;
const acceptedLines = async () => (await stack.simulator.ledger()).filter((line) => line.wamid !== undefined);

describe('a number of a pool that Meta locks in the middle of a campaign', () => {
  let people: string[];
  let sent: MessageView[];
  let locked: string;

  beforeAll(async () => {
    people = Array.from({ length: PEOPLE }, aRecipient);
    sent = [];
    for (let i = 0; i < EACH; i += 1) {
      sent.push(...(await stack.api.sendAll(people.map((to, who) => aCampaign(to, `${who}/${i}`)))));
    }
    const counts = numbers.map((n) => sent.filter((m) => m.phone_number_id === n).length);
    locked = numbers[counts[0] === Math.max(...counts) ? 0 : 1] as string;
    await until(async () => (await acceptedLines()).some((line) => line.phone_number_id === locked), SOON);
    await stack.control('behaviour', { refused: { [locked]: 131037 } });
    await until(
      async () =>
        (await stack.database.db.rows(`select from messages where state not in ('submitted', 'rejected')`)).length ===
        0,
      SOON,
    );
  });

  it('sends the rest from the other: everything once, and what Meta refused not at all', async () => {
    const lines = await acceptedLines();
    const names = lines.map(nameOf);
    expect(new Set(names).size).toBe(names.length);
    const now = await stack.api.allMessages();
    const refused = now.filter((m) => m.state === 'rejected');
    // Only what was on its way when Meta locked the number.
    for (const m of refused) expect(m.errors).toMatchObject([{ code: 131037 }]);
    expect(names.length + refused.length).toBe(PEOPLE * EACH);
    const moved = now.filter(
      (m) => m.state === 'submitted' && sent.find((s) => s.id === m.id)?.phone_number_id !== m.phone_number_id,
    );
    expect(moved.length).toBeGreaterThan(10);
    for (const m of moved) expect(m.attempts.map((a) => a.outcome)).toEqual(['accepted']);
  });

  it('keeps the order of each person: nothing from the old number after the new one, nor a later message before', async () => {
    const lines = await acceptedLines();
    for (const to of people) {
      const own = lines.filter((line) => line.to === to);
      const numbersInTurn = own.map((line) => line.phone_number_id);
      const change = numbersInTurn.findIndex((n, i) => i > 0 && n !== numbersInTurn[i - 1]);
      if (change < 0) continue;
      const [before, after] = [own.slice(0, change), own.slice(change)];
      expect(
        [new Set(before.map((l) => l.phone_number_id)), new Set(after.map((l) => l.phone_number_id))].map(
          (s) => s.size,
        ),
      ).toEqual([1, 1]);
      expect(before[0]?.phone_number_id).toBe(locked);
      const place = (line: LedgerLine) => Number(nameOf(line).split('/')[1]);
      expect(Math.max(...before.map(place))).toBeLessThan(Math.min(...after.map(place)));
    }
  });

  it('tells of each move, in the history and by explain, and people stay with the number that took over', async () => {
    const now = await stack.api.allMessages();
    const moved = now.find(
      (m) => m.state === 'submitted' && sent.find((s) => s.id === m.id)?.phone_number_id !== m.phone_number_id,
    );
    const id = moved?.id ?? '';
    const told = {
      from_phone_number_id: locked,
      to_phone_number_id: moved?.phone_number_id,
      cause: 'stop',
      reason: expect.stringMatching(/131037/),
    };
    expect((await stack.api.history(id)).filter((e) => e.type.includes('.moved.'))).toMatchObject([{ data: told }]);
    expect((await explain(id)).moved).toMatchObject({ ...told, moved_at: expect.any(String) });

    await stack.control('behaviour', { refused: {} });
    const { body } = await stack.api.get<{ stops: { id: string }[] }>('/v1/rate_limits/stops');
    for (const stop of body.stops) await stack.api.call('POST', `/v1/rate_limits/stops/${stop.id}/release`);
    const next = await stack.api.send(aCampaign(moved?.to ?? '', 'next'));
    expect(next.phone_number_id).toBe(moved?.phone_number_id);
  });
});

describe('a message that only its number can send', () => {
  it('waits for the release while others of its person go, and explain says why', async () => {
    const to = aRecipient();
    const first = await stack.api.send(aTextMessage({ ...ofPool(), to }));
    await stack.api.untilMessage(first.id, (m) => m.state === 'submitted', SOON);
    const own = first.phone_number_id;
    const { wamid } = await stack.api.message(first.id);
    const later = '2126-12-01T09:00:00Z';
    const reply = await stack.api.send(
      aTextMessage({ ...ofPool(), to, context: { message_id: wamid }, send_at: later }),
    );
    expect(reply.phone_number_id).toBe(own);
    await stack.control('behaviour', { refused: { [own]: 131037 } });
    const refused = await stack.api.send(aTextMessage({ phone_number_id: own }));
    await stack.api.untilMessage(refused.id, (m) => m.state === 'rejected', SOON);
    const reason = expect.stringMatching(/131037.*answers a message/);
    await until(async () => (await explain(reply.id)).waiting_for.some((hold) => hold.limit === 'pool'), SOON);
    expect((await explain(reply.id)).waiting_for).toContainEqual(
      expect.objectContaining({ limit: 'pool', until: null, reason }),
    );
    const other = await stack.api.send(aCampaign(to, 'other'));
    await stack.api.untilMessage(other.id, (m) => m.state === 'submitted' && m.phone_number_id !== own, SOON);
    expect(await stack.api.message(reply.id)).toMatchObject({ phone_number_id: own, state: 'scheduled', attempts: [] });
  });
});
