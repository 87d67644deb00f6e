import { beforeAll, describe, expect, it } from '@jest/globals';
import { LUCKY, OTHER, SECRETS } from '../support/accounts.js';
import type { ChildGateway } from '../support/child-gateway.js';
import { aRecipient, aTextMessage } from '../support/factories.js';
import { askOracle } from '../support/oracle.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { messagesWebhook, postWebhook } from '../support/webhooks.js';

const outcomes = { delivered: 1, read: 0 };

describe('a process that is asked to stop under load', () => {
  it('ends within 30 seconds, leaves nothing in doubt, and the next one goes on where it stopped', async () => {
    const stack = await startStack({ replicas: 0, simulator: { latencyMs: 200, scenario: { outcomes } } });
    const first = await stack.addChild();
    await stack.callBack(first.api.url);
    const messages = await first.api.sendAll(Array.from({ length: 400 }, () => aTextMessage()));
    await until(() => stack.simulator.stats().accepted > 100, { what: 'the load' });
    const askedAtMs = performance.now();
    expect(await first.end('SIGTERM')).toBe(0);
    expect(performance.now() - askedAtMs).toBeLessThan(30_000);
    const { db } = stack.database;
    expect(await db.rows('select from attempts where outcome is null or outcome = $1', ['unknown'])).toEqual([]);
    expect(await db.rows(`select from messages where state not in ('queued', 'submitted')`)).toEqual([]);
    expect(await db.rows('select from lanes where owner is not null')).toEqual([]);

    const second = await stack.addChild();
    await stack.callBack(second.api.url);
    await until(
      async () => (await db.rows(`select from messages where status = 'delivered'`)).length === messages.length,
      {
        withinMs: 30_000,
        what: 'the delivery of all',
      },
    );
    expect((await askOracle(stack.simulator)).duplicates).toEqual([]);
  });
});

describe('a process whose database is not there', () => {
  it('ends and says so in one line, without a stack', async () => {
    const stack = await startStack({ replicas: 0 });
    const start = stack.addChild({ DATABASE_URL: 'postgres://postgres@127.0.0.1:1/nothing' });
    const said =
      /^the child gateway ended:\nDATABASE_URL: the database does not answer \(connect ECONNREFUSED 127\.0\.0\.1:1\)$/;
    await expect(start).rejects.toThrow(said);
  });
});

describe('what a process writes to its log', () => {
  const canaries = {
    body: 'CanaryBodyOfAMessage',
    inbound: 'CanaryBodyFromAUser',
    callback: 'CanaryCallbackData',
    phone: aRecipient(),
    rejectedPhone: aRecipient(),
    faultyPhone: aRecipient(),
    userPhone: aRecipient(),
  };
  let stack: Stack;
  let child: ChildGateway;

  beforeAll(async () => {
    const { rejectedPhone, faultyPhone } = canaries;
    const faults = { by_recipient: { [rejectedPhone]: ['131026'], [faultyPhone]: ['reset_before'] } };
    stack = await startStack({ replicas: 0, simulator: { scenario: { faults, outcomes } } });
    child = await stack.addChild({ LOG_LEVEL: 'trace' });
    await stack.callBack(child.api.url);
  });

  it('holds no token, secret, phone number or text, whatever went wrong', async () => {
    const send = (to: string, over = {}) =>
      child.api.send(aTextMessage({ to, text: { body: canaries.body }, callback_data: canaries.callback, ...over }));
    const [good, rejected, faulty] = [
      await send(canaries.phone),
      await send(canaries.rejectedPhone),
      await send(canaries.faultyPhone),
    ];
    await child.api.untilMessage(good.id, (m) => m.status === 'delivered');
    await child.api.untilMessage(rejected.id, (m) => m.state === 'rejected');
    await child.api.untilMessage(faulty.id, (m) => m.state === 'unknown');
    await stack.control('inbound', { from: canaries.userPhone, text: canaries.inbound });
    // Refused at the door: a bad body, a bad key, a bad signature, and a webhook that the database cannot apply.
    await child.api.call('POST', '/v1/messages', { body: aTextMessage({ to: canaries.phone, text: { body: '' } }) });
    await child.api.call('POST', '/v1/messages', { body: `{"to": "${canaries.phone}", "text": ` });
    await child.api.call('POST', '/v1/messages', {
      body: aTextMessage({ to: canaries.phone }),
      key: 'wrong-key-canary-00',
    });
    const inbound = {
      from: canaries.userPhone.slice(1),
      id: 'wamid.c',
      type: 'text',
      text: { body: canaries.inbound },
    };
    const webhook = messagesWebhook({ messages: [inbound] });
    await postWebhook(child.api, webhook, { secret: 'not the secret' });
    const { db } = stack.database;
    await db.run(
      `alter table inbound_messages add constraint refuse check (item not like '%${canaries.inbound}%') not valid`,
    );
    await postWebhook(child.api, webhook);
    await until(async () => (await db.rows('select from webhook_queue where attempts > 0')).length > 0);
    await until(() => child.lines.some((line) => line.includes('"level":"warn"')));
    await child.end('SIGTERM');

    const log = child.lines.join('\n');
    expect(log).toContain('"msg":"ready"');
    const secrets = [
      ...Object.values(canaries).map((text) => text.replace('+', '')),
      ...[LUCKY, OTHER].flatMap((t) => [t.accessToken, t.appSecret, t.verifyToken, ...Object.values(t.keys)]),
      ...Object.values(SECRETS),
      'wrong-key-canary-00',
    ];
    const leaked = secrets.filter((secret) => log.includes(secret));
    expect(child.lines.filter((line) => leaked.some((secret) => line.includes(secret)))).toEqual([]);
  });
});
