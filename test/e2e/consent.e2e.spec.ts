import { beforeAll, describe, expect, it } from '@jest/globals';
import { LUCKY } from '../support/accounts.js';
import { aRecipient, aTemplateMessage, aTextMessage } from '../support/factories.js';
import { askOracle } from '../support/oracle.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { messagesWebhook, postWebhook } from '../support/webhooks.js';

const HOUR_S = 3600;
const to = { stopped: aRecipient(), closed: aRecipient() };
let stack: Stack;
let wamids = 0;

beforeAll(async () => {
  stack = await startStack({
    simulator: {
      scenario: {
        faults: { by_recipient: { [to.stopped]: ['131050'], [to.closed]: ['131047'] } },
        outcomes: { delivered: 1, read: 0 },
      },
    },
  });
});

const sends = async (recipient: string) => (await askOracle(stack.simulator)).sends(recipient);
const text = (recipient: string) => stack.api.send(aTextMessage({ to: recipient }));
const campaign = (recipient: string) => stack.api.send(aTemplateMessage({ to: recipient, priority: 'marketing' }));
const settled = (id: string) => stack.api.untilMessage(id, (m) => m.state === 'rejected' || m.state === 'submitted');

/** Expects that a message ends without an attempt, under Meta's own code. */
async function expectWithheld(id: string, code: number): Promise<void> {
  expect(await settled(id)).toMatchObject({ state: 'rejected', attempts: [], errors: [{ code }] });
  const last = (await stack.api.history(id)).at(-1);
  expect(last).toMatchObject({ type: 'io.heliograph.message.rejected.v1', data: { withheld: true, error: { code } } });
}

async function expectSent(id: string): Promise<void> {
  expect(await settled(id)).toMatchObject({ state: 'submitted' });
}

/** Has somebody write to the number, and waits until it is known. */
async function writes(from: string, body: string, secondsAgo = 0): Promise<void> {
  const id = `wamid.consent-${wamids++}`;
  const timestamp = String(Math.floor(Date.now() / 1000) - secondsAgo);
  const message = { from: from.slice(1), id, timestamp, type: 'text', text: { body } };
  await postWebhook(stack.api, messagesWebhook({ messages: [message] }));
  const { db } = stack.database;
  await until(async () => (await db.rows(`select 1 from inbound_messages where wamid = $1`, [id])).length > 0);
}

async function prefers(from: string, value: 'stop' | 'resume', at: number): Promise<void> {
  const metadata = { display_phone_number: '15550783881', phone_number_id: LUCKY.phoneNumberId };
  const preference = { wa_id: from.slice(1), category: 'marketing_messages', value, timestamp: at, detail: '-' };
  const change = {
    field: 'user_preferences',
    value: { messaging_product: 'whatsapp', metadata, user_preferences: [preference] },
  };
  await postWebhook(stack.api, {
    object: 'whatsapp_business_account',
    entry: [{ id: LUCKY.wabaId, changes: [change] }],
  });
}

const optOutsOf = async (person: string) =>
  (await stack.api.get<{ opt_outs: object[] }>(`/v1/opt_outs?to=${encodeURIComponent(person)}`)).body.opt_outs;

describe('an opt-out', () => {
  it('stops marketing and nothing else, also what was queued before, until it is taken back', async () => {
    const person = aRecipient();
    const soon = new Date(Date.now() + 1500).toISOString();
    const earlier = await stack.api.send(aTemplateMessage({ to: person, send_at: soon }));
    const kept = await stack.api.call('PUT', '/v1/opt_outs', { body: { to: person, reason: 'asked on the phone' } });
    expect(kept).toMatchObject({ status: 200, body: { to: person, phone_number_id: null, source: 'api' } });
    await expectWithheld((await campaign(person)).id, 131050);
    await expectWithheld(earlier.id, 131050);
    expect(await sends(person)).toHaveLength(0);
    await expectSent((await stack.api.send(aTemplateMessage({ to: person, priority: 'utility' }))).id);
    expect(await stack.api.call('DELETE', `/v1/opt_outs?to=${encodeURIComponent(person)}`)).toMatchObject({
      status: 204,
    });
    expect(await optOutsOf(person)).toEqual([]);
    await expectSent((await campaign(person)).id);
  });

  it('of one number leaves the others alone', async () => {
    const person = aRecipient();
    await stack.api.call('PUT', '/v1/opt_outs', { body: { to: person, phone_number_id: LUCKY.phoneNumberId } });
    expect(await optOutsOf(person)).toMatchObject([{ phone_number_id: LUCKY.phoneNumberId }]);
    await expectWithheld((await campaign(person)).id, 131050);
    const foreign = await stack.api.call('PUT', '/v1/opt_outs', {
      body: { to: person, phone_number_id: '300000000000004' },
    });
    expect(foreign).toMatchObject({ status: 400, body: { errors: [{ pointer: '/phone_number_id' }] } });
  });

  it('is heard in a word that somebody writes, and taken back by another; both are told', async () => {
    const person = aRecipient();
    await writes(person, 'Stop');
    await expectWithheld((await campaign(person)).id, 131050);
    await expectSent((await text(person)).id);
    await writes(person, 'please do not START yet');
    await expectWithheld((await campaign(person)).id, 131050);
    await writes(person, 'START');
    await expectSent((await campaign(person)).id);
    const told = async () =>
      (await stack.api.allEvents())
        .filter((e) => /opt_out/.test(e.type) && (e.data as { to?: string }).to === person)
        .map((e) => e.type);
    await until(async () => (await told()).length === 2);
    expect(await told()).toEqual(['io.heliograph.opt_out.added.v1', 'io.heliograph.opt_out.removed.v1']);
  });

  it("is read from WhatsApp's own switch, and an older wish that comes late changes nothing", async () => {
    const person = aRecipient();
    const now = Math.floor(Date.now() / 1000);
    await prefers(person, 'stop', now - 10);
    await until(async () => (await optOutsOf(person)).length === 1);
    await prefers(person, 'resume', now - 20);
    await writes(aRecipient(), 'what comes after it is applied after it');
    await expectWithheld((await campaign(person)).id, 131050);
    await prefers(person, 'resume', now - 5);
    await until(async () => (await optOutsOf(person)).length === 0);
    await expectSent((await campaign(person)).id);
  });

  it("is learnt from Meta's refusal", async () => {
    const { id } = await campaign(to.stopped);
    expect(await settled(id)).toMatchObject({ state: 'rejected', attempts: [{ outcome: 'rejected' }] });
    expect(await optOutsOf(to.stopped)).toMatchObject([
      { source: 'meta_131050', phone_number_id: LUCKY.phoneNumberId },
    ]);
    await expectWithheld((await campaign(to.stopped)).id, 131050);
  });
});

describe('the customer service window', () => {
  it('lets a free-form message go to somebody of whom nothing is known', async () => {
    await expectSent((await text(aRecipient())).id);
  });

  it('is closed a day after the person wrote, open to templates, and open again when the person writes', async () => {
    const person = aRecipient();
    await writes(person, 'Hi', 25 * HOUR_S);
    await expectWithheld((await text(person)).id, 131047);
    await expectSent((await stack.api.send(aTemplateMessage({ to: person }))).id);
    await writes(person, 'Hi again');
    await expectSent((await text(person)).id);
    // One that comes late does not close it again.
    await writes(person, 'Hi', 30 * HOUR_S);
    await expectSent((await text(person)).id);
  });

  it('is not judged by what claims to be older than Meta redelivers', async () => {
    const person = aRecipient();
    await writes(person, 'a sample of last year', 365 * 24 * HOUR_S);
    await expectSent((await text(person)).id);
  });

  it('is closed when Meta has just said so', async () => {
    expect(await settled((await text(to.closed)).id)).toMatchObject({ attempts: [{ outcome: 'rejected' }] });
    await expectWithheld((await text(to.closed)).id, 131047);
    expect(await sends(to.closed)).toHaveLength(1);
  });
});
