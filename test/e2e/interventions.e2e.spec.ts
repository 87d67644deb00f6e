import { beforeAll, describe, expect, it } from '@jest/globals';
import type { MessageView } from '../../src/messaging/messaging.dto.js';
import { LUCKY, OTHER } from '../support/accounts.js';
import { aRecipient, aTextMessage } from '../support/factories.js';
import { askOracle } from '../support/oracle.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { messagesWebhook, postWebhook } from '../support/webhooks.js';

const LATER = '2126-01-01T00:00:00Z';
const to = { doubt: aRecipient(), doubtAgain: aRecipient(), rejected: aRecipient() };
const FATES = { [to.doubt]: ['reset_before'], [to.doubtAgain]: ['reset_before', 'hang'], [to.rejected]: ['131026'] };

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    simulator: { scenario: { faults: { by_recipient: FATES }, outcomes: { delivered: 1, read: 0 } } },
    settings: { UNKNOWN_HOLD_MS: '600000' },
  });
});

const ask = (id: string, what: 'cancel' | 'resend', body?: object) =>
  stack.api.call<MessageView & { code?: string; detail?: string }>('POST', `/v1/messages/${id}/${what}`, {
    ...(body === undefined ? {} : { body }),
  });
const sends = async (recipient: string) => (await askOracle(stack.simulator)).sends(recipient);
const events = async (id: string) => (await stack.api.history(id)).map((e) => e.type.split('.').at(-2));

describe('cancelling', () => {
  it('calls off what waits, tells so, and may be repeated', async () => {
    const { id } = await stack.api.send(aTextMessage({ send_at: LATER }));
    expect(await ask(id, 'cancel')).toMatchObject({ status: 200, body: { id, state: 'cancelled', attempts: [] } });
    expect(await ask(id, 'cancel')).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect(await events(id)).toEqual(['scheduled', 'cancelled']);
  });

  it('is refused once an attempt was armed, and by name', async () => {
    const { id } = await stack.api.send(aTextMessage());
    await stack.api.untilMessage(id, (m) => m.state === 'submitted');
    expect(await ask(id, 'cancel')).toMatchObject({
      status: 409,
      body: { code: 'wrong_state', detail: expect.stringContaining('submitted') },
    });
  });

  it('takes a request that names a content type and has no body', async () => {
    const { id } = await stack.api.send(aTextMessage({ send_at: LATER }));
    const headers = { 'content-type': 'application/json' };
    expect(await stack.api.call('POST', `/v1/messages/${id}/cancel`, { headers })).toMatchObject({ status: 200 });
    expect(await stack.api.call('POST', '/v1/messages', { headers })).toMatchObject({ status: 400 });
  });

  it('and arming exclude each other: what is cancelled is never sent, what is sent was not cancelled', async () => {
    const recipients = Array.from({ length: 120 }, () => aRecipient());
    const messages = await stack.api.sendAll(recipients.map((recipient) => aTextMessage({ to: recipient })));
    const answers = await Promise.all(messages.map(({ id }) => ask(id, 'cancel')));
    const cancelled = messages.filter((_, i) => answers[i]?.status === 200);
    const refused = messages.filter((_, i) => answers[i]?.status === 409);
    expect(cancelled.length + refused.length).toBe(messages.length);
    await Promise.all(refused.map(({ id }) => stack.api.untilMessage(id, (m) => m.state === 'submitted')));
    for (const { id, to: recipient } of cancelled) {
      expect(await stack.api.message(id)).toMatchObject({ state: 'cancelled', attempts: [] });
      expect(await sends(recipient ?? '')).toHaveLength(0);
    }
  });
});

describe('resending', () => {
  it('sends what is in doubt once more, as its next attempt, however often it is asked', async () => {
    const { id } = await stack.api.send(aTextMessage({ to: to.doubt }));
    await stack.api.untilMessage(id, (m) => m.state === 'unknown');
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(id, 'resend', { after_attempt: 1 })));
    expect(new Set(answers.map((a) => a.status))).toEqual(new Set([202]));
    const delivered = await stack.api.untilMessage(id, (m) => m.status === 'delivered');
    expect(delivered.attempts.map((a) => a.outcome)).toEqual(['unknown', 'accepted']);
    expect(await ask(id, 'resend', { after_attempt: 1 })).toMatchObject({ status: 202, body: { state: 'submitted' } });
    expect(await ask(id, 'resend')).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
    expect((await events(id)).filter((type) => type === 'resend_queued')).toHaveLength(1);
    expect(await sends(to.doubt)).toHaveLength(2);
  });

  it('is refused for what Meta refused, what waits, and what is not the latest attempt', async () => {
    const { id } = await stack.api.send(aTextMessage({ to: to.rejected }));
    await stack.api.untilMessage(id, (m) => m.state === 'rejected' || m.status === 'failed');
    const waits = await stack.api.send(aTextMessage({ send_at: LATER }));
    for (const answer of [
      await ask(id, 'resend'),
      await ask(waits.id, 'resend'),
      await ask(id, 'resend', { after_attempt: 2 }),
    ]) {
      expect(answer).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
    }
    const bad = await ask(id, 'resend', { after_attempt: 0 });
    expect(bad).toMatchObject({ status: 400, body: { errors: [{ pointer: '/after_attempt' }] } });
  });
});

describe('marking as read', () => {
  const mark = (body: object) => stack.api.call('POST', '/v1/messages/mark_read', { body });
  const message = { phone_number_id: LUCKY.phoneNumberId, message_id: 'wamid.to-be-read' };

  it('goes to Meta with its typing indicator, and is noted', async () => {
    const inbound = {
      from: '16505551234',
      id: message.message_id,
      timestamp: '1700000000',
      type: 'text',
      text: { body: 'Hi' },
    };
    await postWebhook(stack.api, messagesWebhook({ messages: [inbound] }));
    const { db } = stack.database;
    const row = async () =>
      (
        await db.rows<{ read: boolean }>(`select read_at is not null as read from inbound_messages where wamid = $1`, [
          message.message_id,
        ])
      )[0];
    expect(await until(row)).toEqual({ read: false });
    expect(await mark({ ...message, typing_indicator: { type: 'text' } })).toMatchObject({
      status: 200,
      body: { success: true },
    });
    expect(await row()).toEqual({ read: true });
  });

  it("tells in Meta's words why Meta refused it", async () => {
    // Meta knows nothing of the other tenant's number.
    const answer = await stack.api.call('POST', '/v1/messages/mark_read', {
      body: { ...message, phone_number_id: OTHER.phoneNumberId },
      key: OTHER.keys.all,
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'meta_refused', meta: { code: expect.any(Number) } } });
  });

  it('is refused with the field that is wrong', async () => {
    const cases: [object, string][] = [
      [{ ...message, phone_number_id: OTHER.phoneNumberId }, '/phone_number_id'],
      [{ phone_number_id: LUCKY.phoneNumberId }, '/message_id'],
      [{ ...message, typing_indicator: { type: 'voice' } }, '/typing_indicator/type'],
      [{ ...message, status: 'read' }, '/status'],
    ];
    for (const [body, pointer] of cases) {
      const answer = await mark(body);
      expect(answer).toMatchObject({ status: 400, body: { errors: expect.any(Array) } });
      const { errors } = answer.body as { errors: { pointer: string }[] };
      expect(new Set(errors.map((e) => e.pointer))).toEqual(new Set([pointer]));
    }
  });
});
