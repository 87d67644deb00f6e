import { beforeAll, expect, it } from '@jest/globals';
import { LUCKY, OTHER } from '../support/accounts.js';
import { aRecipient, aTemplateMessage, aTextMessage } from '../support/factories.js';
import { describeWithNats } from '../support/nats.js';
import type { CallOptions } from '../support/transports/outcome.js';
import { ThreeWires } from '../support/transports/three-wires.js';
import { until } from '../support/until.js';
import { answerAlike, CHECK, EXPLAIN, type Operation, STATE, alike as sayAlike } from './alike.js';
import { LATER } from './operations.js';

const LOCKED = '+16505550131';
const SPAM = '+16505550132';
const SOON = { withinMs: 30_000 };

const STOPS: Operation = { name: 'RateLimitService.ListStops', route: 'GET /v1/rate_limits/stops' };
const RELEASE: Operation = { name: 'RateLimitService.ReleaseStop', route: 'POST /v1/rate_limits/stops/{id}/release' };

describeWithNats('limits, on three wires,', () => {
  let wires: ThreeWires;

  beforeAll(async () => {
    const faults = { by_recipient: { [LOCKED]: ['131031'], [SPAM]: ['131048'] } };
    wires = await ThreeWires.start({ simulator: { mps: 80, scenario: { faults } } });
  });

  const alike = (operation: Operation, data: object, options: CallOptions = {}) =>
    sayAlike(wires, operation, data, options);
  const answerOf = (operation: Operation, data: object) => answerAlike(wires, operation, data);
  const checked = async (...messages: object[]) =>
    ((await answerOf(CHECK, { messages })) as unknown as { results: { verdict: string; limit: string | null }[] })
      .results;
  const stateOf = async (id: string) => (await wires.stack.api.message(id)).state;
  const stops = async (data: object = {}) =>
    ((await answerOf(STOPS, data)) as unknown as { stops: { id: string }[] }).stops;

  it('judge messages alike: those that go, that are not valid, and whose person has had enough', async () => {
    const to = aRecipient();
    const { api, simulator } = wires.stack;
    const sent = await api.sendAll(Array.from({ length: 50 }, () => aTextMessage({ to })));
    await until(() => simulator.stats().accepted >= 45, SOON);
    const results = await checked(aTextMessage(), aTextMessage({ to }), aTextMessage({ to: '12' }));
    expect(results).toMatchObject([
      { verdict: 'go' },
      { verdict: 'wait', limit: 'pair', reason: expect.stringMatching(/one every 6 seconds, 45 at once/) },
      { verdict: 'refuse', limit: 'validation', reason: expect.stringMatching(/^to must be /) },
    ]);
    const states = await Promise.all(sent.map((m) => stateOf(m.id)));
    const waiting = sent[states.lastIndexOf('queued')]?.id ?? '';
    expect(await answerOf(EXPLAIN, { id: waiting })).toMatchObject({ waiting_for: [{ limit: 'pair' }] });
    await Promise.all(sent.map((m) => api.call('POST', `/v1/messages/${m.id}/cancel`)));
  });

  it('judge a message with its idempotency key as the batch that it is from would take it', async () => {
    const key = 'order-1';
    const method = wires.method(CHECK.name);
    const json = { messages: [{ ...aTextMessage(), idempotency_key: key }] };
    const outcomes = [
      await wires.http.call(CHECK.route, json),
      await wires.natsWire.call(method, json),
      await wires.grpcWire.call(method, { messages: [{ ...aTextMessage(), request_id: key }] }),
    ];
    for (const o of outcomes) expect(o).toMatchObject({ ok: true, value: { results: [{ verdict: 'go' }] } });
  });

  it.each<[string, object]>([
    ['none', {}],
    ['more than 1,000', { messages: Array.from({ length: 1001 }, () => aTextMessage()) }],
  ])('refuse a number of messages that cannot be checked: %s', async (_, data) => {
    const refusal = await alike(CHECK, data);
    expect(refusal).toMatchObject({ ok: false, code: 'invalid_request' });
    const pointers = refusal.ok ? [] : refusal.fields.map((f) => f.pointer);
    expect(new Set(pointers)).toEqual(new Set(['/messages']));
  });

  it('explain a message that is to go later', async () => {
    const { id } = await wires.stack.api.send(aTextMessage(LATER));
    const told = await answerOf(EXPLAIN, { id });
    expect(told).toMatchObject({ state: 'scheduled', waiting_for: [{ limit: 'schedule' }] });
  });

  it('show how a number stands, and nothing of the number of another', async () => {
    const { phoneNumberId: phone_number_id } = LUCKY;
    const state = (await answerOf(STATE, { phone_number_id })) as { limits?: { limit: string }[] };
    expect(state).toMatchObject({ phone_number_id, throughput_mps: 80 });
    expect(state.limits?.map((l) => l.limit)).toEqual(expect.arrayContaining(['throughput', 'calls', 'media']));
    const [theirs, none] = [OTHER.phoneNumberId, '1'].map((id) => alike(STATE, { phone_number_id: id }));
    expect(await theirs).toMatchObject({ ok: false, code: 'not_found' });
    expect(await theirs).toEqual(await none);
    const notOne = await alike(STATE, { phone_number_id: 'x' });
    expect(notOne).toMatchObject({ ok: false, code: 'invalid_request', fields: [{ pointer: '/phone_number_id' }] });
  });

  it('list a stop, say that messages wait for it, release it, and tell of both on the bus and by cursor', async () => {
    const { api } = wires.stack;
    const onBus = wires.natsWire.connection.subscribe('wa.evt.v1.*.rate_limit.>', { max: 2 });
    await api.send(aTextMessage({ to: LOCKED }));
    const [stop] = await until(async () => ((found) => found.length > 0 && found)(await stops()), SOON);
    const reason = 'Account has been locked';
    expect(stop).toMatchObject({ scope: 'waba', scope_id: LUCKY.wabaId, stops: 'all', code: 131031, reason });
    const held = await api.send(aTextMessage());
    expect(await checked(aTextMessage())).toMatchObject([{ verdict: 'wait', until: null, limit: 'stop', reason }]);
    // The lane pauses for a moment as well.
    const waiting = {
      waiting_for: expect.arrayContaining([{ limit: 'stop', until: null, reason, used: null, allowed: null }]),
    };
    const explained = await answerOf(EXPLAIN, { id: held.id });
    expect(explained).toMatchObject({ state: 'queued', ...waiting, estimated_at: null });
    const state = await answerOf(STATE, { phone_number_id: LUCKY.phoneNumberId });
    expect(state).toMatchObject({ ...waiting, stops: [{ id: stop?.id }] });

    const { id } = stop as { id: string };
    const others = await alike(RELEASE, { id }, { key: OTHER.keys.all });
    expect(others).toMatchObject({ ok: false, code: 'not_found' });
    // The first call releases it, the others find that done and answer the same.
    expect(await answerOf(RELEASE, { id })).toMatchObject({ released_by: expect.stringMatching(/^api key /) });
    expect(await stops()).toEqual([]);
    expect(await stops({ ended: true })).toMatchObject([{ id, released_by: expect.stringMatching(/^api key /) }]);
    await until(async () => (await stateOf(held.id)) === 'submitted', SOON);

    const heard: unknown[] = [];
    for await (const message of onBus) heard.push([message.subject, message.json<{ version: number }>().version]);
    const subject = (event: string) => `wa.evt.v1.${LUCKY.businessId}.rate_limit.${event}.${id}`;
    expect(heard).toEqual([
      [subject('stopped'), 1],
      [subject('released'), 2],
    ]);
    const events = (await api.allEvents()).filter((e) => e.type.startsWith('io.heliograph.rate_limit.'));
    expect(events).toMatchObject([
      { subject: id, version: 1, data: { stop_id: id, scope: 'waba', code: 131031, reason } },
      { subject: id, version: 2, data: { stop_id: id, released_by: expect.stringMatching(/^api key /) } },
    ]);
    expect(events.map((e) => e.type.split('.').at(-2))).toEqual(['stopped', 'released']);
  });

  it('let replies go on while what the business begins is stopped', async () => {
    await wires.stack.api.send(aTextMessage({ to: SPAM }));
    const [stop] = await until(async () => ((found) => found.length > 0 && found)(await stops()), SOON);
    expect(stop).toMatchObject({ scope: 'number', scope_id: LUCKY.phoneNumberId, stops: 'templates', code: 131048 });
    expect(await checked(aTemplateMessage(), aTextMessage())).toMatchObject([
      { verdict: 'wait', limit: 'stop' },
      { verdict: 'go' },
    ]);
    await alike(RELEASE, { id: stop?.id });
  });
});
