import { afterEach, describe, expect, it } from '@jest/globals';
import { CallbackListener } from '../testing/callback-listener.js';
import { startTestSimulator, stopAll, text } from '../testing/started-simulator.js';
import { SAMPLES } from './samples/samples.js';

const HOUR_MS = 3_600_000;
const listeners: CallbackListener[] = [];

async function listener(secret: string): Promise<{ callback: CallbackListener; url: string }> {
  const callback = new CallbackListener(secret, 'token');
  listeners.push(callback);
  return { callback, url: await callback.listen() };
}

afterEach(async () => {
  await stopAll();
  for (const callback of listeners.splice(0)) await callback.close();
});

const deliver = { recipients: { '15550001': { outcome: 'sent' } } };
const virtual = (webhooks: object = {}) =>
  startTestSimulator({ clock: 'virtual', timeScale: 1, scenario: { ...deliver, webhooks } });

describe('redelivery', () => {
  it.each([
    [168, {}],
    [36, { redelivery_hours: 36 }],
  ])('goes on for %i hours of the platform, ever more rarely, and then gives up', async (hours, settings) => {
    const { simulator, callback } = await virtual(settings);
    callback.answers = Array(1000).fill(500);
    await simulator.send(text('+15550001'));
    await simulator.post('/_simulator/clock', { advance_ms: (hours - 1) * HOUR_MS });
    const before = callback.bodies.length;
    expect(before).toBeGreaterThan(hours);
    expect(new Set(callback.bodies).size).toBe(1);
    expect(simulator.stats().webhooks).toMatchObject({ pending: 1, expired: 0 });
    await simulator.post('/_simulator/clock', { advance_ms: 1000 * HOUR_MS });
    expect(callback.bodies.length - before).toBeLessThanOrEqual(1);
    expect(simulator.stats().webhooks).toMatchObject({ pending: 0, expired: 1, acknowledged: 0 });
  });

  it('reaches a callback that comes back after six days', async () => {
    const { simulator, callback } = await virtual();
    callback.answers = Array(1000).fill(503);
    await simulator.send(text('+15550001'));
    await simulator.post('/_simulator/clock', { advance_ms: 144 * HOUR_MS });
    callback.answers = [];
    await simulator.post('/_simulator/clock', { advance_ms: HOUR_MS });
    expect(callback.statuses.map(({ status }) => status)).toEqual(['sent']);
  });
});

describe('a webhook', () => {
  it('goes to every subscribed app with its own signature, and again to all when one did not take it', async () => {
    const other = await listener('their secret');
    const apps = [{ id: '77', callback_url: other.url, app_secret: 'their secret' }];
    const { simulator, callback } = await virtual({ apps });
    callback.answers = [500];
    await simulator.send(text('+15550001'));
    await simulator.post('/_simulator/clock', { advance_ms: HOUR_MS });
    expect(callback.statuses.map(({ status }) => status)).toEqual(['sent']);
    expect(other.callback.statuses.map(({ status }) => status)).toEqual(['sent', 'sent']);
    expect([callback.badSignatures, other.callback.badSignatures]).toEqual([0, 0]);
    expect(simulator.stats().webhooks).toMatchObject({ pending: 0, retried: 1, duplicated: 1 });
  });

  it('comes in bodies of up to 1000 updates, of several numbers and accounts at once', async () => {
    const scenario = {
      wabas: [{ id: '200' }],
      phone_numbers: [{ id: '201', waba_id: '200' }],
      recipients: Object.fromEntries(
        Array.from({ length: 600 }, (_, i) => [`1555${1000 + i}`, { outcome: 'delivered' }]),
      ),
      faults: { webhooks: { batch_max: 1000, batch_wait_ms: 60_000 } },
    };
    const { simulator, callback } = await startTestSimulator({ clock: 'virtual', timeScale: 1, mps: 1000, scenario });
    await Promise.all(
      Array.from({ length: 600 }, (_, i) => simulator.send(text(`+1555${1000 + i}`), i % 2 ? '201' : undefined)),
    );
    await simulator.post('/_simulator/clock', { advance_ms: HOUR_MS });
    expect(callback.statuses).toHaveLength(1200);
    const { entry } = JSON.parse(callback.bodies[0] ?? '') as { entry: { id: string; changes: { value: object }[] }[] };
    expect(entry.map(({ id }) => id).sort()).toEqual(['102290129340398', '200']);
    const updates = callback.bodies.map((body) => body.split('"status":').length - 1);
    expect(updates.sort((a, b) => b - a)).toEqual([1000, 200]);
  });

  it('is never larger than 3 MB', async () => {
    const { simulator, callback } = await startTestSimulator({
      clock: 'virtual',
      scenario: { faults: { webhooks: { batch_max: 1000, batch_wait_ms: 1000 } } },
    });
    const value = { blob: 'x'.repeat(20_000) };
    await simulator.post('/_simulator/webhooks/emit', { field: 'flows', value, count: 400 });
    await simulator.post('/_simulator/clock', { advance_ms: HOUR_MS });
    expect(callback.changes).toHaveLength(400);
    const sizes = callback.bodies.map(({ length }) => length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(3 * 1024 * 1024);
    expect(Math.max(...sizes)).toBeGreaterThan(2_900_000);
  });

  it('of messages goes to the override, all else to the app', async () => {
    const theirs = await listener('a secret');
    const { simulator, callback } = await virtual();
    simulator.useOverrides((phoneNumberId) => (phoneNumberId === '106540352242922' ? theirs.url : undefined));
    await simulator.send(text('+15550001'));
    await simulator.post('/_simulator/webhooks/emit', { field: 'account_review_update' });
    await simulator.post('/_simulator/clock', { advance_ms: HOUR_MS });
    expect(theirs.callback.statuses.map(({ status }) => status)).toEqual(['sent']);
    expect(theirs.callback.badSignatures).toBe(0);
    expect(callback.changes.map(({ field }) => field)).toEqual(['account_review_update']);
  });
});

describe('statuses', () => {
  it.each(['v23.0', 'v24.0'])('carry a conversation up to Graph v23, and none after it: %s', async (graph_version) => {
    const { simulator, callback } = await startTestSimulator({
      clock: 'virtual',
      timeScale: 1,
      scenario: { webhooks: { graph_version }, outcomes: { read: 1 }, load: { sends_per_second: 1, seconds: 1 } },
    });
    await simulator.send(text('+15550001'));
    await simulator.post('/_simulator/clock', { advance_ms: HOUR_MS });
    const told = callback.statuses as unknown as { status: string; timestamp: string; conversation?: object }[];
    expect(told.map(({ status }) => status).sort()).toEqual(['delivered', 'delivered', 'read', 'read', 'sent', 'sent']);
    for (const { status, timestamp, conversation } of told) {
      const until = { expiration_timestamp: String(Number(timestamp) + 86_400) };
      const origin = { type: expect.stringMatching(/^(service|marketing)$/) };
      if (graph_version === 'v24.0' || status === 'read') expect(conversation).toBeUndefined();
      else
        expect(conversation).toEqual({
          id: expect.stringMatching(/^[0-9a-f]{32}$/),
          origin,
          ...(status === 'sent' ? until : {}),
        });
    }
  });
});

describe('every field of the catalogue', () => {
  it('can be produced in every sample, well-formed, with entry.time but for messages', async () => {
    const { simulator, callback } = await virtual();
    const wanted = Object.entries(SAMPLES).flatMap(([field, samples]) =>
      Object.keys(samples).map((sample) => ({ field, sample })),
    );
    for (const one of wanted) await simulator.post('/_simulator/webhooks/emit', one);
    await simulator.post('/_simulator/clock', { advance_ms: 0 });
    expect(callback.changes.map(({ field }) => field).sort()).toEqual(wanted.map(({ field }) => field).sort());
    expect(Object.keys(SAMPLES)).toHaveLength(31);
    for (const body of callback.bodies) {
      const { entry } = JSON.parse(body) as { entry: { time?: number; changes: { field: string }[] }[] };
      for (const { time, changes } of entry) expect(time === undefined).toBe(changes[0]?.field === 'messages');
    }
  });

  it('can be produced with any value, and mistakes are named', async () => {
    const { simulator, callback } = await virtual();
    await simulator.post('/_simulator/webhooks/emit', { field: 'of_the_future', value: { a: ['é/'] }, waba_id: '9' });
    await simulator.post('/_simulator/clock', { advance_ms: 0 });
    expect(callback.changes).toEqual([]);
    await simulator.post('/_simulator/webhooks/emit', { field: 'of_the_future', value: { a: ['é/'] } });
    await simulator.post('/_simulator/clock', { advance_ms: 0 });
    expect(callback.changes).toEqual([{ field: 'of_the_future', value: { a: ['é/'] } }]);
    expect(callback.bodies[0]).toContain('\\u00e9\\/');
    const bad = await simulator.call('POST', '/_simulator/webhooks/emit', { sample: 'x', colour: 1 });
    expect(bad.body.problems).toEqual([expect.stringMatching(/colour/), 'field: is required']);
    const odd = await simulator.call('POST', '/_simulator/webhooks/emit', { field: 'account_update', sample: 'x' });
    expect(odd.body.problems[0]).toMatch(/^sample: must be one of account_violation/);
  });
});
