import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startTestSimulator, stopAll, text } from '../testing/started-simulator.js';
import { COUNTRIES, countryOf } from './number-plans.js';
import { Population } from './population.js';
import { QUIET } from './population-settings.js';

afterEach(stopAll);

const DAY_MS = 86_400_000;
const virtual = (scenario: object, more: object = {}) =>
  startTestSimulator({ clock: 'virtual', timeScale: 1, mps: 1000, scenario, ...more });

const template = (to: string, data?: string) => ({
  messaging_product: 'whatsapp',
  to,
  type: 'template',
  template: {
    name: 'summer',
    language: { code: 'en_US' },
    components: [
      {
        type: 'button',
        sub_type: 'quick_reply',
        index: 0,
        parameters: [{ type: 'payload', payload: 'Stop promotions' }],
      },
    ],
  },
  biz_opaque_callback_data: data,
});

describe('the population', () => {
  it('is the same for the same seed and has numbers of its countries', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e5), (seed, index) => {
        const settings = { ...QUIET, size: 1e6, countries: { BR: 2, IN: 1 } };
        const person = new Population(seed, settings).at(index);
        expect(new Population(seed, settings).at(index)).toEqual(person);
        expect(person.waId).toMatch(/^(55|91)\d{9,11}$/);
        expect(['BR', 'IN']).toContain(countryOf(person.waId));
        expect(person.userId.slice(0, 3)).toBe(`${person.country}.`);
      }),
    );
  });

  it('lives where it is said to live, in those shares', () => {
    const people = new Population(1, { ...QUIET, countries: { US: 3, DE: 1 } });
    const countries = Array.from({ length: 2000 }, (_, i) => people.at(i).country);
    expect(countries.filter((country) => country === 'US').length / 2000).toBeCloseTo(0.75, 1);
    const everywhere = new Population(1, QUIET);
    const seen = new Set(Array.from({ length: 1000 }, (_, i) => everywhere.at(i).country));
    expect([...seen].sort()).toEqual([...COUNTRIES].sort());
  });
});

describe('people', () => {
  it('do nothing unless a scenario has them', async () => {
    const { simulator, callback } = await virtual({});
    for (let i = 0; i < 20; i++) await simulator.send(template(`+1212555${1000 + i}`));
    await simulator.post('/_simulator/clock', { advance_ms: 30 * DAY_MS });
    expect(callback.changes.filter(({ value }) => value.messages)).toEqual([]);
  });

  it('answer what they read, each in a way of theirs, within the time', async () => {
    const people = { answer: 1, opt_out: 0, block: 0, change_number: 0, never_read: 0, read_late: 0, username_only: 0 };
    const { simulator, callback } = await virtual({ people, outcomes: { read: 1 } });
    for (let i = 0; i < 60; i++) await simulator.send(template(`+1212555${1000 + i}`));
    await simulator.post('/_simulator/clock', { advance_ms: DAY_MS });
    const messages = callback.changes.flatMap(
      ({ value }) => (value.messages ?? []) as { type: string; from: string }[],
    );
    expect(messages).toHaveLength(60);
    expect(new Set(messages.map(({ from }) => from)).size).toBe(60);
    const kinds = new Set(messages.map(({ type }) => type));
    for (const kind of ['text', 'button', 'image']) expect([...kinds]).toContain(kind);
    const pressed = messages.find(({ type }) => type === 'button') as unknown as { button: object; context: object };
    expect(pressed.button).toEqual({ payload: 'Stop promotions', text: 'Stop promotions' });
    expect(pressed.context).toMatchObject({ id: expect.stringMatching(/^wamid\./) });
  });

  it('send files that can be fetched with the id of the webhook', async () => {
    const people = { answer: 1, answers: { image: 1, audio: 1 }, opt_out: 0, block: 0, never_read: 0, read_late: 0 };
    const { simulator, callback } = await virtual({ people, outcomes: { read: 1 } });
    for (let i = 0; i < 8; i++) await simulator.send(text(`+1212555${1000 + i}`));
    await simulator.post('/_simulator/clock', { advance_ms: 3_600_000 });
    const document = { from: '+12125551000', type: 'document', content: { caption: 'The bill' } };
    await simulator.post('/_simulator/inbound', document);
    await simulator.post('/_simulator/inbound', { from: '+12125551000', type: 'image', content: { id: '7' } });
    await simulator.post('/_simulator/clock', { advance_ms: 0 });
    type File = { id: string; sha256: string; mime_type: string };
    const files = callback.changes
      .flatMap(({ value }) => (value.messages ?? []) as ({ type: string } & Record<string, unknown>)[])
      .map((message) => message[message.type] as File);
    expect(files).toHaveLength(10);
    expect(files[8]).toMatchObject({ caption: 'The bill', filename: 'document.pdf', mime_type: 'application/pdf' });
    expect(files[9]).toEqual({ id: '7' });
    for (const { id, sha256, mime_type } of files.slice(0, 9)) {
      const medium = await simulator.get(`/v25.0/${id}`);
      expect(medium).toMatchObject({ mime_type, sha256: Buffer.from(sha256, 'base64').toString('hex') });
      const answer = await fetch(medium.url, { headers: { authorization: 'Bearer t' } });
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect(createHash('sha256').update(bytes).digest('base64')).toBe(sha256);
    }
  });

  it('stop marketing by a webhook of their preferences or by writing STOP', async () => {
    const people = { answer: 0, opt_out: 1, never_read: 0, read_late: 0, username_only: 0, block: 0, change_number: 0 };
    const { simulator, callback } = await virtual({ people, outcomes: { read: 1 } });
    for (let i = 0; i < 30; i++) await simulator.send(template(`+1212555${1000 + i}`));
    await simulator.send(text('+12125559999'));
    await simulator.post('/_simulator/clock', { advance_ms: DAY_MS });
    const stops = callback.changes.filter(({ field }) => field === 'user_preferences');
    const texts = callback.changes.flatMap(({ value }) => (value.messages ?? []) as { text: { body: string } }[]);
    expect(stops.length + texts.length).toBe(30);
    expect(stops.length).toBeGreaterThan(5);
    expect(new Set(texts.map((message) => message.text.body))).toEqual(new Set(['STOP']));
    expect(stops[0]?.value).toMatchObject({ user_preferences: [{ value: 'stop', category: 'marketing_messages' }] });
  });

  it('who have blocked a number get nothing more from it, and who have stopped get no marketing', async () => {
    const calm = { answer: 0, never_read: 0, read_late: 0, change_number: 0 };
    for (const [people, code] of [
      [{ ...calm, block: 1, opt_out: 0 }, 131026],
      [{ ...calm, block: 0, opt_out: 1 }, 131050],
    ] as const) {
      const { simulator, callback } = await virtual({ people, outcomes: { read: 1 } });
      const recipients = Array.from({ length: 8 }, (_, i) => `+1212555${1000 + i}`);
      for (const to of recipients) await simulator.send(template(to));
      await simulator.post('/_simulator/clock', { advance_ms: DAY_MS });
      for (const to of recipients) await simulator.send(template(to));
      await simulator.post('/_simulator/clock', { advance_ms: DAY_MS });
      const failed = callback.statuses.filter(({ status }) => status === 'failed');
      expect(failed.map(({ errors }) => errors?.[0]?.code)).toEqual(Array(failed.length).fill(code));
      // Half of those who stop write STOP, which it is the business's part to heed.
      expect(failed.length).toBeGreaterThanOrEqual(code === 131026 ? 8 : 1);
    }
  });

  it('who block a number because of a template lower its quality until Meta pauses it', async () => {
    const people = { answer: 0, opt_out: 0, block: 1, change_number: 0, never_read: 0, read_late: 0 };
    const templates = [{ name: 'summer', category: 'MARKETING', language: 'en_US' }];
    const { simulator, callback } = await virtual({ people, templates, outcomes: { read: 1 } });
    const { name, language } = template('').template;
    const plain = { messaging_product: 'whatsapp', type: 'template', template: { name, language } };
    for (let i = 0; i < 30; i++) await simulator.send({ ...plain, to: `+1212555${1000 + i}` });
    await simulator.post('/_simulator/clock', { advance_ms: 3_600_000 });
    const told = callback.changes.filter(({ field }) => field === 'message_template_quality_update');
    expect(told.at(-1)?.value).toMatchObject({ new_quality_score: 'RED', message_template_name: 'summer' });
    const events = callback.changes.filter(({ field }) => field === 'message_template_status_update');
    expect(events.at(-1)?.value).toMatchObject({ event: 'PAUSED' });
  });

  it('read never or late when that is their way', async () => {
    const people = { answer: 0, opt_out: 0, never_read: 0.5, read_late: 0.5, read_late_ms: [3_600_000, 7_200_000] };
    const { simulator, callback } = await virtual({ people, outcomes: { read: 1 } });
    for (let i = 0; i < 40; i++) await simulator.send(text(`+1212555${1000 + i}`));
    await simulator.post('/_simulator/clock', { advance_ms: 1_500_000 });
    const reads = () => callback.statuses.filter(({ status }) => status === 'read').length;
    expect(reads()).toBe(0);
    await simulator.post('/_simulator/clock', { advance_ms: 30 * DAY_MS });
    expect(reads()).toBeGreaterThan(10);
    expect(reads()).toBeLessThan(30);
  });

  it('who hide their number come with a user id alone, and who change it say so', async () => {
    const people = { answer: 1, username_only: 1, change_number: 1, opt_out: 0, block: 0, never_read: 0, read_late: 0 };
    const { simulator, callback } = await virtual({ people, outcomes: { read: 1 } });
    await simulator.send(text('+12125551000'));
    await simulator.post('/_simulator/clock', { advance_ms: DAY_MS });
    const messages = callback.changes.flatMap(({ value }) => (value.messages ?? []) as Record<string, unknown>[]);
    const answer = messages.find(({ type }) => type !== 'system');
    expect(answer).toMatchObject({ from_user_id: expect.stringMatching(/^US\./) });
    expect(answer).not.toHaveProperty('from');
    expect(messages.find(({ type }) => type === 'system')).toMatchObject({ system: { type: 'user_changed_number' } });
  });
});

describe('a load profile', () => {
  it('tells of as many messages and statuses as its rates say', async () => {
    const { simulator, callback } = await virtual({
      load: { sends_per_second: 50, inbound_per_second: 15, seconds: 10 },
    });
    await simulator.post('/_simulator/clock', { advance_ms: 60_000 });
    expect(callback.statuses).toHaveLength(1500);
    expect(new Set(callback.statuses.map(({ id }) => id)).size).toBe(500);
    expect(callback.changes.flatMap(({ value }) => (value.messages ?? []) as unknown[])).toHaveLength(150);
    expect(await simulator.get('/_simulator/load')).toMatchObject({ sends: 500, inbound: 150 });
    expect(callback.badSignatures).toBe(0);
  });

  it('begins anew with a reset', async () => {
    const { simulator } = await virtual({ load: { sends_per_second: 50, inbound_per_second: 15, seconds: 10 } });
    await simulator.post('/_simulator/clock', { advance_ms: 60_000 });
    await simulator.post('/_simulator/reset');
    expect(await simulator.get('/_simulator/load')).toMatchObject({ sends: 0, inbound: 0, seconds: 10 });
    await simulator.post('/_simulator/clock', { advance_ms: 5000 });
    expect(await simulator.get('/_simulator/load')).toMatchObject({ sends: 250, inbound: 75 });
  });

  it('names what is wrong with a scenario’s people and load, all at once', async () => {
    const scenario = { people: { answer: 2, countries: { XX: 1 } }, load: { seconds: -1 } };
    await expect(virtual(scenario)).rejects.toThrow(/people\.answer.*\n.*XX.*\n.*load\.seconds/s);
  });
});
