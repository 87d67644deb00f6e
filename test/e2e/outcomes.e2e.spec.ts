import { beforeAll, describe, expect, it } from '@jest/globals';
import type { MessageView } from '../../src/messaging/messaging.dto.js';
import { aRecipient, aTextMessage } from '../support/factories.js';
import { askOracle } from '../support/oracle.js';
import { type Stack, startStack, startTestSimulator } from '../support/stack.js';
import { TcpProxy } from '../support/tcp-proxy.js';

/** Recipients by what happens to the sends to them; the simulator is told once, so the cases do not disturb each other. */
const FATE: Record<string, readonly string[]> = {
  lost: ['lost_response'],
  truncated: ['truncated'],
  brokenServer: ['server_error_after'],
  garbage: ['garbage'],
  hanging: ['hang'],
  resetHeld: ['reset_before'],
  resetResent: ['reset_before'],
  resetTwice: ['reset_before', 'reset_before', 'ok'],
  throttled: ['130429', '130429'],
  paired: ['131056'],
  rejected: ['131026'],
  forbidden: ['131047'],
};
const to = Object.fromEntries(Object.keys(FATE).map((name) => [name, aRecipient()])) as Record<string, string>;
const byRecipient = Object.fromEntries(Object.entries(FATE).map(([name, steps]) => [to[name] as string, steps]));

describe('what can become of a send', () => {
  let stack: Stack;
  const sent = new Map<string, MessageView>();

  beforeAll(async () => {
    stack = await startStack({
      simulator: { scenario: { faults: { by_recipient: byRecipient }, outcomes: { delivered: 1, read: 0 } } },
      settings: { UNKNOWN_HOLD_MS: '1000', UNCONFIRMED_AFTER_MS: '9000' },
    });
    for (const name of Object.keys(FATE)) {
      const onUnknown = name === 'resetResent' || name === 'resetTwice' ? 'resend' : 'hold';
      sent.set(name, await stack.api.send(aTextMessage({ to: to[name], on_unknown: onUnknown })));
    }
  });

  const until = (name: string, test: (m: MessageView) => boolean, withinMs = 20_000) =>
    stack.api.untilMessage(sent.get(name)?.id ?? '', test, { withinMs });
  const sends = async (name: string) => (await askOracle(stack.simulator)).sends(to[name] ?? '');
  const types = async (name: string) =>
    (await stack.api.history(sent.get(name)?.id ?? '')).map((e) => e.type.split('.').at(-2));

  it.each(['lost', 'truncated', 'brokenServer', 'garbage', 'hanging'])(
    'learns from the webhooks of a message whose answer was useless (%s), and sends one copy',
    async (name) => {
      const delivered = await until(name, (m) => m.status === 'delivered');
      expect(delivered.state).toBe('submitted');
      expect(delivered.attempts).toMatchObject([{ outcome: 'accepted', evidence: 'webhook' }]);
      const lines = await sends(name);
      expect(lines).toHaveLength(1);
      expect(delivered.wamid).toBe(lines[0]?.wamid);
    },
  );

  it('holds a message that may or may not have arrived, and says so when it gives up', async () => {
    await until('resetHeld', (m) => m.state === 'unknown' || m.state === 'unconfirmed');
    const given = await until('resetHeld', (m) => m.state === 'unconfirmed', 25_000);
    expect(given.attempts).toMatchObject([{ outcome: 'unknown' }]);
    expect(await sends('resetHeld')).toHaveLength(1);
    expect(await types('resetHeld')).toEqual(['queued', 'unknown', 'unconfirmed']);
  });

  it('sends such a message once more when the caller asked for it', async () => {
    const delivered = await until('resetResent', (m) => m.status === 'delivered');
    expect(delivered.attempts.map((a) => a.outcome)).toEqual(['unknown', 'accepted']);
    expect(await sends('resetResent')).toHaveLength(2);
    expect((await types('resetResent')).slice(0, 4)).toEqual(['queued', 'unknown', 'resend_queued', 'submitted']);
  });

  it('sends it once more and not twice more', async () => {
    await until('resetTwice', (m) => m.state === 'unconfirmed', 30_000);
    expect(await sends('resetTwice')).toHaveLength(2);
  });

  it.each([
    ['throttled', 130429, 2],
    ['paired', 131056, 1],
  ])('tries a %s message again and delivers it', async (name, code, refusals) => {
    const delivered = await until(name, (m) => m.status === 'delivered');
    expect(delivered.attempts.map((a) => a.outcome)).toEqual([
      ...Array.from({ length: refusals }, () => 'rejected_retry'),
      'accepted',
    ]);
    expect(delivered.attempts[0]?.error).toMatchObject({ code });
  });

  it.each([
    ['rejected', 131026],
    ['forbidden', 131047],
  ])('ends a %s message with the error of Meta’s, after one send', async (name, code) => {
    const rejected = await until(name, (m) => m.state === 'rejected');
    expect(rejected).toMatchObject({ wamid: null, errors: [{ code, title: expect.any(String) }] });
    expect(await sends(name)).toHaveLength(1);
    expect(await types(name)).toEqual(['queued', 'rejected']);
  });
});

describe('a failed delivery', () => {
  it('is reported with its errors, and the message is not sent again', async () => {
    const recipient = aRecipient();
    const stack = await startStack({
      simulator: { scenario: { recipients: { [recipient]: { outcome: 'failed', code: 131049 } } } },
    });
    const { id } = await stack.api.send(aTextMessage({ to: recipient, on_unknown: 'resend' }));
    const failed = await stack.api.untilMessage(id, (m) => m.status === 'failed');
    expect(failed).toMatchObject({ state: 'submitted', errors: [{ code: 131049 }], failed_at: expect.any(String) });
    expect((await askOracle(stack.simulator)).sends(recipient)).toHaveLength(1);
  });
});

describe('a Graph API that nobody answers at', () => {
  it('leaves messages queued, never in doubt, and sends them when it is back', async () => {
    const simulator = await startTestSimulator();
    const proxy = await TcpProxy.before(simulator.url);
    const stack = await startStack({ settings: { GRAPH_BASE_URL: proxy.insteadOf(simulator.url) } });
    await fetch(`${simulator.url}/_simulator/callback`, {
      method: 'POST',
      body: JSON.stringify({ url: `${stack.api.url}/webhooks/whatsapp` }),
    });
    await proxy.refuse();
    const messages = await stack.api.sendAll(Array.from({ length: 30 }, () => aTextMessage()));
    const waiting = await stack.api.untilMessage(
      messages[0]?.id ?? '',
      (m) => m.attempts.length > 0 && m.state === 'queued',
    );
    expect(waiting.attempts[0]).toMatchObject({ outcome: 'not_sent', error: { title: 'ECONNREFUSED' } });
    await proxy.resume();
    for (const { id } of messages) {
      // A lane looks again after half a minute at the latest (RateLimitService).
      const m = await stack.api.untilMessage(id, (found) => found.state === 'submitted', { withinMs: 40_000 });
      expect(m.attempts.filter((a) => a.outcome !== 'not_sent').map((a) => a.outcome)).toEqual(['accepted']);
    }
    expect((await askOracle(simulator)).duplicates).toEqual([]);
  });
});
