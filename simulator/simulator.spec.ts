import { afterEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { DEFAULTS } from './assets/platform-state.js';
import type { SimulatorOptions } from './options.js';
import { type Simulator, startSimulator } from './simulator.js';
import { CallbackListener } from './testing/callback-listener.js';

const SECRET = 'a secret';
const PHONE: string = DEFAULTS.phoneNumberId;
const open: { close(): Promise<void> }[] = [];

async function start(options: SimulatorOptions = {}): Promise<{ simulator: Simulator; callback: CallbackListener }> {
  const callback = new CallbackListener(SECRET, 'token');
  const callbackUrl = await callback.listen();
  const defaults = { callbackUrl, appSecret: SECRET, verifyToken: 'token', timeScale: 0.02, latencyMs: 0 };
  const simulator = await startSimulator({ ...defaults, ...options });
  open.push(simulator, callback);
  return { simulator, callback };
}

const text = (to: string, data?: string) => ({
  messaging_product: 'whatsapp',
  to,
  type: 'text',
  text: { body: 'grüß dich / 😀' },
  biz_opaque_callback_data: data,
});

async function call(simulator: Simulator, method: 'GET' | 'POST', path: string, body?: unknown) {
  const headers = { authorization: 'Bearer t', 'content-type': 'application/json' };
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const answer = await request(simulator.url + path, { method, headers, body: sent });
  return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(await answer.body.text()) };
}

const send = (simulator: Simulator, body: unknown, phone = PHONE) =>
  call(simulator, 'POST', `/v25.0/${phone}/messages`, body);
const idle = async (simulator: Simulator) => {
  expect(await call(simulator, 'GET', '/_simulator/idle?timeout_ms=8000')).toMatchObject({
    status: 200,
    body: { idle: true },
  });
};

afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close();
});

describe('a send', () => {
  it('is answered as Meta does, is in the ledger, and is followed by signed statuses', async () => {
    const { simulator, callback } = await start();
    const { status, body, headers } = await send(simulator, text('+1 (650) 555-1234', 'msg-1'));
    expect(status).toBe(200);
    expect(body.contacts).toEqual([{ input: '+1 (650) 555-1234', wa_id: '16505551234' }]);
    expect(headers['x-business-use-case-usage']).toContain(DEFAULTS.wabaId);
    const wamid = body.messages[0].id as string;
    await idle(simulator);
    expect(await simulator.ledger()).toMatchObject([
      {
        seq: 1,
        phone_number_id: PHONE,
        to: '+1 (650) 555-1234',
        type: 'text',
        biz_opaque_callback_data: 'msg-1',
        outcome: 'accepted',
        wamid,
        answered: true,
      },
    ]);
    const names = callback.statuses.map(({ status }) => status);
    expect(['delivered', 'read']).toContain(names.at(-1));
    expect(names.slice(0, 2)).toEqual(['sent', 'delivered']);
    for (const status of callback.statuses) {
      expect(status).toMatchObject({
        id: wamid,
        recipient_id: '16505551234',
        biz_opaque_callback_data: 'msg-1',
        phoneNumberId: PHONE,
      });
      expect(status.timestamp).toMatch(/^\d{10}$/);
    }
    expect(callback.badSignatures).toBe(0);
    expect(callback.bodies.join('')).not.toContain('conversation');
    expect(simulator.stats().handshake.state).toBe('verified');
  });

  it('over the throughput is refused, recorded, and costs nothing', async () => {
    const { simulator } = await start({ mps: 5 });
    const answers = await Promise.all(Array.from({ length: 9 }, (_, i) => send(simulator, text(`+1555000000${i}`))));
    const refused = answers.filter(({ status }) => status === 400);
    expect(refused.map(({ body }) => body.error.code)).toEqual([130429, 130429, 130429, 130429]);
    expect(simulator.stats()).toMatchObject({ sends: 9, accepted: 5, throttled: 4, max_in_any_second: { [PHONE]: 5 } });
    const lines = await simulator.ledger();
    expect(lines.filter(({ outcome, code }) => outcome === 'refused' && code === 130429)).toHaveLength(4);
  });

  it.each([
    [{ ...text('+15550001'), messaging_product: undefined }, 100, /messaging_product/],
    [{ ...text('+15550001'), to: undefined }, 100, /\bto\b/],
    [{ ...text('nobody') }, 131009, /'to'/],
    [{ ...text('+15550001'), type: 'smoke' }, 100, /type/],
    [{ ...text('+15550001'), text: {} }, 131008, /text\.body/],
    [
      { messaging_product: 'whatsapp', to: '+15550001', type: 'template', template: { name: 'x' } },
      131008,
      /template\.language/,
    ],
    [text('+15550001', 'x'.repeat(513)), 100, /biz_opaque_callback_data/],
  ])('that is malformed is refused with the field named: %#', async (body, code, details) => {
    const { simulator } = await start();
    const answer = await send(simulator, body);
    expect(answer.status).toBe(400);
    expect(answer.body.error.code).toBe(code);
    expect(answer.body.error.error_data.details).toMatch(details);
    expect(await simulator.ledger()).toMatchObject([{ outcome: 'refused', code }]);
  });

  it('without a good token or a known number is refused as Graph does', async () => {
    const { simulator } = await start({ accessToken: 'other' });
    expect(await send(simulator, text('+15550001'))).toMatchObject({ status: 401, body: { error: { code: 190 } } });
    const { simulator: second } = await start();
    const error = { code: 100, error_subcode: 33, type: 'GraphMethodException' };
    expect(await send(second, text('+15550001'), '42')).toMatchObject({ status: 400, body: { error } });
    expect(await call(second, 'GET', '/v25.0/me/friends')).toMatchObject({ status: 400, body: { error } });
  });

  it('of a read receipt is answered and leaves no trace', async () => {
    const { simulator } = await start();
    const receipt = { messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.X' };
    expect(await send(simulator, receipt)).toMatchObject({ status: 200, body: { success: true } });
    expect(await simulator.ledger()).toEqual([]);
  });
});

describe('faults', () => {
  it('lose answers of accepted sends, which the ledger and the statuses tell of', async () => {
    const by_recipient = {
      '+15550001': ['lost_response'],
      '+15550002': ['truncated'],
      '+15550003': ['reset_before', 'ok'],
    };
    const { simulator, callback } = await start({ scenario: { faults: { by_recipient } } });
    for (const to of ['+15550001', '+15550002', '+15550003'])
      await expect(send(simulator, text(to, to))).rejects.toThrow();
    await idle(simulator);
    const lines = await simulator.ledger();
    expect(lines.map(({ fault, answered }) => [fault, answered])).toEqual([
      ['lost_response', false],
      ['truncated', false],
      ['reset_before', false],
    ]);
    expect(lines.map(({ wamid }) => wamid !== undefined)).toEqual([true, true, false]);
    const told = new Set(callback.statuses.map((status) => status.biz_opaque_callback_data));
    expect(told).toEqual(new Set(['+15550001', '+15550002']));
    expect((await send(simulator, text('+15550003'))).status).toBe(200);
  });

  it('answer with errors whether or not the message was taken', async () => {
    const by_recipient = {
      '15550001': ['server_error_after'],
      '15550002': ['server_error'],
      '15550003': ['131056'],
      '15550004': ['throttle'],
    };
    const { simulator } = await start({ scenario: { faults: { by_recipient } } });
    const statusOf = async (to: string) => {
      const url = `${simulator.url}/v25.0/${PHONE}/messages`;
      const headers = { authorization: 'Bearer t' };
      const answer = await request(url, { method: 'POST', headers, body: JSON.stringify(text(to)) });
      await answer.body.dump();
      return answer.statusCode;
    };
    expect([500, 502]).toContain(await statusOf('+15550001'));
    expect([500, 502]).toContain(await statusOf('+15550002'));
    expect(await statusOf('+15550003')).toBe(400);
    expect(await statusOf('+15550004')).toBe(400);
    const lines = await simulator.ledger();
    expect(lines.map(({ wamid }) => wamid !== undefined)).toEqual([true, false, false, false]);
    expect(lines.map(({ code }) => code)).toEqual([undefined, undefined, 131056, 130429]);
    expect(simulator.stats().faults).toEqual({ server_error_after: 1, server_error: 1, code_131056: 1, throttle: 1 });
  });
});

describe('webhooks', () => {
  it('are delivered again, byte for byte, until they are answered with 200', async () => {
    const { simulator, callback } = await start({ scenario: { recipients: { '15550001': { outcome: 'sent' } } } });
    callback.answers = [500, 404, 302];
    await send(simulator, text('+15550001'));
    await idle(simulator);
    expect(callback.bodies).toHaveLength(4);
    expect(new Set(callback.bodies).size).toBe(1);
    expect(callback.statuses.map(({ status }) => status)).toEqual(['sent']);
    expect(simulator.stats().webhooks).toMatchObject({ posted: 4, acknowledged: 1, retried: 3, pending: 0 });
  });

  it('all arrive in nasty weather, though duplicated, mixed and out of order', async () => {
    const { simulator, callback } = await start({ mps: 1000, phoneNumbers: 2, faults: 'nasty', seed: 11 });
    const second = String(Number(PHONE) + 1);
    const sends = Array.from({ length: 400 }, (_, i) =>
      send(simulator, text(`+1555${10_000 + i}`, `m${i}`), i % 2 ? second : PHONE),
    );
    await Promise.allSettled(sends);
    await idle(simulator);
    const accepted = (await simulator.ledger()).filter(({ wamid }) => wamid).map(({ wamid }) => wamid as string);
    const seen = new Map<string, string[]>();
    for (const { id, status } of callback.statuses) seen.set(id, [...(seen.get(id) ?? []), status]);
    expect(new Set(seen.keys())).toEqual(new Set(accepted));
    const backwards = [...seen.values()].filter(
      (list) => list.includes('sent') && list.indexOf('delivered') < list.indexOf('sent') && list.includes('delivered'),
    );
    expect(backwards.length).toBeGreaterThan(20);
    const { duplicated, retried } = simulator.stats().webhooks;
    expect(duplicated).toBeGreaterThan(0);
    expect(retried).toBeGreaterThan(0);
    expect(callback.badSignatures).toBe(0);
  });

  it('wait while paused and stop while the app is not subscribed', async () => {
    const { simulator, callback } = await start({ scenario: { recipients: { '15550001': { outcome: 'delivered' } } } });
    await call(simulator, 'POST', '/_simulator/webhooks/pause');
    await send(simulator, text('+15550001'));
    expect(await call(simulator, 'GET', '/_simulator/idle?timeout_ms=150')).toMatchObject({
      status: 408,
      body: { pending: 2 },
    });
    expect(callback.bodies).toHaveLength(0);
    await call(simulator, 'POST', '/_simulator/webhooks/resume');
    await idle(simulator);
    expect(callback.statuses).toHaveLength(2);
  });
});

describe('control', () => {
  it('lets users write and changes the throughput of a number', async () => {
    const { simulator, callback } = await start({ mps: 2 });
    const { body } = await call(simulator, 'POST', '/_simulator/inbound', { from: '+15550009', text: 'STOP' });
    expect((await send(simulator, text('+15550001'))).status).toBe(200);
    expect((await send(simulator, text('+15550001'))).status).toBe(400);
    await call(simulator, 'POST', `/_simulator/phone_numbers/${PHONE}`, { mps: 1000, quality_rating: 'YELLOW' });
    expect((await send(simulator, text('+15550001'))).status).toBe(200);
    await idle(simulator);
    const inbound = callback.changes.find(({ value }) => value.messages)?.value;
    expect(inbound?.messages).toMatchObject([
      { id: body.wamid, from: '15550009', type: 'text', text: { body: 'STOP' } },
    ]);
    const upgrade = callback.changes.find(({ field }) => field === 'phone_number_quality_update')?.value;
    expect(upgrade).toMatchObject({ event: 'THROUGHPUT_UPGRADE', display_phone_number: '15550783881' });
    const node = await call(simulator, 'GET', `/v25.0/${PHONE}?fields=throughput,quality_rating,is_on_biz_app`);
    expect(node.body).toEqual({
      throughput: { level: 'HIGH' },
      quality_rating: 'YELLOW',
      is_on_biz_app: false,
      id: PHONE,
    });
  });

  it('lists the numbers of an account page by page', async () => {
    const { simulator } = await start({ phoneNumbers: 5 });
    const ids: string[] = [];
    let path = `/v25.0/${DEFAULTS.wabaId}/phone_numbers?fields=id,display_phone_number&limit=2`;
    for (let page = 0; page < 3; page++) {
      const { body } = await call(simulator, 'GET', path);
      ids.push(...body.data.map(({ id }: { id: string }) => id));
      path = body.paging.next?.slice(simulator.url.length) ?? '';
    }
    expect(ids).toEqual([0, 1, 2, 3, 4].map((i) => String(Number(PHONE) + i)));
    expect(path).toBe('');
    const unknown = await call(simulator, 'GET', `/v25.0/${PHONE}?fields=shoe_size`);
    expect(unknown.body.error).toMatchObject({ code: 100, message: expect.stringContaining('shoe_size') });
  });

  it('starts anew on reset', async () => {
    const { simulator } = await start({ mps: 1 });
    await send(simulator, text('+15550001'));
    await call(simulator, 'POST', '/_simulator/reset');
    expect(simulator.stats()).toMatchObject({ sends: 0, webhooks: { pending: 0 } });
    expect(await simulator.ledger()).toEqual([]);
    expect((await send(simulator, text('+15550001'))).status).toBe(200);
  });
});
