import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readAnsweredId, writeAnsweredId } from '../../src/core/cloud-api/answered-id.js';
import { LUCKY, OTHER } from '../support/accounts.js';
import type { CallOptions } from '../support/api-client.js';
import { aRecipient } from '../support/factories.js';
import { aForm, aPng } from '../support/files.js';
import { askOracle } from '../support/oracle.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { messagesWebhook, postWebhook } from '../support/webhooks.js';

interface Sent {
  readonly messaging_product: string;
  readonly contacts: readonly { readonly input: string; readonly wa_id: string }[];
  readonly messages: readonly { readonly id: string; readonly message_status?: string }[];
}
interface Refused {
  readonly error: { readonly code: number; readonly error_data?: { readonly details: string } };
}

const MESSAGES = `/v23.0/${LUCKY.phoneNumberId}/messages`;
const aSend = (over: object = {}) => ({
  messaging_product: 'whatsapp',
  to: aRecipient(),
  type: 'text',
  text: { body: 'Hello' },
  ...over,
});
const [rejected, slow, paired] = [aRecipient(), aRecipient(), aRecipient()];

describe('POST /{version}/{phone_number_id}/messages', () => {
  let stack: Stack;
  const post = <T>(body: unknown, options: CallOptions = {}, path = MESSAGES) =>
    stack.api.call<T>('POST', path, { ...options, body });

  beforeAll(async () => {
    stack = await startStack({
      simulator: {
        scenario: {
          faults: { by_recipient: { [rejected]: ['131026'], [slow]: ['130429'], [paired]: ['131056', '131056'] } },
        },
      },
      settings: { DROP_IN_WAIT_MS: '1500', GRAPH_TIMEOUT_MS: '1000' },
    });
  });

  it('answers as Meta does, with the wamid that Meta gave, whatever the version', async () => {
    for (const version of ['v16.0', 'v23.0', 'v99.1']) {
      const body = aSend();
      const answer = await post<Sent>(body, {}, `/${version}/${LUCKY.phoneNumberId}/messages`);
      expect(answer.status).toBe(200);
      const [line] = (await askOracle(stack.simulator)).sends(body.to);
      expect(answer.body).toEqual({
        messaging_product: 'whatsapp',
        contacts: [{ input: body.to, wa_id: body.to.slice(1) }],
        messages: [{ id: line?.wamid }],
      });
    }
  });

  it('takes a number without its plus, and says how far a template is', async () => {
    const to = aRecipient();
    const template = { name: 'order_confirmation', language: { code: 'en_US' } };
    const { body } = await post<Sent>({ messaging_product: 'whatsapp', to: to.slice(1), type: 'template', template });
    expect(body.contacts).toEqual([{ input: to.slice(1), wa_id: to.slice(1) }]);
    expect(body.messages[0]?.message_status).toBe('accepted');
  });

  it('says what Meta said of a message that Meta rejects', async () => {
    const answer = await post<Refused>(aSend({ to: rejected }));
    expect(answer).toMatchObject({
      status: 400,
      body: {
        error: {
          message: '(#131026) Message undeliverable',
          type: 'OAuthException',
          code: 131026,
          error_data: { messaging_product: 'whatsapp', details: 'Message Undeliverable.' },
          fbtrace_id: expect.any(String),
        },
      },
    });
  });

  it('lets a message that came too fast for Meta wait, and its sender never see it', async () => {
    const { status, body } = await post<Sent>(aSend({ to: slow }));
    expect(status).toBe(200);
    const id = body.messages[0]?.id ?? '';
    const page = await stack.api.get<{ messages: { attempts: object[] }[] }>(
      `/v1/messages?wamid=${encodeURIComponent(id)}`,
    );
    expect(page.body.messages).toHaveLength(1);
  });

  it('answers in bounded time with an id that events carry, that lists know, and that can be replied to', async () => {
    const { status, body } = await post<Sent>(aSend({ to: paired, biz_opaque_callback_data: 'mine' }));
    expect(status).toBe(200);
    const id = body.messages[0]?.id ?? '';
    const messageId = readAnsweredId(id) ?? '';
    const submitted = await stack.api.untilMessage(messageId, (m) => m.wamid !== null);
    const found = await stack.api.get<{ messages: { id: string }[] }>(`/v1/messages?wamid=${encodeURIComponent(id)}`);
    expect(found.body.messages.map((m) => m.id)).toEqual([messageId]);
    const events = await stack.api.history(messageId);
    expect(events.map((e) => e.data)).toEqual(
      events.map(() => expect.objectContaining({ drop_in_id: id, callback_data: 'mine' })),
    );
    const reply = aSend({ context: { message_id: id } });
    await post(reply);
    const [line] = (await askOracle(stack.simulator)).sends(reply.to);
    expect(line?.body).toMatchObject({ context: { message_id: submitted.wamid } });
  });

  it('sends once for one idempotency key, and gives both callers the same answer', async () => {
    const body = aSend();
    const headers = { 'idempotency-key': 'drop-in-1' };
    const answers = await Promise.all([post<Sent>(body, { headers }), post<Sent>(body, { headers })]);
    expect(answers[0]?.body).toEqual(answers[1]?.body);
    expect((await askOracle(stack.simulator)).sends(body.to)).toHaveLength(1);
    const other = await post<Refused>(aSend({ text: { body: 'Another' } }), { headers });
    expect(other).toMatchObject({ status: 400, body: { error: { code: 100 } } });
  });

  it('keeps the callback data of the caller and sends its own token to Meta', async () => {
    const body = aSend({ biz_opaque_callback_data: 'order 7' });
    const answer = await post<Sent>(body);
    const [line] = (await askOracle(stack.simulator)).sends(body.to);
    expect(line?.body).toMatchObject({ biz_opaque_callback_data: expect.stringMatching(/^w1\./) });
    const wamid = encodeURIComponent(answer.body.messages[0]?.id ?? '');
    const page = await stack.api.get<{ messages: object[] }>(`/v1/messages?wamid=${wamid}`);
    expect(page.body.messages).toMatchObject([{ callback_data: 'order 7' }]);
  });

  it('passes read receipts on to Meta, and Meta’s answer back, and notes what was read', async () => {
    const id = `wamid.${randomBytes(9).toString('base64url')}`;
    const text = { from: aRecipient().slice(1), id, timestamp: '1793001600', type: 'text', text: { body: 'Hi' } };
    await postWebhook(stack.api, messagesWebhook({ messages: [text] }));
    const isRead = async () => {
      const sql = `select read_at is not null as read from inbound_messages where wamid = $1`;
      return (await stack.database.db.rows<{ read: boolean }>(sql, [id]))[0];
    };
    expect(await until(isRead)).toEqual({ read: false });
    const receipt = { messaging_product: 'whatsapp', status: 'read', message_id: id };
    const refused = await post<Refused>({ ...receipt, typing_indicator: { type: 'voice' } });
    expect({ status: refused.status, ...(await isRead()) }).toEqual({ status: 400, read: false });
    expect(await post({ ...receipt, typing_indicator: { type: 'text' } })).toMatchObject({
      status: 200,
      body: { success: true },
    });
    expect(await isRead()).toEqual({ read: true });
  });

  it.each([
    [131008, 'to', { to: undefined }],
    [131008, 'text.body', { text: {} }],
    [131009, 'text.body', { text: { body: '' } }],
    [131009, 'to', { to: 'nobody' }],
    [131009, 'type', { type: 'telegram' }],
    [131008, 'messaging_product', { messaging_product: undefined }],
    [100, 'text.colour', { text: { body: 'x', colour: 'red' } }],
    [131009, 'biz_opaque_callback_data', { biz_opaque_callback_data: 'x'.repeat(513) }],
    [
      131009,
      'context.message_id',
      { context: { message_id: writeAnsweredId('01890000-0000-7000-8000-000000000000') } },
    ],
  ])('refuses with %d what is wrong with %s', async (code, field, over) => {
    const { status, body } = await post<Refused>(aSend(over));
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code, type: 'OAuthException', fbtrace_id: expect.any(String) });
    expect(body.error.error_data?.details).toContain(`${field}: `);
  });

  it.each([
    ['no JSON', '{"to":', {}, 400, 100],
    ['another type', 'to=1', { 'content-type': 'text/plain' }, 400, 100],
    ['more than a megabyte', `"${'x'.repeat(1024 * 1024)}"`, {}, 413, 100],
    ['a null byte', JSON.stringify(aSend({ text: { body: 'a\u0000b' } })), {}, 400, 131009],
  ])('refuses %s in Graph’s words', async (_, body, headers, status, code) => {
    expect(await post(body, { headers: { ...headers } })).toMatchObject({ status, body: { error: { code } } });
  });

  it.each([
    ['no key', null, 401, 190],
    ['an unknown key', 'test-key-that-nobody-was-ever-given-000000', 401, 190],
    ['a key without the scope', LUCKY.keys.messagesRead, 403, 10],
    ['the key of another', OTHER.keys.all, 400, 100],
  ])('is closed to %s', async (_, key, status, code) => {
    const body = aSend();
    expect(await post(body, { key })).toMatchObject({ status, body: { error: { code } } });
    expect((await askOracle(stack.simulator)).sends(body.to)).toEqual([]);
  });

  it('takes no key from the query, where it would end up in logs', async () => {
    const answer = await post(aSend(), { key: null }, `${MESSAGES}?access_token=${LUCKY.keys.all}`);
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 190 } } });
  });

  it('does not tell a foreign number from one that does not exist', async () => {
    for (const id of [OTHER.phoneNumberId, '1']) {
      expect(await post(aSend(), {}, `/v23.0/${id}/messages`)).toMatchObject({
        status: 400,
        body: { error: { type: 'GraphMethodException', code: 100, error_subcode: 33 } },
      });
    }
  });

  it.each([
    ['GET', '/v23.0/102290129340398/message_templates'],
    ['POST', `/v23.0/${LUCKY.phoneNumberId}/register`],
    ['PUT', MESSAGES],
  ])('answers %s %s as Graph answers an unknown path', async (method, path) => {
    expect(await stack.api.call(method, path)).toMatchObject({ status: 400, body: { error: { code: 2500 } } });
  });
});

describe('files of Cloud API clients', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  const upload = (options: CallOptions, phone: string = LUCKY.phoneNumberId) =>
    stack.api.call<{ id: string }>('POST', `/v23.0/${phone}/media`, options);

  it('are kept, shown as Meta shows them, and removed', async () => {
    const { status, body } = await upload(
      aForm(aPng(), { fields: { messaging_product: 'whatsapp', type: 'image/png' } }),
    );
    expect({ status, keys: Object.keys(body) }).toEqual({ status: 200, keys: ['id'] });
    const shown = await stack.api.get(`/v23.0/${body.id}?phone_number_id=${LUCKY.phoneNumberId}`);
    expect(shown).toMatchObject({
      status: 200,
      body: {
        messaging_product: 'whatsapp',
        id: body.id,
        mime_type: 'image/png',
        file_size: aPng().length,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        url: `${stack.api.url}/v1/media/${body.id}/content`,
      },
    });
    const foreign = await stack.api.get(`/v23.0/${body.id}`, { key: OTHER.keys.all });
    expect(foreign).toMatchObject({ status: 400, body: { error: { code: 100, error_subcode: 33 } } });
    expect((await stack.api.call('DELETE', `/v23.0/${body.id}`)).body).toEqual({ success: true });
    expect(await stack.api.get(`/v23.0/${body.id}`)).toMatchObject({ status: 400, body: { error: { code: 100 } } });
  });

  it.each([
    ['a file that is not what it is called', aForm(Buffer.from('%PDF-1.7'), { type: 'image/png' }), 400, 131009],
    ['a form without a file', aForm(aPng(), { part: 'picture' }), 400, 131009],
    ['no form at all', { body: {} }, 400, 100],
    ['a key that may not', { ...aForm(aPng()), key: LUCKY.keys.messagesRead }, 403, 10],
  ])('are refused in Graph’s words: %s', async (_, options, status, code) => {
    expect(await upload(options)).toMatchObject({ status, body: { error: { code } } });
  });

  it('cannot be put on the number of another', async () => {
    expect(await upload(aForm(aPng()), OTHER.phoneNumberId)).toMatchObject({
      status: 400,
      body: { error: { code: 100, error_subcode: 33 } },
    });
  });

  it('are no numbers, accounts or anything else that Graph has ids for', async () => {
    for (const id of [LUCKY.phoneNumberId, LUCKY.wabaId, 'me']) {
      expect(await stack.api.get(`/v23.0/${id}`)).toMatchObject({ status: 400, body: { error: { code: 100 } } });
    }
  });
});

describe('a gateway that only takes messages on', () => {
  it('answers with Meta’s wamid when another process sends', async () => {
    const stack = await startStack({ replicas: 0 });
    const api = await stack.addGateway({ ROLES: 'api', DROP_IN_WAIT_MS: '20000' });
    await stack.addGateway({ ROLES: 'worker' });
    const body = aSend();
    const answer = await api.api.call<Sent>('POST', MESSAGES, { body });
    const [line] = (await askOracle(stack.simulator)).sends(body.to);
    expect(answer.body.messages[0]?.id).toBe(line?.wamid);
  });

  it('answers at once with an id of ours when it is told not to wait', async () => {
    const stack = await startStack({ settings: { ROLES: 'api', DROP_IN_WAIT_MS: '0' } });
    const answer = await stack.api.call<Sent>('POST', MESSAGES, { body: aSend() });
    expect(readAnsweredId(answer.body.messages[0]?.id ?? '')).not.toBeNull();
  });
});
