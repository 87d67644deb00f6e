import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ExplainView } from '../../src/messaging/preflight.dto.js';
import { aRecipient, aTemplateMessage, aTextMessage } from '../support/factories.js';
import { askOracle } from '../support/oracle.js';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ simulator: { scenario: { outcomes: { delivered: 1, read: 1 } } } });
});

describe('a message through the whole path', () => {
  it.each([
    ['text', aTextMessage],
    ['template', aTemplateMessage],
  ])('takes a %s to read, with events whose versions rise by one', async (_, make) => {
    const message = make({ callback_data: 'order 42', metadata: { crm_id: '42' } });
    const accepted = await stack.api.send(message);
    expect(accepted).toMatchObject({ state: 'queued', status: null, to: message.to });
    const read = await stack.api.untilMessage(accepted.id, (m) => m.status === 'read');
    expect(read).toMatchObject({ state: 'submitted', wamid: expect.stringMatching(/^wamid\./), errors: [] });
    expect(read.attempts).toMatchObject([{ number: 1, outcome: 'accepted' }]);
    const history = await stack.api.history(accepted.id);
    expect(history.map((e) => e.version)).toEqual(history.map((_e, i) => i + 1));
    const types = history.map((e) => e.type.split('.').at(-2));
    expect(types[0]).toBe('queued');
    expect(new Set(types)).toEqual(new Set(['queued', 'submitted', 'sent', 'delivered', 'read']));
    expect(history.every((e) => e.data.callback_data === 'order 42')).toBe(true);
  });

  it('sends the content as the caller gave it, with a token instead of the caller’s data', async () => {
    const message = aTemplateMessage({ callback_data: 'stays with us' });
    const { id } = await stack.api.send(message);
    await stack.api.untilMessage(id, (m) => m.state === 'submitted');
    const [line] = (await askOracle(stack.simulator)).sends(message.to);
    expect(line?.body).toMatchObject({ to: message.to, type: 'template', template: message.template });
    expect(line?.biz_opaque_callback_data).toMatch(/^w1\.[a-z2-7]{26}\.1\.[A-Za-z0-9_-]{8}$/);
    expect(JSON.stringify(line?.body)).not.toContain('stays with us');
  });

  it('reaches a user who is known by a business-scoped id only', async () => {
    const { id } = await stack.api.send(aTextMessage({ to: undefined, recipient: 'US.13491208655302741918' }));
    const read = await stack.api.untilMessage(id, (m) => m.status === 'read');
    expect(read).toMatchObject({ recipient: 'US.13491208655302741918' });
    expect(read).not.toHaveProperty('to');
  });
});

describe('an idempotency key', () => {
  it('makes one message and one send of the same request from twenty clients at once', async () => {
    const message = aTextMessage();
    const headers = { 'idempotency-key': 'campaign-7/recipient-1' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        stack.api.call<{ id: string }>('POST', '/v1/messages', { body: message, headers }),
      ),
    );
    expect(new Set(answers.map((a) => a.status))).toEqual(new Set([202]));
    expect(new Set(answers.map((a) => JSON.stringify(a.body))).size).toBe(1);
    const id = answers[0]?.body.id ?? '';
    await stack.api.untilMessage(id, (m) => m.status === 'read');
    const again = await stack.api.call<{ id: string }>('POST', '/v1/messages', { body: message, headers });
    expect(again).toMatchObject({ status: 202, body: { id } });
    expect((await askOracle(stack.simulator)).sends(message.to)).toHaveLength(1);
  });

  it('refuses another request under the same key, and sends nothing of it', async () => {
    const headers = { 'idempotency-key': 'used-twice' };
    const to = aRecipient();
    expect((await stack.api.call('POST', '/v1/messages', { body: aTextMessage(), headers })).status).toBe(202);
    const other = await stack.api.call('POST', '/v1/messages', { body: aTextMessage({ to }), headers });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_mismatch', retryable: false } });
    const quoted = await stack.api.call('POST', '/v1/messages', {
      body: aTextMessage({ to }),
      headers: { 'idempotency-key': '"used-twice"' },
    });
    expect(quoted.status).toBe(422);
    const later = await stack.api.send(aTextMessage());
    await stack.api.untilMessage(later.id, (m) => m.status === 'read');
    expect((await askOracle(stack.simulator)).sends(to)).toEqual([]);
  });
});

describe('a message with a time', () => {
  it('is not sent before send_at, and soon after', async () => {
    const sendAt = new Date(Date.now() + 1500);
    const message = aTextMessage({ send_at: sendAt.toISOString() });
    const { id, state } = await stack.api.send(message);
    expect(state).toBe('scheduled');
    const sent = await stack.api.untilMessage(id, (m) => m.submitted_at !== null);
    expect(Date.parse(sent.attempts[0]?.armed_at ?? '')).toBeGreaterThanOrEqual(sendAt.getTime());
    expect(Date.parse(sent.attempts[0]?.armed_at ?? '')).toBeLessThan(sendAt.getTime() + 1500);
  });

  it('goes a few minutes after a full hour when it is marketing, each at its own moment, and explain says why', async () => {
    const hour = { send_at: '2126-12-01T09:00:00Z' };
    const dueOf = async (id: string, over: object = {}) => {
      const { body } = await stack.api.get<ExplainView>(`/v1/messages/${id}/explain`);
      expect(body).toMatchObject({ state: 'scheduled', waiting_for: [{ limit: 'schedule', ...over }] });
      return Date.parse(body.waiting_for[0]?.until ?? '') - Date.parse(hour.send_at);
    };
    const scheduled = (over: object) => stack.api.send(aTextMessage({ ...hour, ...over }));
    const campaign = await Promise.all(Array.from({ length: 20 }, () => scheduled({ priority: 'marketing' })));
    const reason = expect.stringMatching(
      /^marketing that is scheduled for a full hour is spread .*FULL_HOUR_SPREAD_MS/,
    );
    const late = await Promise.all(campaign.map(({ id }) => dueOf(id, { reason })));
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...late)).toBeLessThan(301_000);
    expect(Math.max(...late) - Math.min(...late)).toBeGreaterThan(60_000);
    const expiring = await scheduled({ priority: 'marketing', expires_at: '2126-12-01T09:00:10Z' });
    expect(await dueOf(expiring.id)).toBeLessThan(6000);
    for (const priority of ['authentication', 'utility']) {
      const { id } = await scheduled({ priority });
      expect(await dueOf(id, { reason: 'it is not to be sent before then' })).toBe(0);
    }
  });

  it('expires instead of being sent when its time has passed before its turn', async () => {
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    const message = aTextMessage({ send_at: at(600), expires_at: at(650) });
    const { id } = await stack.api.send(message);
    // The gateway is kept from sending until the message has expired: its lane is nobody's for a while.
    const { db } = stack.database;
    await db.run(`update messages set due_at = expires_at + interval '1 second' where id = $1`, [id]);
    const expired = await stack.api.untilMessage(id, (m) => m.state === 'expired');
    expect(expired.attempts).toEqual([]);
    expect((await askOracle(stack.simulator)).sends(message.to)).toEqual([]);
    expect((await stack.api.history(id)).at(-1)?.type).toBe('io.heliograph.message.expired.v1');
  });
});
