import { beforeAll, describe, expect, it } from '@jest/globals';
import type { MessageView } from '../../src/messaging/messaging.dto.js';
import { LUCKY, OTHER } from '../support/accounts.js';
import { aRecipient, aTextMessage } from '../support/factories.js';
import { askOracle } from '../support/oracle.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { aStatus, messagesEntry, messagesWebhook, postWebhook, signatureOf } from '../support/webhooks.js';

let stack: Stack;

beforeAll(async () => {
  // The platform accepts and then says nothing: what is reported is up to each test.
  stack = await startStack({ simulator: { scenario: { outcomes: { delivered: 0, failed: 0 } } } });
  await stack.control('callback', { url: null });
});

const rows = async (table: string) =>
  (await stack.database.db.rows<{ n: number }>(`select count(*) as n from ${table}`))[0]?.n as number;
const applied = () => until(async () => (await rows('webhook_queue')) === 0, { what: 'an empty webhook queue' });

interface SentMessage extends MessageView {
  readonly to: string;
  /** What Meta would send back with each status. */
  readonly token: string;
}

async function aSentMessage(): Promise<SentMessage> {
  const to = aRecipient();
  const { id } = await stack.api.send(aTextMessage({ to }));
  const message = await stack.api.untilMessage(id, (m) => m.wamid !== null);
  const [line] = (await askOracle(stack.simulator)).sends(to);
  return { ...message, to, token: line?.biz_opaque_callback_data ?? '' };
}

const statusOf = (m: SentMessage, status: string, over = {}) =>
  aStatus({ id: m.wamid ?? '', status, recipient_id: m.to.slice(1), biz_opaque_callback_data: m.token, ...over });

describe('a webhook that is not Meta’s', () => {
  const payload = JSON.stringify(messagesWebhook({ statuses: [aStatus({ id: 'wamid.x', status: 'read' })] }));
  const good = signatureOf(payload, LUCKY.appSecret);

  it.each<[string, string | null]>([
    ['unsigned', null],
    ['signed with another secret', signatureOf(payload, 'not the secret')],
    ['signed with the other app’s secret, on this app’s path', signatureOf(payload, OTHER.appSecret)],
    ['signed over another body', signatureOf(`${payload} `, LUCKY.appSecret)],
    ['with an empty signature', ''],
    ['with a signature that is no hex', `sha256=${'z'.repeat(64)}`],
    ['with half a signature', good.slice(0, 39)],
    ['with upper-case hex', `sha256=${good.slice(7).toUpperCase()}`],
    ['with another algorithm', `sha1=${good.slice(7)}`],
    ['with two signatures', `${good}, ${good}`],
  ])('is refused and leaves no row: %s', async (_, signature) => {
    const before = await rows('webhook_inbox');
    const answer = await postWebhook(stack.api, payload, { signature, path: `/webhooks/whatsapp/${LUCKY.appId}` });
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(JSON.stringify(answer)).not.toContain(good.slice(7));
    expect(await rows('webhook_inbox')).toBe(before);
  });

  it('is refused on the path of an app that does not exist', async () => {
    const answer = await postWebhook(stack.api, payload, { path: '/webhooks/whatsapp/42' });
    expect(answer.status).toBe(401);
  });

  it('is refused when it is larger than any of Meta’s, and taken when it is as large as they come', async () => {
    const before = await rows('webhook_inbox');
    const padded = (bytes: number) => JSON.stringify({ object: 'x', entry: [], pad: 'p'.repeat(bytes - 37) });
    expect((await postWebhook(stack.api, padded(3 * 1024 * 1024))).status).toBe(200);
    expect((await postWebhook(stack.api, padded(4 * 1024 * 1024 + 100))).status).toBe(413);
    expect(await rows('webhook_inbox')).toBe(before + 1);
  });
});

describe('the handshake', () => {
  const ask = (query: string, path = '/webhooks/whatsapp') => stack.api.get(`${path}?${query}`, { key: null });

  it('answers with the challenge, as it came', async () => {
    const answer = await ask(`hub.mode=subscribe&hub.verify_token=${LUCKY.verifyToken}&hub.challenge=1158201444`);
    expect(answer).toMatchObject({ status: 200, body: '1158201444' });
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
  });

  it.each([
    ['another token', 'hub.mode=subscribe&hub.verify_token=guess&hub.challenge=1'],
    ['no token', 'hub.mode=subscribe&hub.challenge=1'],
    ['another mode', `hub.mode=unsubscribe&hub.verify_token=${LUCKY.verifyToken}&hub.challenge=1`],
    ['no challenge', `hub.mode=subscribe&hub.verify_token=${LUCKY.verifyToken}`],
    ['a token twice', `hub.mode=subscribe&hub.verify_token=${LUCKY.verifyToken}&hub.verify_token=x&hub.challenge=1`],
  ])('is refused with %s', async (_, query) => {
    expect((await ask(query)).status).toBe(403);
  });

  it('is refused with the token of another app', async () => {
    const query = `hub.mode=subscribe&hub.verify_token=${LUCKY.verifyToken}&hub.challenge=1`;
    expect((await ask(query, `/webhooks/whatsapp/${OTHER.appId}`)).status).toBe(403);
    expect((await ask(query, `/webhooks/whatsapp/${LUCKY.appId}`)).status).toBe(200);
  });
});

describe('a webhook with something unstorable', () => {
  it.each([
    ['U+0000', '\\u0000'],
    ['a lone surrogate', '\\ud83d'],
    ['bytes that are no UTF-8', Buffer.from([0xc3, 0x28]).toString('latin1')],
  ])('is answered 200, kept as it came and applied: %s', async (_, awkward) => {
    const wamid = `wamid.${aRecipient()}`;
    const text = JSON.stringify(
      messagesWebhook({
        contacts: [{ wa_id: '16505550001', profile: { name: 'AWKWARD' } }],
        messages: [
          { from: '16505550001', id: wamid, timestamp: '1793001600', type: 'text', text: { body: 'AWKWARD' } },
        ],
      }),
    ).replaceAll('AWKWARD', awkward);
    const body = Buffer.from(text, 'latin1');
    expect((await postWebhook(stack.api, body)).status).toBe(200);
    await applied();
    const [kept] = await stack.database.db.rows<{ body: Buffer }>(
      'select body from webhook_inbox order by id desc limit 1',
    );
    expect(kept?.body.equals(body)).toBe(true);
    expect(await stack.database.db.rows('select type from inbound_messages where wamid = $1', [wamid])).toEqual([
      { type: 'text' },
    ]);
  });

  it('does not keep the statuses beside it from being applied', async () => {
    const message = await aSentMessage();
    const odd = messagesEntry({
      messages: [{ id: 'wamid.\u0000odd', from: '1\ud800', type: '\u0000', timestamp: 'x' }],
    });
    const good = messagesEntry({ statuses: [statusOf(message, 'delivered')] });
    const payload = { object: 'whatsapp_business_account', entry: [odd, good] };
    expect((await postWebhook(stack.api, payload)).status).toBe(200);
    await stack.api.untilMessage(message.id, (m) => m.status === 'delivered');
  });
});

describe('a batch', () => {
  it('is sorted by number and tenant: each gets its own, and only its own', async () => {
    const message = await aSentMessage();
    const ofOther = { wabaId: OTHER.wabaId, phoneNumberId: OTHER.phoneNumberId };
    const inbound = (id: string) => ({
      from: '16505559999',
      id,
      timestamp: '1793001600',
      type: 'text',
      text: { body: 'Hi' },
    });
    const batch = {
      object: 'whatsapp_business_account',
      entry: [
        messagesEntry({ messages: [inbound('wamid.mixed-other')] }, ofOther),
        messagesEntry({ statuses: [statusOf(message, 'read')], messages: [inbound('wamid.mixed-own')] }),
      ],
    };
    // Signed by the first tenant's app, which has no say in the other's account.
    expect((await postWebhook(stack.api, batch)).status).toBe(200);
    await stack.api.untilMessage(message.id, (m) => m.status === 'read');
    await applied();
    const kept = await stack.database.db.rows(`select wamid from inbound_messages where wamid like 'wamid.mixed-%'`);
    expect(kept).toEqual([{ wamid: 'wamid.mixed-own' }]);
    const events = await stack.api.allEvents(OTHER.keys.all);
    expect(JSON.stringify(events)).not.toContain('wamid.mixed');
  });
});

describe('a webhook that crosses tenants', () => {
  const quarantined = async (reason: string) =>
    (
      await stack.database.db.rows<{ n: number }>('select count(*) as n from webhook_quarantine where reason = $1', [
        reason,
      ])
    )[0]?.n as number;
  const theirs = { wabaId: OTHER.wabaId, phoneNumberId: OTHER.phoneNumberId };
  const byOther = { secret: OTHER.appSecret };

  it.each<[string, string, (m: SentMessage) => object]>([
    ['another’s account', 'foreign_account', (m) => messagesWebhook({ statuses: [statusOf(m, 'read')] })],
    [
      'another’s number in its own account',
      'foreign_number',
      (m) => messagesWebhook({ statuses: [statusOf(m, 'read')] }, { wabaId: OTHER.wabaId }),
    ],
    [
      'another’s token in its own account and number',
      'wrong_number',
      (m) => messagesWebhook({ statuses: [statusOf(m, 'read')] }, theirs),
    ],
  ])('is set aside and changes nothing: an app that speaks of %s', async (_, reason, payload) => {
    const message = await aSentMessage();
    const before = await quarantined(reason);
    expect((await postWebhook(stack.api, payload(message), byOther)).status).toBe(200);
    await applied();
    expect(await quarantined(reason)).toBe(before + 1);
    expect(await stack.api.message(message.id)).toMatchObject({ status: 'accepted', read_at: null });
  });

  it('changes nothing with another’s wamid and no token: it stays an orphan of its own number', async () => {
    const message = await aSentMessage();
    const status = statusOf(message, 'read', { biz_opaque_callback_data: undefined });
    await postWebhook(stack.api, messagesWebhook({ statuses: [status] }, theirs), byOther);
    await applied();
    const orphans = await stack.database.db.rows('select phone_number_id from orphan_statuses where wamid = $1', [
      message.wamid,
    ]);
    expect(orphans).toEqual([{ phone_number_id: OTHER.phoneNumberId }]);
    expect(await stack.api.message(message.id)).toMatchObject({ status: 'accepted' });
  });

  it('is set aside when it names another recipient than the message went to', async () => {
    const message = await aSentMessage();
    const before = await quarantined('wrong_recipient');
    await postWebhook(
      stack.api,
      messagesWebhook({ statuses: [statusOf(message, 'read', { recipient_id: '4915112345678' })] }),
    );
    await applied();
    expect(await quarantined('wrong_recipient')).toBe(before + 1);
    expect(await stack.api.message(message.id)).toMatchObject({ status: 'accepted' });
  });

  it('does not believe a token whose MAC is forged', async () => {
    const message = await aSentMessage();
    const forged = message.token.replace(/.{8}$/, 'AAAAAAAA');
    const status = statusOf(message, 'read', { id: 'wamid.forged', biz_opaque_callback_data: forged });
    await postWebhook(stack.api, messagesWebhook({ statuses: [status] }));
    await applied();
    expect(await stack.api.message(message.id)).toMatchObject({ status: 'accepted' });
  });
});

describe('what is not about a message of ours', () => {
  it('becomes an event of the account when its field is unknown, with its value as it came', async () => {
    const change = { field: 'future_field', value: { anything: ['goes', { deep: true }] } };
    const payload = { object: 'whatsapp_business_account', entry: [{ id: LUCKY.wabaId, changes: [change] }] };
    await postWebhook(stack.api, payload);
    const found = await until(async () => {
      const events = await stack.api.allEvents();
      const own = events.filter((e) => e.type === 'io.heliograph.account.future_field.v1');
      return own.length > 0 && own;
    });
    await applied();
    expect(found).toHaveLength(1);
    expect(found[0]?.data).toMatchObject({ waba_id: LUCKY.wabaId, field: 'future_field', value: change.value });
  });

  it('becomes one event per inbound message, however often it is delivered', async () => {
    await stack.callBack(stack.api.url);
    await stack.control('inbound', { from: '16505557777', text: 'Is it open today?' });
    const ofInbound = async () =>
      (await stack.api.allEvents()).filter(
        (e) => e.type === 'io.heliograph.inbound_message.received.v1' && e.data.from === '16505557777',
      );
    const [event] = await until(async () => {
      const found = await ofInbound();
      return found.length > 0 && found;
    });
    expect(event?.data).toMatchObject({ message: { text: { body: 'Is it open today?' } } });
    const [inbox] = await stack.database.db.rows<{ body: Buffer }>(
      'select body from webhook_inbox order by id desc limit 1',
    );
    for (let i = 0; i < 3; i += 1) await postWebhook(stack.api, inbox?.body ?? '');
    await applied();
    expect(await ofInbound()).toHaveLength(1);
    await stack.control('callback', { url: null });
  });
});
